//! `POST /tools/{id}/test` as the registry performs it.

use artel_domain::ExecutionType;
use serde_json::json;

use crate::support::{Bench, Receiver, answer};

#[tokio::test]
async fn a_trial_shows_the_raw_and_the_transformed_answer() {
    let receiver = Receiver::echoing().await;
    let bench = Bench::to(&receiver, "/echo").with(|bench| bench.tool.response_transform = Some("got.text".into()));
    let report = bench.tools().test(bench.test_call()).await;
    assert_eq!((report.status_code, report.error.as_deref()), (Some(200), None));
    assert_eq!(report.raw_body.as_deref(), Some(r#"{"got":{"text":"hello"}}"#));
    assert_eq!(report.transformed_body, Some(json!("hello")));
    assert_eq!((report.request_method.as_deref(), report.request_url), (Some("POST"), Some(receiver.url("/echo"))));
    assert!(receiver.seen()[0].header("x-idempotency-key").is_some());
}

#[tokio::test]
async fn a_trial_calls_once_and_says_what_went_wrong() {
    let receiver = Receiver::start(|_, _| async { answer(503, &json!({"why": "busy"})) }).await;
    let bench = Bench::to(&receiver, "/");
    let report = bench.tools().test(bench.test_call()).await;
    assert_eq!((report.status_code, receiver.seen().len()), (Some(503), 1));
    assert!(report.raw_body.unwrap().contains("busy") && report.error.unwrap().contains("503"));

    let guarded = Bench::at("http://169.254.169.254/latest");
    let report = guarded.tools().test(guarded.test_call()).await;
    assert!(report.status_code.is_none() && report.error.unwrap().contains("public internet"));

    let invalid = bench.with(|bench| bench.tool.input_schema = json!({"type": "object", "required": ["missing"]}));
    assert!(invalid.tools().test(invalid.test_call()).await.error.unwrap().contains("missing"));
}

#[tokio::test]
async fn an_internal_tool_can_be_tried_too() {
    let bench = Bench::at("echo").with(|bench| bench.tool.execution_type = ExecutionType::Internal);
    let report = bench.tools().test(bench.test_call()).await;
    assert_eq!((report.transformed_body, report.error), (Some(json!({"text": "hello"})), None));
}
