//! `POST /tools/{id}/test` as the registry performs it.

use std::time::{Duration, Instant};

use artel_domain::{ExecutionType, TenantId};
use artel_tools::{Fuel, Programs, TestCall};
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

/// As many programs as a tenant may run at once, and more that wait: each sleeps.
#[expect(clippy::disallowed_methods, reason = "they end with the test's runtime")]
fn occupy_the_places_of(tenant: TenantId) {
    for _ in 0..64 {
        tokio::spawn(Programs::of_process().run(tenant, |_: &Fuel| {
            std::thread::sleep(Duration::from_millis(100));
            Ok::<(), String>(())
        }));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_trial_that_waits_for_a_place_ends_in_its_time() {
    let receiver = Receiver::echoing().await;
    for execution_type in [ExecutionType::HttpWebhook, ExecutionType::Internal] {
        let bench = match execution_type {
            ExecutionType::HttpWebhook => Bench::to(&receiver, "/echo"),
            ExecutionType::Internal => Bench::at("echo"),
        };
        let bench = bench.with(|bench| bench.tool.execution_type = execution_type);
        occupy_the_places_of(bench.test_call().tenant_id);
        tokio::time::sleep(Duration::from_millis(20)).await;
        let begun = Instant::now();
        let report = bench.tools().test(TestCall { timeout_ms: Some(200), ..bench.test_call() }).await;
        let error = report.error.unwrap_or_default();
        assert!(error.contains("was not begun within 200 ms"), "{execution_type:?}: {error}");
        assert!(begun.elapsed() < Duration::from_millis(600), "{execution_type:?}: {:?}", begun.elapsed());
    }
    assert!(receiver.seen().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_trial_whose_answer_waits_for_a_place_ends_in_its_time() {
    let receiver = Receiver::start(|_, _| async {
        occupy_the_places_of(Bench::at("http://nowhere").test_call().tenant_id);
        answer(200, &json!({ "got": { "text": "hello" } }))
    })
    .await;
    let bench = Bench::to(&receiver, "/").with(|bench| bench.tool.response_transform = Some("got.text".into()));
    let begun = Instant::now();
    let report = bench.tools().test(TestCall { timeout_ms: Some(400), ..bench.test_call() }).await;
    // Decoding the answer and transforming it both need a place.
    let error = report.error.unwrap_or_default();
    assert!(error.contains("within 400 ms"), "{error}");
    assert!(begun.elapsed() < Duration::from_millis(800), "{:?}", begun.elapsed());
}
