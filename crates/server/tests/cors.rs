//! Pages of other origins, as browsers ask for them.
#![expect(clippy::unwrap_used, reason = "tests and what helps them fail by panicking")]

use artel_testkit::{Artel, Client, Database, Launch};
use serde_json::json;

const PAGE: &str = "https://app.example.com";

async fn launch(origins: &str) -> Artel {
    let launch = Launch::new(env!("CARGO_BIN_EXE_artel"), Database::Sqlite).with("LLM_PROXY_PUBLIC", "true");
    launch.with("CORS_ALLOWED_ORIGINS", origins).start().await
}

/// What a browser may ask at each surface, with the port that serves it.
const ASKED: [(&str, &str, &str); 7] = [
    ("public", "POST", "/oauth/token"),
    ("public", "POST", "/v1/runs/stream"),
    ("public", "DELETE", "/v1/agents/00000000-0000-0000-0000-000000000001"),
    ("public", "POST", "/api/v1/sessions"),
    ("public", "POST", "/v1/chat/completions"),
    ("auth", "POST", "/oauth/token"),
    ("llm_proxy", "POST", "/v1/chat/completions"),
];

async fn asks(url: &str, origin: &str, method: &str, path: &str) -> reqwest::Response {
    let request = Client::anonymous(url).request("OPTIONS", path).header("origin", origin);
    let request = request.header("access-control-request-method", method);
    request.header("access-control-request-headers", "authorization,content-type").send().await.unwrap()
}

fn header<'a>(answer: &'a reqwest::Response, name: &str) -> &'a str {
    answer.headers().get(name).map_or("", |value| value.to_str().unwrap())
}

#[tokio::test]
async fn a_named_origin_may_use_every_surface_and_no_other_may() {
    let artel = launch(&format!("{PAGE},http://localhost:5173")).await;
    for (port, method, path) in ASKED {
        let answer = asks(artel.url_of(port), PAGE, method, path).await;
        assert_eq!((answer.status().as_u16(), header(&answer, "access-control-allow-origin")), (200, PAGE), "{path}");
        assert!(header(&answer, "access-control-allow-methods").contains(method), "{path}");
        assert!(header(&answer, "access-control-allow-headers").contains("authorization"), "{path}");
        assert_eq!(header(&answer, "access-control-allow-credentials"), "", "{path}");
        let stranger = asks(artel.url_of(port), "https://evil.example", method, path).await;
        assert_eq!(header(&stranger, "access-control-allow-origin"), "", "{path}");
    }
}

#[tokio::test]
async fn errors_and_streams_are_readable_too() {
    let artel = launch(PAGE).await;
    let client = artel.client().await;
    let stranger = Client::anonymous(artel.url());
    for path in ["/v1/agents", "/nowhere", "/api/v1/sessions", "/v1/models"] {
        let answer = stranger.request("GET", path).header("origin", PAGE).send().await.unwrap();
        assert!(answer.status().is_client_error(), "{path}: {}", answer.status());
        assert_eq!(header(&answer, "access-control-allow-origin"), PAGE, "{path}");
        assert!(header(&answer, "access-control-expose-headers").contains("x-trace-id"), "{path}");
        let mut varies = answer.headers().get_all("vary").iter().map(|value| value.to_str().unwrap().to_lowercase());
        assert!(varies.any(|varies| varies.contains("origin")), "{path}");
    }
    let agent = client.agent("demo:echo", &[]).await;
    let start = json!({ "agent_id": agent, "input_message": "hi" });
    let stream = client.request("POST", "/v1/runs/stream").header("origin", PAGE).json(&start).send().await.unwrap();
    assert_eq!((stream.status().as_u16(), header(&stream, "access-control-allow-origin")), (200, PAGE));
    assert_eq!(header(&stream, "content-type"), "text/event-stream");
}

#[tokio::test]
async fn without_the_setting_nothing_is_shared() {
    let artel = launch("").await;
    for (port, method, path) in ASKED {
        let answer = asks(artel.url_of(port), PAGE, method, path).await;
        assert_eq!((answer.status().as_u16(), header(&answer, "access-control-allow-origin")), (405, ""), "{path}");
    }
}
