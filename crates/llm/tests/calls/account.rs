use std::time::Duration;

use artel_domain::{FinishReason, Usage};
use artel_llm::{CallOutcome, Delta, RateLimit, Trace};
use serde_json::json;
use tokio::sync::mpsc;
use tokio::time::{Instant, timeout};

use crate::upstream::{END, Step, Upstream, events, response, text};
use crate::world::{World, config, connection_close_delay, ok, without_receiver};

#[tokio::test]
async fn a_call_is_recorded_with_what_the_provider_reported() {
    let usage = json!({ "choices": [], "usage": { "prompt_tokens": 9, "completion_tokens": 2 } });
    let finish = END.split("data: [DONE]").next().unwrap();
    let a =
        Upstream::answering(vec![vec![events(&format!("{}{finish}data: {usage}\n\ndata: [DONE]\n\n", text("Hello")))]])
            .await;
    let world = World::of(config(&a, &a));
    let trace = Trace::of_id("4bf92f35-77b3-4da6-a3ce-929d0e0e4736");
    let request = artel_llm::Request { trace, ..world.request("custom:a:m") };
    let served = world.models.stream(request, without_receiver()).await.unwrap();
    let call = world.the_record();
    assert_eq!((call.account.as_str(), call.requested.to_string().as_str()), ("acme", "custom:a:m"));
    assert_eq!((call.outcome, call.attempts, call.fallbacks), (CallOutcome::Ok, 1, 0));
    assert_eq!(call.usage, Some(Usage { prompt_tokens: 9, completion_tokens: 2, ..Usage::default() }));
    assert!(!call.is_estimated);
    assert_eq!((call.deltas, call.streamed_bytes, call.finish), (1, 5, Some(FinishReason::Stop)));
    assert!(call.time_to_first_token.unwrap() <= call.latency);
    assert_eq!((call.trace, served.opening.call_id), (trace, call.id));
    assert!(served.opening.upstream <= served.latency);
}

#[tokio::test]
async fn usage_that_the_provider_does_not_report_is_estimated_and_marked_so() {
    let a = Upstream::answering(vec![ok()]).await;
    let world = World::of(config(&a, &a));
    assert!(world.ask_whole("custom:a").await.is_ok());
    let call = world.the_record();
    // "twelve chars" and "Hello", at four characters a token.
    assert_eq!(call.usage, Some(Usage { prompt_tokens: 3, completion_tokens: 2, ..Usage::default() }));
    assert!(call.is_estimated);
}

#[tokio::test]
async fn a_cancelled_call_is_recorded_and_frees_everything_at_once() {
    let cases =
        [(vec![Step::Hang], 0, 0), (vec![events(&format!("{}{}", text("Привет, "), text("мир"))), Step::Hang], 2, 3)];
    for (reply, deltas, completion_tokens) in cases {
        for somebody_reads in [true, false] {
            let mut a = Upstream::answering(vec![reply.clone()]).await;
            let world = World::of(config(&a, &a));
            let (sender, receiver) = mpsc::channel(100);
            let receiver = somebody_reads.then_some(receiver);
            let call = world.models.stream(world.request("custom:a"), sender);
            assert!(timeout(Duration::from_millis(150), call).await.is_err());
            let dropped = Instant::now();
            let call = world.the_record();
            assert_eq!((call.outcome, call.deltas), (CallOutcome::Cancelled, deltas));
            assert_eq!(call.usage, Some(Usage { prompt_tokens: 3, completion_tokens, ..Usage::default() }));
            assert!(call.is_estimated && call.latency >= Duration::from_millis(150));
            assert_eq!(call.time_to_first_token.is_some(), deltas > 0);
            assert!(world.has_free_slots());
            let closed = timeout(Duration::from_secs(2), a.closed_at()).await.unwrap();
            assert!(closed.saturating_duration_since(dropped) < Duration::from_millis(100));
            connection_close_delay().await;
            assert!(world.records().is_empty(), "once is enough");
            drop(receiver);
        }
    }
}

#[tokio::test]
async fn a_call_that_was_never_polled_sends_nothing_and_is_not_recorded() {
    let mut a = Upstream::answering(vec![ok()]).await;
    let world = World::of(config(&a, &a));
    drop(world.ask_whole("custom:a"));
    assert_eq!((world.records().len(), a.request_count()), (0, 0));
}

#[tokio::test]
async fn calls_of_the_demo_are_recorded_too() {
    let a = Upstream::answering(vec![ok()]).await;
    let world = World::of(config(&a, &a));
    let (deltas, served) = world.ask("demo:echo").await;
    assert!(matches!(&deltas[0], Delta::Opened(opening) if opening.model.provider() == "demo"), "{deltas:?}");
    let call = world.the_record();
    assert_eq!(
        (call.served.to_string().as_str(), call.outcome, call.usage),
        ("demo:echo", CallOutcome::Ok, served.unwrap().answer.usage)
    );
}

#[tokio::test]
async fn the_providers_rate_limits_are_known_before_the_first_delta() {
    let head =
        "content-type: text/event-stream\r\nx-ratelimit-remaining-requests: 59\r\nx-ratelimit-reset-requests: 6m0s\r\n";
    let a = Upstream::answering(vec![vec![response(200, head, &format!("{}{END}", text("Hi")))]]).await;
    let world = World::of(config(&a, &a));
    let (deltas, served) = world.ask("custom:a").await;
    let Delta::Opened(opening) = &deltas[0] else { panic!("{deltas:?}") };
    let requests = RateLimit { limit: None, remaining: Some(59), reset: Some(Duration::from_mins(6)) };
    assert_eq!((opening.limits.requests, served.unwrap().opening.limits.requests), (requests, requests));
}

#[tokio::test]
async fn the_time_spent_waiting_for_the_provider_is_measured_separately() {
    let pause = Duration::from_millis(200);
    let steps = vec![Step::Wait(pause), events(&text("Hel")), Step::Wait(pause), Step::Send(END.into())];
    let a = Upstream::answering(vec![steps]).await;
    let world = World::of(config(&a, &a));
    let (deltas, served) = world.ask("custom:a").await;
    let (Delta::Opened(opening), served) = (&deltas[0], served.unwrap()) else { panic!("{deltas:?}") };
    assert!(opening.upstream >= pause && opening.upstream < 2 * pause, "{:?}", opening.upstream);
    let own = served.latency.saturating_sub(served.opening.upstream);
    assert!(served.opening.upstream >= 2 * pause && own < pause / 2, "{own:?}");
}
