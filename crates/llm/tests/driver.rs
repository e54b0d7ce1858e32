//! The driver against providers that behave well and badly, over real connections.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

#[path = "driver/content.rs"]
mod content;
#[path = "driver/embeddings.rs"]
mod embeddings;
mod upstream;

use std::collections::BTreeMap;
use std::time::Duration;

use artel_domain::FinishReason;
use artel_llm::{
    Completion, Config, CustomProvider, Delta, Endpoint, Message, ModelError, Models, Params, Request, Timeouts,
};
use serde_json::json;
use tokio::sync::mpsc::{self, Receiver};
use tokio::time::{Instant, sleep, timeout};
use upstream::{END, Step, Upstream, events, response, text};

/// A configuration whose `custom:mock` is the mock. Waits are short, so that tests are fast.
fn config(upstream: &Upstream) -> Config {
    let custom: CustomProvider = serde_json::from_value(
        json!({ "base_url": format!("http://{}/v1", upstream.address), "api_key": "sk-canary-123" }),
    )
    .unwrap();
    Config { custom: [("mock".to_owned(), custom)].into(), ..Config::default() }
}

fn with_timeouts(timeouts: Timeouts, upstream: &Upstream) -> Config {
    Config { timeouts, ..config(upstream) }
}

fn request(models: &Models, name: &str) -> Request {
    let model = models.check(name).unwrap();
    Request {
        model,
        messages: vec![Message::user("hi")],
        tools: Vec::new(),
        params: Params::default(),
        account: "test".to_owned(),
        used_by: artel_llm::UsedBy::default(),
        keys: BTreeMap::new(),
        trace: None,
    }
}

async fn ask(config: Config) -> (String, Result<Completion, ModelError>) {
    let models = Models::new(config).unwrap();
    let (sender, receiver) = mpsc::channel(100);
    let outcome = models.stream(request(&models, "custom:mock:m"), sender).await;
    (joined(receiver).await, outcome.map(|served| served.answer))
}

async fn joined(mut deltas: Receiver<Delta>) -> String {
    let mut all = String::new();
    while let Some(delta) = deltas.recv().await {
        match delta {
            Delta::Opened(_) => assert!(all.is_empty(), "who answers is told first"),
            Delta::Text(text) => all.push_str(&text),
            other => panic!("{other:?}"),
        }
    }
    all
}

fn ok() -> Vec<Step> {
    vec![events(&format!("{}{}{END}", text("Hello "), text("мир")))]
}

/// A refusal that demands a short wait.
fn refusal(status: u16) -> Vec<Step> {
    vec![response(status, "content-type: application/json\r\nretry-after-ms: 1\r\n", r#"{"error":{"message":"busy"}}"#)]
}

#[tokio::test]
async fn a_request_goes_out_as_post_with_the_key_and_asks_for_a_stream() {
    let mut upstream = Upstream::answering(vec![ok()]).await;
    let (shown, outcome) = ask(config(&upstream)).await;
    assert_eq!((shown.as_str(), outcome.unwrap().finish), ("Hello мир", FinishReason::Stop));
    let seen = upstream.request().await;
    assert!(seen.starts_with("POST /v1/chat/completions HTTP/1.1\r\n"), "{seen}");
    assert!(seen.to_lowercase().contains("\r\nauthorization: bearer sk-canary-123\r\n"), "{seen}");
    assert!(seen.contains(r#""stream":true"#) && seen.contains(r#""model":"m""#), "{seen}");
}

#[tokio::test]
async fn an_operators_openai_base_url_needs_no_key() {
    let mut upstream = Upstream::answering(vec![ok()]).await;
    let openai =
        Endpoint { base_url: Some(format!("http://{}/v1", upstream.address)), api_key: Some(String::new().into()) };
    let models = Models::new(Config { openai, ..Config::default() }).unwrap();
    models.stream(request(&models, "openai:qwen-local"), mpsc::channel(100).0).await.unwrap();
    assert!(!upstream.request().await.to_lowercase().contains("authorization"));
}

#[tokio::test]
async fn text_is_shown_while_the_answer_is_still_coming() {
    let late = Duration::from_millis(300);
    let upstream =
        Upstream::answering(vec![vec![events(&text("first")), Step::Wait(late), Step::Send(END.into())]]).await;
    let models = Models::new(config(&upstream)).unwrap();
    let (sender, mut receiver) = mpsc::channel(100);
    let answer = async {
        let outcome = models.stream(request(&models, "custom:mock"), sender).await;
        (outcome, Instant::now())
    };
    let first = async {
        assert!(matches!(receiver.recv().await, Some(Delta::Opened(_))));
        (receiver.recv().await, Instant::now())
    };
    let ((outcome, ended), (delta, shown)) = tokio::join!(answer, first);
    assert_eq!(outcome.unwrap().answer.text, "first");
    assert_eq!(delta, Some(Delta::Text("first".to_owned())));
    assert!(ended - shown >= late / 2, "shown only {:?} before the end", ended - shown);
}

#[tokio::test]
async fn bytes_one_by_one_give_the_same_answer() {
    let Step::Send(bytes) = ok().remove(0) else { unreachable!() };
    let steps =
        bytes.chunks(3).flat_map(|piece| [Step::Send(piece.to_vec()), Step::Wait(Duration::from_millis(1))]).collect();
    let upstream = Upstream::answering(vec![steps]).await;
    let (shown, outcome) = ask(config(&upstream)).await;
    assert_eq!((shown.as_str(), outcome.unwrap().text.as_str()), ("Hello мир", "Hello мир"));
}

#[tokio::test]
async fn transient_refusals_are_retried() {
    for status in [408, 409, 429, 500, 503, 529] {
        let mut upstream = Upstream::answering(vec![refusal(status), refusal(status), ok()]).await;
        let (shown, outcome) = ask(config(&upstream)).await;
        assert_eq!((shown.as_str(), outcome.is_ok()), ("Hello мир", true), "{status}");
        assert_eq!(upstream.request_count(), 3, "{status}");
    }
}

#[tokio::test]
async fn after_the_last_retry_the_error_has_the_providers_text() {
    let mut upstream = Upstream::answering(vec![refusal(503)]).await;
    let error = ask(config(&upstream)).await.1.unwrap_err();
    assert_eq!(error, ModelError::Unavailable("custom:mock: it answered 503: busy".to_owned()));
    assert_eq!(upstream.request_count(), 3);
}

#[tokio::test]
async fn permanent_refusals_are_not_retried() {
    let quota = r#"{"error":{"message":"no money","code":"insufficient_quota"}}"#;
    let replies = [
        vec![response(400, "", "{}")],
        vec![response(401, "", "{}")],
        vec![response(404, "", "{}")],
        vec![response(302, "location: http://127.0.0.1:1/\r\n", "")],
        vec![response(429, "content-type: application/json\r\n", quota)],
        vec![response(503, "x-should-retry: false\r\n", "{}")],
        vec![response(429, "retry-after: 3600\r\n", "{}")],
    ];
    for (number, reply) in replies.into_iter().enumerate() {
        let mut upstream = Upstream::answering(vec![reply]).await;
        assert!(ask(config(&upstream)).await.1.is_err());
        assert_eq!(upstream.request_count(), 1, "reply {number}");
    }
}

#[tokio::test]
async fn an_answer_that_breaks_off_before_any_text_is_retried() {
    let broken = vec![events("data: {\"choices\":[")];
    let overloaded = vec![events("data: {\"error\":{\"message\":\"overloaded\",\"code\":503}}\n\n")];
    for first in [broken, overloaded, Vec::new()] {
        let mut upstream = Upstream::answering(vec![first, ok()]).await;
        assert_eq!(ask(config(&upstream)).await.0, "Hello мир");
        assert_eq!(upstream.request_count(), 2);
    }
}

#[tokio::test]
async fn an_answer_that_breaks_after_text_was_shown_is_an_error_and_never_repeated() {
    let truncated = response(200, "content-type: text/event-stream\r\ncontent-length: 9999\r\n", &text("Hel"));
    let in_band =
        events(&format!("{}data: {{\"error\":{{\"message\":\"out of memory\",\"code\":500}}}}\n\n", text("Hel")));
    let early = events(&text("Hel"));
    for (reply, code) in
        [(truncated, "model_unavailable"), (in_band, "model_unavailable"), (early, "model_protocol_error")]
    {
        let mut upstream = Upstream::answering(vec![vec![reply], ok()]).await;
        let (shown, outcome) = ask(config(&upstream)).await;
        assert_eq!((shown.as_str(), outcome.unwrap_err().code()), ("Hel", code));
        assert_eq!(upstream.request_count(), 1);
    }
}

#[tokio::test]
async fn a_connection_that_breaks_after_the_end_of_the_answer_does_no_harm() {
    let finish = END.split("data: [DONE]").next().unwrap();
    let head = "content-type: text/event-stream\r\ncontent-length: 9999\r\n";
    let upstream = Upstream::answering(vec![vec![response(200, head, &format!("{}{finish}", text("Hi")))]]).await;
    assert_eq!(ask(config(&upstream)).await.1.unwrap().text, "Hi");
}

#[tokio::test]
async fn an_answer_as_one_json_value_is_accepted_too() {
    let body = json!({ "choices": [{ "index": 0, "finish_reason": "stop", "message": { "role": "assistant", "content": "Hi" } }] });
    let upstream =
        Upstream::answering(vec![vec![response(200, "content-type: application/json\r\n", &body.to_string())]]).await;
    let (shown, outcome) = ask(config(&upstream)).await;
    assert_eq!((shown.as_str(), outcome.unwrap().text.as_str()), ("Hi", "Hi"));
}

#[tokio::test]
async fn the_error_for_a_body_that_is_not_an_answer_has_an_excerpt() {
    let replies = [
        ("content-type: text/html\r\n", "<h1>Welcome to nginx</h1>", "<h1>Welcome to nginx</h1>"),
        ("content-type: application/json\r\n", "oops", "oops"),
        ("content-type: text/event-stream\r\n", "data: oops\n\n", "oops"),
        ("content-type: text/plain\r\n", "oops", "ended early"),
    ];
    for (head, body, told) in replies {
        let upstream = Upstream::answering(vec![vec![response(200, head, body)]]).await;
        let error = ask(Config { retries: 0, ..config(&upstream) }).await.1.unwrap_err();
        assert_eq!(error.code(), "model_protocol_error", "{body}");
        assert!(error.to_string().contains(told), "{error}");
    }
}

#[tokio::test]
async fn an_answer_without_end_is_cut_off_at_the_limit() {
    let flood: Vec<Step> =
        std::iter::once(events("")).chain((0..100).map(|_| Step::Send(text(&"x".repeat(1000)).into()))).collect();
    let upstream = Upstream::answering(vec![flood]).await;
    let (shown, outcome) = ask(Config { max_answer_bytes: 10_000, ..config(&upstream) }).await;
    assert!(shown.len() < 10_000);
    assert_eq!(outcome, Err(ModelError::Unusable("custom:mock: it is longer than 10000 bytes".to_owned())));
}

#[tokio::test]
async fn an_unreachable_provider_is_unavailable_and_the_error_hides_its_address() {
    let upstream = Upstream::answering(vec![ok()]).await;
    let config = Config { retries: 0, ..config(&upstream) };
    drop(upstream);
    sleep(Duration::from_millis(50)).await;
    assert_eq!(ask(config).await.1, Err(ModelError::Unavailable("custom:mock: no connection".to_owned())));
}

#[tokio::test]
async fn a_key_that_the_provider_quotes_is_masked() {
    let upstream = Upstream::answering(vec![vec![response(
        401,
        "",
        r#"{"error":{"message":"Incorrect API key sk-canary-123"}}"#,
    )]])
    .await;
    let error = ask(config(&upstream)).await.1.unwrap_err();
    assert_eq!(error, ModelError::KeyRefused("custom:mock: it answered 401: Incorrect API key ***".to_owned()));
    assert!(!format!("{:?}", config(&upstream)).contains("canary"));
}

#[tokio::test]
async fn silence_before_the_first_byte_ends_in_time() {
    let timeouts = Timeouts { first_byte: Duration::from_millis(80), ..Timeouts::default() };
    for steps in [vec![Step::Hang], vec![events(""), Step::Hang]] {
        let mut upstream = Upstream::answering(vec![steps]).await;
        let started = Instant::now();
        let error = ask(with_timeouts(timeouts, &upstream)).await.1.unwrap_err();
        assert_eq!(error.code(), "model_timeout");
        assert!(started.elapsed() < Duration::from_secs(2));
        assert_eq!(upstream.request_count(), 1);
    }
}

#[tokio::test]
async fn silence_in_the_middle_ends_in_time_but_slow_text_does_not() {
    let timeouts = Timeouts {
        first_byte: Duration::from_secs(5),
        between_chunks: Duration::from_millis(200),
        ..Timeouts::default()
    };
    let slow_to_begin =
        vec![events(""), Step::Wait(Duration::from_millis(300)), Step::Send(text("Hel").into()), Step::Hang];
    for steps in [vec![events(&text("Hel")), Step::Hang], slow_to_begin] {
        let upstream = Upstream::answering(vec![steps]).await;
        let started = Instant::now();
        let (shown, outcome) = ask(with_timeouts(timeouts, &upstream)).await;
        assert_eq!((shown.as_str(), outcome.unwrap_err().code()), ("Hel", "model_timeout"));
        assert!(started.elapsed() < Duration::from_secs(2));
    }
    let slow = (0..8).flat_map(|_| [Step::Wait(Duration::from_millis(50)), Step::Send(text("x").into())]);
    let steps = std::iter::once(events("")).chain(slow).chain([Step::Send(END.into())]).collect();
    let upstream = Upstream::answering(vec![steps]).await;
    assert_eq!(ask(with_timeouts(timeouts, &upstream)).await.0, "xxxxxxxx");
}

#[tokio::test]
async fn the_total_timeout_ends_a_call_that_never_stops_sending() {
    let drip =
        (0..1000).flat_map(|_| [Step::Wait(Duration::from_millis(20)), Step::Send(b": still here\n\n".to_vec())]);
    let upstream = Upstream::answering(vec![std::iter::once(events("")).chain(drip).collect()]).await;
    let timeouts = Timeouts { total: Duration::from_millis(200), ..Timeouts::default() };
    let started = Instant::now();
    let error = ask(with_timeouts(timeouts, &upstream)).await.1.unwrap_err();
    assert_eq!(error.to_string(), "the model did not answer in time: custom:mock: no complete answer within 200ms");
    assert!(started.elapsed() < Duration::from_secs(2));
}

#[tokio::test]
async fn a_wait_beyond_the_total_time_is_not_begun() {
    let upstream = Upstream::answering(vec![vec![response(429, "retry-after: 30\r\n", "{}")]]).await;
    let timeouts = Timeouts { total: Duration::from_secs(5), ..Timeouts::default() };
    let started = Instant::now();
    assert_eq!(ask(with_timeouts(timeouts, &upstream)).await.1.unwrap_err().code(), "model_rate_limited");
    assert!(started.elapsed() < Duration::from_secs(2));
}

#[tokio::test]
async fn dropping_the_call_closes_the_connection_at_once() {
    for steps in [vec![Step::Hang], vec![events(&text("Hel")), Step::Hang]] {
        let mut upstream = Upstream::answering(vec![steps]).await;
        let models = Models::new(config(&upstream)).unwrap();
        let call = models.stream(request(&models, "custom:mock"), mpsc::channel(100).0);
        assert!(timeout(Duration::from_millis(200), call).await.is_err(), "the provider hangs");
        let dropped = Instant::now();
        let closed = timeout(Duration::from_secs(2), upstream.closed_at()).await.unwrap();
        assert!(closed.saturating_duration_since(dropped) < Duration::from_millis(100));
    }
}

#[tokio::test]
async fn an_answer_without_a_receiver_is_still_complete() {
    let upstream = Upstream::answering(vec![ok()]).await;
    let models = Models::new(config(&upstream)).unwrap();
    let (sender, receiver) = mpsc::channel(1);
    drop(receiver);
    assert_eq!(models.stream(request(&models, "custom:mock"), sender).await.unwrap().answer.text, "Hello мир");
}

/// Anthropic at the mock's address, under the provider's own name.
fn anthropic(upstream: &Upstream) -> Models {
    let anthropic = Endpoint {
        base_url: Some(format!("http://{}", upstream.address)),
        api_key: Some("sk-ant-canary".to_owned().into()),
    };
    Models::new(Config { anthropic, ..Config::default() }).unwrap()
}

#[tokio::test]
async fn an_anthropic_model_is_called_at_its_own_path_with_key_and_version() {
    let stream = events(include_str!("golden/anthropic/text.sse"));
    let mut upstream = Upstream::answering(vec![vec![stream]]).await;
    let models = anthropic(&upstream);
    let (sender, receiver) = mpsc::channel(100);
    let answer = models.stream(request(&models, "claude-sonnet-4-5"), sender).await.unwrap().answer;
    assert_eq!((joined(receiver).await, answer.finish), (answer.text, FinishReason::Stop));
    let seen = upstream.request().await;
    assert!(seen.starts_with("POST /v1/messages HTTP/1.1\r\n"), "{seen}");
    for line in ["\r\nx-api-key: sk-ant-canary\r\n", "\r\nanthropic-version: 2023-06-01\r\n"] {
        assert!(seen.to_lowercase().contains(line), "{seen}");
    }
    assert!(!seen.to_lowercase().contains("authorization") && seen.contains(r#""max_tokens":"#), "{seen}");
}

#[tokio::test]
async fn an_overloaded_anthropic_model_is_retried_but_not_after_text_was_shown() {
    let overloaded = r#"{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}"#;
    let busy = vec![response(529, "content-type: application/json\r\nretry-after-ms: 1\r\n", overloaded)];
    let broken = vec![events(include_str!("golden/anthropic/error-midway.sse"))];
    let mut upstream = Upstream::answering(vec![busy, broken]).await;
    let models = anthropic(&upstream);
    let (sender, receiver) = mpsc::channel(100);
    let error = models.stream(request(&models, "claude-sonnet-4-5"), sender).await.unwrap_err();
    assert_eq!(error, ModelError::Unavailable("anthropic: it broke off: Overloaded".to_owned()));
    assert_eq!((joined(receiver).await.as_str(), upstream.request_count()), ("Hel", 2));
}
