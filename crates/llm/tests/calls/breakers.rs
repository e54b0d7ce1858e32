use std::time::Duration;

use artel_llm::{BreakerLimits, BreakerState, Config};
use tokio::time::sleep;

use crate::upstream::{Step, Upstream, events, text};
use crate::world::{World, config, ok, status, with_fallback};

const OPEN_FOR: Duration = Duration::from_millis(300);

fn quick(config: Config) -> Config {
    Config { breaker: BreakerLimits { in_a_row: 2, open_for: OPEN_FOR, ..BreakerLimits::default() }, ..config }
}

#[tokio::test]
async fn a_failing_model_gets_no_calls_until_a_probe_succeeds() {
    let mut a = Upstream::answering(vec![status(503), status(503), status(500), ok()]).await;
    let world = World::of(quick(config(&a, &a)));
    assert_eq!(world.ask_whole("custom:a:m").await.unwrap_err().code(), "model_unavailable");
    assert_eq!(world.health("custom:a").breaker, BreakerState::Closed);
    assert_eq!(world.ask_whole("custom:a:m").await.unwrap_err().code(), "model_unavailable");
    let refused = world.ask_whole("custom:a:m").await.unwrap_err();
    assert_eq!(refused.code(), "model_circuit_open");
    assert!(refused.retry_after().unwrap() <= OPEN_FOR);
    assert_eq!(a.request_count(), 2, "nothing was sent while it was open");
    let health = world.health("custom:a");
    assert_eq!((health.breaker, health.troubled[0].model.as_str()), (BreakerState::Open, "m"));
    assert_eq!(health.last_error.unwrap().code, "model_unavailable");
    assert_eq!(
        world.ask_whole("custom:a:another").await.unwrap_err().code(),
        "model_unavailable",
        "each model has its own"
    );
    sleep(OPEN_FOR).await;
    assert!(world.ask_whole("custom:a:m").await.is_ok());
    assert_eq!(world.health("custom:a").breaker, BreakerState::Closed);
    assert!(world.health("custom:a").last_success_at.is_some());
    let refused = &world.records()[2];
    assert_eq!((refused.attempts, refused.usage, refused.outcome.error_code()), (0, None, Some("model_circuit_open")));
}

#[tokio::test]
async fn refusals_and_cancelled_calls_open_no_breaker() {
    for reply in [status(400), status(401), status(404), status(429), vec![Step::Hang]] {
        let a = Upstream::answering(vec![reply]).await;
        let world = World::of(quick(config(&a, &a)));
        for _ in 0..4 {
            let _ = tokio::time::timeout(Duration::from_millis(100), world.ask_whole("custom:a:m")).await;
        }
        assert_eq!(world.health("custom:a").breaker, BreakerState::Closed);
    }
}

/// The tools and texts of one tenant can bring a model there: the others go on asking it.
#[tokio::test]
async fn answers_that_are_of_no_use_open_no_breaker() {
    let ending = |word: &str| {
        let end = format!("data: {{\"choices\":[{{\"index\":0,\"delta\":{{}},\"finish_reason\":\"{word}\"}}]}}\n\n");
        vec![events(&format!("{}{end}data: [DONE]\n\n", text("Hello")))]
    };
    for reply in [ending("malformed_function_call"), ending("tool_calls"), vec![events(&text(&"x".repeat(20_000)))]] {
        let a = Upstream::answering(vec![reply]).await;
        let world = World::of(Config { max_answer_bytes: 10_000, ..quick(config(&a, &a)) });
        for _ in 0..4 {
            assert_eq!(world.ask_whole("custom:a:m").await.unwrap_err().code(), "model_protocol_error");
        }
        assert_eq!(world.health("custom:a").breaker, BreakerState::Closed);
    }
}

#[tokio::test]
async fn with_an_open_breaker_the_fallback_is_called_at_once() {
    let (mut a, b) = (Upstream::answering(vec![status(503)]).await, Upstream::answering(vec![ok()]).await);
    let world = World::of(with_fallback(quick(config(&a, &b))));
    for _ in 0..5 {
        assert!(world.ask_whole("custom:a:m").await.is_ok());
    }
    assert_eq!(a.request_count(), 2);
    let attempts: Vec<u32> = world.records().iter().map(|call| call.attempts).collect();
    assert_eq!(attempts, [2, 2, 1, 1, 1]);
}

#[tokio::test]
async fn after_a_cancelled_probe_the_next_call_probes() {
    let mut a = Upstream::answering(vec![status(503), status(503), vec![Step::Hang], ok()]).await;
    let world = World::of(quick(config(&a, &a)));
    for _ in 0..2 {
        assert!(world.ask_whole("custom:a:m").await.is_err());
    }
    sleep(OPEN_FOR).await;
    world.cancel("custom:a:m", Duration::from_millis(50)).await;
    assert!(world.ask_whole("custom:a:m").await.is_ok());
    assert_eq!(a.request_count(), 4);
}
