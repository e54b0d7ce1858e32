//! Two buses on one Redis stand for two processes. The tests need `ARTEL_TEST_REDIS_URL`. Each test uses its own
//! database number, and so its own channels.

use std::time::Duration;

use crate::support::{SOON, bus, frame, receive, run, tenant, unique, until, until_told_to_reread};
use artel_bus::{Bus, LocalBus};
use artel_bus_redis::RedisBus;
use artel_domain::{RateLimit, SessionId};
use redis::AsyncCommands;
use tokio::time::timeout;

fn url(database: u8) -> Option<String> {
    let Ok(url) = std::env::var("ARTEL_TEST_REDIS_URL") else {
        println!("skipped: ARTEL_TEST_REDIS_URL names no Redis");
        return None;
    };
    let (scheme, rest) = url.split_once("://").unwrap();
    Some(format!("{scheme}://{}/{database}", rest.split('/').next().unwrap()))
}

async fn two(database: u8) -> Option<(RedisBus, RedisBus)> {
    let url = url(database)?;
    Some((bus(&url).await, bus(&url).await))
}

fn rate(text: &str) -> RateLimit {
    text.parse().unwrap()
}

#[tokio::test]
async fn a_frame_reaches_the_followers_of_every_process_once_and_in_order() {
    let Some((here, there)) = two(1).await else { return };
    let session = SessionId(unique("chat"));
    let (mut near, mut far) = (here.follow(tenant(), &session), there.follow(tenant(), &session));
    until_told_to_reread(&mut near).await;
    until_told_to_reread(&mut far).await;
    for seq in 1..=50 {
        here.publish(frame(&session, seq));
    }
    for seq in 1..=50 {
        assert_eq!((receive(&mut near).await, receive(&mut far).await), (Some(seq), Some(seq)));
    }
    there.publish(frame(&session, 51));
    assert_eq!((receive(&mut near).await, receive(&mut far).await), (Some(51), Some(51)));
}

#[tokio::test]
async fn the_channels_of_sessions_without_followers_are_unsubscribed() {
    let Some(url) = url(2) else { return };
    let bus = bus(&url).await;
    let mut asking = redis::Client::open(url).unwrap().get_multiplexed_async_connection().await.unwrap();
    let session = SessionId(unique("chat"));
    let channel = format!("artel:2:frames:{}:{session}", tenant());
    let mut subscribers = async || {
        let (_, count): (String, i64) =
            redis::cmd("PUBSUB").arg("NUMSUB").arg(&channel).query_async(&mut asking).await.unwrap();
        count
    };
    let (one, two) = (bus.follow(tenant(), &session), bus.follow(tenant(), &session));
    until("the channel opens", async || subscribers().await == 1).await;
    drop(one);
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert_eq!(subscribers().await, 1, "somebody still follows");
    drop(two);
    until("the channel closes", async || subscribers().await == 0).await;
    let mut again = bus.follow(tenant(), &session);
    until_told_to_reread(&mut again).await;
    assert_eq!(subscribers().await, 1);
}

#[tokio::test]
async fn a_wake_up_reaches_the_workers_of_every_process() {
    let Some((here, there)) = two(3).await else { return };
    for bus in [&here, &there] {
        // The connection woke the workers once, because messages may have been missed.
        let _ = timeout(Duration::from_millis(100), bus.wait_for_work()).await;
    }
    here.wake_workers();
    timeout(SOON, here.wait_for_work()).await.unwrap();
    timeout(SOON, there.wait_for_work()).await.unwrap();
    let again = timeout(Duration::from_millis(200), here.wait_for_work()).await;
    assert!(again.is_err(), "a process does not receive its own wake-up a second time");
}

#[tokio::test]
async fn a_hint_to_cancel_reaches_the_process_that_drives_the_run() {
    let Some((here, there)) = two(4).await else { return };
    let (mut near, mut far) = (here.cancellations(), there.cancellations());
    here.cancel_run(run(7));
    assert_eq!(timeout(SOON, near.next()).await.unwrap(), Some(run(7)));
    assert_eq!(timeout(SOON, far.next()).await.unwrap(), Some(run(7)));
}

#[tokio::test]
async fn processes_share_one_count_of_uses() {
    let Some((here, there)) = two(5).await else { return };
    let key = unique("ada");
    let mut remaining = Vec::new();
    for n in 0..6 {
        let bus = if n % 2 == 0 { &here } else { &there };
        let admission = bus.admit(&key, rate("5/day")).await;
        assert!(!admission.degraded);
        remaining.push((admission.allowed, admission.remaining));
    }
    assert_eq!(remaining, [(true, 4), (true, 3), (true, 2), (true, 1), (true, 0), (false, 0)]);
    assert!(here.admit(&key, rate("5/hour")).await.allowed, "another rate is another count");
    assert!(here.admit(&unique("bob"), rate("5/day")).await.allowed, "another key is another count");
}

#[tokio::test]
async fn a_use_is_allowed_at_its_retry_time_and_idle_counts_expire() {
    let Some(url) = url(6) else { return };
    let bus = bus(&url).await;
    let key = unique("ada");
    assert!(bus.admit(&key, rate("2/second")).await.allowed && bus.admit(&key, rate("2/second")).await.allowed);
    let refused = bus.admit(&key, rate("2/second")).await;
    assert!(!refused.allowed && refused.retry_after <= Duration::from_millis(500), "{refused:?}");
    tokio::time::sleep(refused.retry_after + Duration::from_millis(2)).await;
    assert!(bus.admit(&key, rate("2/second")).await.allowed);

    let mut asking = redis::Client::open(url).unwrap().get_multiplexed_async_connection().await.unwrap();
    let name = format!("artel:6:limit:2/second:{key}");
    let left: i64 = asking.pttl(&name).await.unwrap();
    assert!((1..=1001).contains(&left), "{left} ms");
}

/// The shared and the local limits are two implementations of one promise. At these rates no use becomes available
/// again during the test.
#[tokio::test]
async fn the_shared_limits_answer_like_the_local_limits() {
    let Some(url) = url(7) else { return };
    let (shared, local) = (bus(&url).await, LocalBus::new());
    for text in ["1/hour", "7/hour", "100/hour", "3/day", "1000/day"] {
        let key = unique("ada");
        for n in 0..rate(text).count.min(120) + 2 {
            let (ours, theirs) = (shared.admit(&key, rate(text)).await, local.admit(&key, rate(text)).await);
            assert_eq!(
                (ours.allowed, ours.limit, ours.remaining),
                (theirs.allowed, theirs.limit, theirs.remaining),
                "{text}, use {n}"
            );
            let apart = |a: Duration, b: Duration| a.abs_diff(b);
            let interval = rate(text).window() / rate(text).count;
            assert!(
                apart(ours.reset_after, theirs.reset_after) <= interval.max(SOON),
                "{text}, use {n}: {ours:?} {theirs:?}"
            );
            assert!(apart(ours.retry_after, theirs.retry_after) <= SOON, "{text}, use {n}: {ours:?} {theirs:?}");
        }
    }
}

#[tokio::test]
async fn health_reports_the_round_trip_time() {
    let Some(url) = url(8) else { return };
    let health = bus(&url).await.health().await;
    assert!(health.latency.is_some() && health.subscribed, "{health:?}");
    assert_eq!((health.messages_lost, health.limits_degraded), (0, 0));
}

#[tokio::test]
async fn a_value_is_kept_for_every_process_until_its_time_is_over() {
    let Some((here, there)) = two(10).await else { return };
    let (key, other) = (unique("kept"), unique("kept"));
    here.remember(&key, b"one".to_vec(), Duration::from_millis(400)).await;
    assert_eq!(there.recall(&key).await, Some(b"one".to_vec()));
    there.remember(&key, b"two".to_vec(), Duration::from_millis(400)).await;
    assert_eq!(here.recall(&key).await, Some(b"two".to_vec()), "the newer value counts");
    assert_eq!(here.recall(&other).await, None);
    until("the value is forgotten", async || there.recall(&key).await.is_none()).await;
}
