use std::time::Duration;

use artel_llm::{Config, ProviderLimits, Timeouts};
use tokio::time::{Instant, timeout};

use crate::upstream::{Step, Upstream};
use crate::world::{World, config, ok, with_fallback, without_receiver};

/// A configuration with one slot at `custom:a`.
fn with_one_slot(config: Config) -> Config {
    let limits = ProviderLimits { max_concurrency: Some(1), ..ProviderLimits::default() };
    Config { limits: [("custom:a".to_owned(), limits)].into(), ..config }
}

#[tokio::test]
async fn calls_beyond_the_limit_wait_for_a_slot() {
    let slow = [vec![Step::Wait(Duration::from_millis(200))], ok()].concat();
    let mut a = Upstream::answering(vec![slow]).await;
    let world = World::of(with_one_slot(config(&a, &a)));
    let started = Instant::now();
    let (one, other) = tokio::join!(world.ask_whole("custom:a"), world.ask_whole("custom:a"));
    assert!(one.is_ok() && other.is_ok());
    assert!(started.elapsed() >= Duration::from_millis(400), "both were under way at once");
    assert_eq!(a.request_count(), 2);
    assert!(world.has_free_slots());
}

#[tokio::test]
async fn a_cancelled_call_frees_its_slot_at_once() {
    let a = Upstream::answering(vec![vec![Step::Hang], ok()]).await;
    let world = World::of(with_one_slot(config(&a, &a)));
    let waiting = async {
        tokio::task::yield_now().await;
        let outcome = world.ask_whole("custom:a").await;
        (outcome, Instant::now())
    };
    let given_up = async {
        let call = world.models.stream(world.request("custom:a"), without_receiver());
        assert!(timeout(Duration::from_millis(100), call).await.is_err());
        Instant::now()
    };
    let (freed, (outcome, answered)) = tokio::join!(given_up, waiting);
    assert!(outcome.is_ok());
    assert!(answered.duration_since(freed) < Duration::from_millis(100));
}

#[tokio::test]
async fn waiting_for_a_slot_ends_in_time_and_may_fall_back() {
    let (mut a, b) = (Upstream::answering(vec![vec![Step::Hang]]).await, Upstream::answering(vec![ok()]).await);
    let timeouts = Timeouts { first_byte: Duration::from_secs(1), ..Timeouts::default() };
    let world = World::of(with_fallback(with_one_slot(Config { timeouts, ..config(&a, &b) })));
    let holder = world.cancel("custom:a:long", Duration::from_millis(400));
    let (waited, outcome) = async {
        let started = Instant::now();
        let ((), (_, outcome)) = tokio::join!(holder, async {
            tokio::time::sleep(Duration::from_millis(20)).await;
            timeout(Duration::from_secs(5), world.ask("custom:a:m")).await.unwrap()
        });
        (started.elapsed(), outcome)
    }
    .await;
    // The slot is free after 400 ms, but this provider hangs, so the fallback answers.
    assert_eq!(outcome.unwrap().opening.model.provider(), "custom:b");
    assert!(waited < Duration::from_secs(4));
    assert!(a.request_count() >= 1);
    let no_slot = World::of(with_one_slot(Config { timeouts, ..config(&a, &b) }));
    let first = no_slot.ask_whole("custom:a");
    let second = async {
        tokio::time::sleep(Duration::from_millis(20)).await;
        no_slot.models.stream(no_slot.request("custom:a"), without_receiver()).await
    };
    let (first, second) = tokio::join!(first, second);
    assert_eq!(first.unwrap_err().code(), "model_timeout");
    assert!(second.is_err());
    assert!(no_slot.has_free_slots());
}
