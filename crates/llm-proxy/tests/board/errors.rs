//! Case 5, and all other failures of providers: the right status before the first byte, an error event after it, never
//! an answer.

use std::time::Duration;

use artel_llm::CallOutcome;
use artel_model_mock::{Body, Failure, How, Part, Protocol, Reply, Script, Wire};
use rstest::rstest;
use serde_json::{Value, json};

use crate::ask::{Answered, hello};
use crate::world::{PROTOCOLS, World};

#[rstest]
#[case::busy(Reply::status(429).header("retry-after", "2"), 429, "rate_limit_error", "rate_limit_exceeded")]
#[case::our_key(Reply::status(401), 502, "api_error", "provider_auth")]
#[case::bad_request(Reply::status(400), 400, "invalid_request_error", "rejected_by_provider")]
#[case::no_such_model(Reply::status(404), 404, "invalid_request_error", "model_not_found")]
#[case::too_large(Reply::status(413), 413, "invalid_request_error", "request_too_large")]
#[case::broken(Reply::status(500), 502, "api_error", "provider_unavailable")]
#[case::overloaded(Reply::status(529), 502, "api_error", "provider_unavailable")]
#[case::a_web_page(Reply::default().body(Body::Html), 502, "api_error", "provider_protocol")]
#[case::garbage(Reply::default().body(Body::Garbage), 502, "api_error", "provider_protocol")]
#[case::silence(Reply::hang(), 504, "api_error", "provider_timeout")]
#[tokio::test]
async fn a_failure_before_the_first_byte_has_its_status(
    #[case] reply: Reply,
    #[case] status: u16,
    #[case] kind: &str,
    #[case] code: &str,
) {
    let world = World::new(reply).await;
    for protocol in PROTOCOLS {
        for stream in [false, true] {
            let answer = world.ask(&hello(protocol, &json!({ "stream": stream }))).await;
            assert_eq!(answer.error(), (status, kind.into(), code.into()), "{protocol:?}: {}", answer.text);
            assert!(answer.header("x-request-id").is_some());
            let waits = answer.header("retry-after");
            assert_eq!(waits, (status == 429).then_some("2"), "{protocol:?}");
        }
    }
    let calls = world.book.calls();
    assert_eq!(calls.len(), 6);
    assert!(calls.iter().all(|call| matches!(call.outcome, CallOutcome::Error(_))), "{calls:?}");
    world.mock.wait_idle().await;
}

/// The deltas of an incomplete stream, and its last event.
fn broken_off(answer: &Answered) -> (String, Value) {
    assert_eq!(answer.status, 200);
    assert!(!answer.text.contains("[DONE]"), "{}", answer.text);
    let data: Vec<Value> = answer
        .text
        .split_terminator("\n\n")
        .map(|event| serde_json::from_str(event.strip_prefix("data: ").unwrap()).unwrap())
        .collect();
    let (last, chunks) = data.split_last().unwrap();
    assert!(chunks.iter().all(|chunk| chunk["choices"][0]["finish_reason"].is_null()), "{}", answer.text);
    let said = chunks.iter().filter_map(|chunk| chunk["choices"][0]["delta"]["content"].as_str()).collect();
    (said, last.clone())
}

#[rstest]
#[case::cut(How::Cut, "provider_unavailable")]
#[case::reset(How::Reset, "provider_unavailable")]
#[case::silence(How::Hang, "provider_timeout")]
#[case::too_early_an_end(How::End, "provider_protocol")]
#[case::an_error_in_the_stream(How::Error(Failure::new("overloaded_error", "busy")), "provider_unavailable")]
#[tokio::test]
async fn case_05_a_failure_in_mid_stream_is_an_error_event_without_an_end(#[case] how: How, #[case] code: &str) {
    let world = World::new(Reply::text("One two three four").fault_after_deltas(2, how)).await;
    for (at, protocol) in PROTOCOLS.into_iter().enumerate() {
        let (said, error) = broken_off(&world.ask(&hello(protocol, &json!({ "stream": true }))).await);
        assert_eq!(said, "One two ", "{protocol:?}");
        assert_eq!(error["error"]["code"], code, "{protocol:?}: {error}");
        assert!(error["error"]["trace_id"].as_str().is_some_and(|id| !id.starts_with("00000000")), "{error}");
        let call = world.book.last_of(at + 1).await;
        assert!(matches!(call.outcome, CallOutcome::Error(_)), "{call:?}");
        assert!(call.usage.is_some(), "what was said is accounted: {call:?}");
    }
}

#[tokio::test]
async fn case_05_a_whole_answer_that_breaks_off_is_an_error() {
    let world = World::new(Reply::text("One two three four").fault_after_deltas(2, How::Cut)).await;
    for protocol in PROTOCOLS {
        let answer = world.ask(&hello(protocol, &json!({}))).await;
        assert_eq!(
            answer.error(),
            (502, "api_error".into(), "provider_unavailable".into()),
            "{protocol:?}: {}",
            answer.text
        );
    }
}

#[tokio::test]
async fn case_19_an_answer_without_its_end_is_a_failure() {
    for omit in [vec![Part::Done, Part::Finish], vec![Part::Done, Part::Finish, Part::Usage]] {
        let world = World::new(Reply::text("One two").wire(Wire { omit, ..Wire::default() })).await;
        for protocol in [Protocol::Ollama, Protocol::Anthropic] {
            let (_, error) = broken_off(&world.ask(&hello(protocol, &json!({ "stream": true }))).await);
            assert_eq!(error["error"]["type"], "api_error", "{protocol:?}: {error}");
        }
    }
}

#[tokio::test]
async fn a_retry_is_invisible_and_a_fallback_may_answer() {
    let script = || Script {
        replies: vec![Reply::status(500).header("retry-after-ms", "1"), Reply::text("Second")],
        ..Script::default()
    };
    let world = World::with(script(), |config| config.retries = 1).await;
    for stream in [false, true] {
        world.mock.set_script(script());
        let answer = world.ask(&hello(Protocol::OpenAi, &json!({ "stream": stream }))).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        assert!(answer.text.contains("Second"));
    }
    assert_eq!(world.book.calls()[1].attempts, 2);
    let routes = json!({ "openai:scripted": { "fallbacks": ["anthropic:other"] } });
    let when = artel_model_mock::When { model: Some("scripted".into()), ..artel_model_mock::When::default() };
    let script = Script { replies: vec![Reply::status(500).when(when), Reply::text("Other")], ..Script::default() };
    let world = World::with(script, |config| {
        config.retries = 0;
        config.routes = serde_json::from_value(routes).unwrap();
    })
    .await;
    let answer = world.ask(&hello(Protocol::OpenAi, &json!({}))).await;
    assert_eq!(answer.json()["choices"][0]["message"]["content"], "Other");
    assert_eq!(answer.json()["model"], "anthropic:other");
    assert_eq!((answer.header("x-artel-provider"), answer.header("x-artel-model")), (Some("anthropic"), Some("other")));
}

#[tokio::test]
async fn a_failing_provider_gets_no_calls_for_a_while() {
    let world = World::with(Reply::status(500), |config| {
        config.retries = 0;
        config.breaker.in_a_row = 2;
    })
    .await;
    let body = hello(Protocol::OpenAi, &json!({}));
    for _ in 0..2 {
        assert_eq!(world.ask(&body).await.status, 502);
    }
    let refused = world.ask(&body).await;
    assert_eq!(refused.error(), (503, "api_error".into(), "circuit_open".into()));
    assert!(refused.header("retry-after").is_some());
    assert_eq!(world.mock.stats().requests, 2);
    let health: Value = world.http.get(format!("{}/health", world.url)).send().await.unwrap().json().await.unwrap();
    assert_eq!((&health["status"], &health["providers"]["openai"]), (&json!("degraded"), &json!("unavailable")));
    assert_eq!(health["providers"]["anthropic"], "available");
}

#[tokio::test]
async fn no_call_takes_longer_than_its_timeout() {
    let world = World::new(Reply::hang()).await;
    let begun = std::time::Instant::now();
    assert_eq!(world.ask(&hello(Protocol::Anthropic, &json!({ "stream": true }))).await.status, 504);
    assert!(begun.elapsed() < Duration::from_secs(3), "{:?}", begun.elapsed());
}
