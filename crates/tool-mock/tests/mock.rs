//! The mock as a caller sees it.
#![expect(clippy::unwrap_used, reason = "helpers of tests may fail as tests do")]

use std::time::{Duration, Instant};

use reqwest::{Client, Method};
use serde_json::{Value, json};

struct Mock {
    url: String,
    client: Client,
}

impl Mock {
    #[expect(clippy::disallowed_methods, reason = "the mock ends with the test's runtime")]
    async fn start() -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(artel_tool_mock::serve(listener));
        Self { url, client: Client::builder().no_proxy().build().unwrap() }
    }

    async fn ask(&self, method: Method, path: &str, key: Option<&str>, body: &str) -> (u16, Value) {
        let mut request = self.client.request(method, format!("{}{path}", self.url)).body(body.to_owned());
        if let Some(key) = key {
            request = request.header("x-idempotency-key", key);
        }
        let response = request.send().await.unwrap();
        let status = response.status().as_u16();
        (status, serde_json::from_slice(&response.bytes().await.unwrap()).unwrap_or_default())
    }

    async fn post(&self, path: &str, key: Option<&str>, body: Value) -> (u16, Value) {
        self.ask(Method::POST, path, key, &body.to_string()).await
    }

    async fn get(&self, path: &str) -> (u16, Value) {
        self.ask(Method::GET, path, None, "").await
    }
}

#[tokio::test]
async fn it_echoes_and_adds() {
    let mock = Mock::start().await;
    assert_eq!(mock.post("/echo", None, json!({"text": "hello"})).await, (200, json!({"text": "hello"})));
    assert_eq!(mock.post("/sum", None, json!({"a": 2, "b": 3})).await, (200, json!({"result": 5})));
    assert_eq!(mock.post("/sum", None, json!({"a": 0.5, "b": 1})).await, (200, json!({"result": 1.5})));
    assert_eq!(mock.post("/sum", None, json!({"a": i64::MAX, "b": 1})).await.0, 200);
    assert_eq!(mock.get("/health").await, (200, json!({"status": "ok"})));
}

#[tokio::test]
async fn a_key_has_one_effect_and_one_answer() {
    let mock = Mock::start().await;
    assert_eq!(mock.get("/status?idempotency_key=k1").await.0, 404);
    for text in ["first", "second"] {
        assert_eq!(mock.post("/echo", Some("k1"), json!({"text": text})).await.1, json!({"text": "first"}));
    }
    mock.post("/echo", None, json!({"text": "x"})).await;
    mock.post("/echo", None, json!({"text": "x"})).await;
    let (_, report) = mock.get("/calls").await;
    assert_eq!((&report["calls"], &report["effects"]), (&json!(4), &json!(3)));
    assert_eq!(report["keys"]["k1"], json!({"path": "/echo", "calls": 2, "effects": 1, "failures": 0}));
    assert_eq!(mock.get("/status?idempotency_key=k1").await, (200, json!({"text": "first"})));
    assert_eq!(mock.ask(Method::DELETE, "/calls", None, "").await.0, 204);
    assert_eq!(mock.get("/calls").await.1["calls"], 0);
}

#[tokio::test]
async fn it_fails_on_request_with_or_without_an_effect() {
    let mock = Mock::start().await;
    let body = || json!({"text": "x"});
    for (expected, effects) in [(503, 0), (503, 0), (200, 1)] {
        assert_eq!(mock.post("/echo?fail=503&fail_times=2", Some("a"), body()).await.0, expected);
        assert_eq!(mock.get("/calls").await.1["keys"]["a"]["effects"], effects);
    }
    assert_eq!(mock.post("/echo?fail=500&after_effect=true", Some("b"), body()).await.0, 500);
    assert_eq!(mock.get("/status?idempotency_key=b").await, (200, json!({"text": "x"})));
    for expected in [500, 200] {
        assert_eq!(mock.post("/sum?fail=500&fail_times=1", None, json!({"a": 1, "b": 1})).await.0, expected);
    }
    let response = mock
        .client
        .post(format!("{}/echo", mock.url))
        .header("x-mock-fail", "429")
        .header("x-mock-retry-after", "7")
        .body(r#"{"text":"x"}"#);
    let response = response.send().await.unwrap();
    assert_eq!((response.status().as_u16(), &response.headers()["retry-after"]), (429, &"7".parse().unwrap()));
}

#[tokio::test]
async fn a_slow_call_takes_effect_first_and_answers_later() {
    let mock = Mock::start().await;
    let started = Instant::now();
    let impatient = mock
        .client
        .post(format!("{}/echo?delay_ms=60000", mock.url))
        .header("x-idempotency-key", "slow")
        .body(r#"{"text":"x"}"#);
    assert!(impatient.timeout(Duration::from_millis(300)).send().await.unwrap_err().is_timeout());
    assert_eq!(mock.get("/status?idempotency_key=slow").await.0, 200);
    assert_eq!(mock.post("/echo?delay_ms=50", None, json!({"text": "x"})).await.0, 200);
    assert!(started.elapsed() >= Duration::from_millis(350));
}

#[tokio::test]
async fn a_bad_body_is_refused_in_words_and_is_no_call() {
    let mock = Mock::start().await;
    for (path, body, word) in [
        ("/echo", "{", "EOF"),
        ("/echo", "{}", "text"),
        ("/echo", r#"{"text": 1}"#, "string"),
        ("/sum", r#"{"a": 1}"#, "`b`"),
        ("/sum", "", "EOF"),
    ] {
        let (status, problem) = mock.ask(Method::POST, path, None, body).await;
        assert_eq!((status, &problem["error"]), (422, &json!("invalid_body")));
        assert!(problem["message"].as_str().unwrap().contains(word), "{problem}");
    }
    assert_eq!(mock.get("/status").await.0, 422);
    assert_eq!(mock.get("/calls").await.1["calls"], 0);
}
