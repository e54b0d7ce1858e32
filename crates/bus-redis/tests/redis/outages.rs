//! Every kind of failure of Redis; no caller waits for it. Each test starts a Redis of its own.

use std::time::{Duration, Instant};

use crate::support::{SOON, Server, bus, frame, receive, tenant, unique, until, until_told_to_reread};
use artel_bus::Bus;
use artel_bus_redis::RedisBus;
use artel_domain::{RateLimit, SessionId, SystemClock};
use tokio::time::timeout;

fn rate(text: &str) -> RateLimit {
    text.parse().unwrap()
}

/// Waits until one bus receives what the other publishes about a new session.
async fn receive_from_each_other(here: &RedisBus, there: &RedisBus) {
    let session = SessionId(unique("chat"));
    let mut far = there.follow(tenant(), &session);
    until_told_to_reread(&mut far).await;
    until("a frame passes", async || {
        here.publish(frame(&session, 1));
        matches!(timeout(Duration::from_millis(50), far.next()).await, Ok(artel_bus::Followed::Frame(_)))
    })
    .await;
}

#[tokio::test]
async fn without_redis_each_process_works_alone_and_they_reconnect_when_it_is_back() {
    let mut server = Server::started().await;
    let (here, there) = (bus(&server.url()).await, bus(&server.url()).await);
    let session = SessionId(unique("chat"));
    let mut near = here.follow(tenant(), &session);
    let mut far = there.follow(tenant(), &session);
    until_told_to_reread(&mut near).await;
    until_told_to_reread(&mut far).await;
    let _ = timeout(Duration::from_millis(100), there.wait_for_work()).await;

    server.kill();
    let started = Instant::now();
    here.publish(frame(&session, 1));
    here.wake_workers();
    assert_eq!(receive(&mut near).await, Some(1));
    timeout(SOON, here.wait_for_work()).await.unwrap();
    let alone: Vec<_> = futures::future::join_all((0..4).map(|_| here.admit("ada", rate("3/day")))).await;
    assert!(started.elapsed() < Duration::from_millis(200), "took {:?}", started.elapsed());
    assert_eq!(alone.iter().filter(|a| a.allowed).count(), 3);
    assert!(alone.iter().all(|a| a.degraded));
    let health = here.health().await;
    assert_eq!((health.latency, health.limits_degraded), (None, 4));
    until("the lost messages are counted", async || here.health().await.messages_lost >= 2).await;

    server.start().await;
    until_told_to_reread(&mut far).await;
    timeout(SOON, there.wait_for_work()).await.expect("workers look for what they may have missed");
    receive_from_each_other(&here, &there).await;
    until("the count is shared again", async || !here.admit(&unique("bob"), rate("3/day")).await.degraded).await;
    assert!(here.health().await.latency.is_some());
}

#[tokio::test]
async fn a_hanging_redis_delays_one_answer_briefly_and_the_next_ones_not_at_all() {
    let server = Server::started().await;
    let (here, there) = (bus(&server.url()).await, bus(&server.url()).await);
    assert!(!here.admit("ada", rate("1000/day")).await.degraded);
    server.pause();

    let mut times = Vec::new();
    for _ in 0..200 {
        let started = Instant::now();
        assert!(here.admit("ada", rate("1000/day")).await.degraded);
        times.push(started.elapsed());
    }
    times.sort_unstable();
    assert!(times[197] < Duration::from_millis(100), "p99 is {:?}", times[197]);
    assert!(times[100] < Duration::from_millis(5), "the median is {:?}", times[100]);

    server.resume();
    receive_from_each_other(&here, &there).await;
    until("the count is shared again", async || !here.admit("ada", rate("1000/day")).await.degraded).await;
}

#[tokio::test]
async fn while_redis_hangs_publishing_never_blocks_and_dropped_messages_are_counted() {
    let server = Server::started().await;
    let bus = bus(&server.url()).await;
    let session = SessionId(unique("chat"));
    server.pause();
    let started = Instant::now();
    for seq in 1..=20_000 {
        bus.publish(frame(&session, seq));
    }
    assert!(started.elapsed() < Duration::from_secs(1), "took {:?}", started.elapsed());
    until("the overflow is counted", async || bus.health().await.messages_lost > 10_000).await;
    server.resume();
}

#[tokio::test]
async fn a_flushed_redis_forgets_counts_and_nothing_else() {
    let server = Server::started().await;
    let (here, there) = (bus(&server.url()).await, bus(&server.url()).await);
    let session = SessionId(unique("chat"));
    let mut far = there.follow(tenant(), &session);
    until_told_to_reread(&mut far).await;
    assert!(here.admit("ada", rate("1/day")).await.allowed);
    assert!(!there.admit("ada", rate("1/day")).await.allowed);

    assert!(server.command("FLUSHALL").await && server.command("SCRIPT FLUSH").await);
    let fresh = there.admit("ada", rate("1/day")).await;
    assert!(fresh.allowed && !fresh.degraded, "{fresh:?}");
    here.publish(frame(&session, 1));
    assert_eq!(receive(&mut far).await, Some(1));
}

#[tokio::test]
async fn a_connection_that_the_server_closes_is_made_again() {
    let server = Server::started().await;
    let (here, there) = (bus(&server.url()).await, bus(&server.url()).await);
    for kind in ["pubsub", "normal"] {
        assert!(server.command(&format!("CLIENT KILL TYPE {kind}")).await);
        receive_from_each_other(&here, &there).await;
        until("the count is shared", async || !here.admit(&unique("ada"), rate("1/day")).await.degraded).await;
    }
}

#[tokio::test]
async fn a_process_starts_without_redis_and_connects_when_redis_is_there() {
    let mut server = Server::reserved();
    let started = Instant::now();
    let (here, there) = tokio::join!(bus_at(&server), bus_at(&server));
    assert!(started.elapsed() < Duration::from_secs(3), "took {:?}", started.elapsed());
    let session = SessionId(unique("chat"));
    let mut near = here.follow(tenant(), &session);
    here.publish(frame(&session, 1));
    assert_eq!(receive(&mut near).await, Some(1));
    assert!(here.admit("ada", rate("1/day")).await.degraded);

    server.start().await;
    until_told_to_reread(&mut near).await;
    receive_from_each_other(&here, &there).await;
}

async fn bus_at(server: &Server) -> RedisBus {
    bus(&server.url()).await
}

#[tokio::test]
async fn only_an_invalid_url_prevents_the_start() {
    for address in ["", "localhost:6379", "postgres://localhost", "redis://localhost/not-a-number"] {
        let refused = RedisBus::connect(address, &SystemClock).await.err().map(|error| error.to_string());
        assert!(refused.as_ref().is_some_and(|text| text.contains("redis://")), "{address}: {refused:?}");
    }
}

#[tokio::test]
async fn a_dropped_bus_closes_its_connections_and_ends_its_followers() {
    let server = Server::started().await;
    let bus = bus(&server.url()).await;
    let mut follower = bus.follow(tenant(), &SessionId(unique("chat")));
    until_told_to_reread(&mut follower).await;
    drop(bus);
    assert_eq!(timeout(SOON, follower.next()).await.unwrap(), artel_bus::Followed::Closed);
}
