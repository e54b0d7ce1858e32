//! Case 21: a client that closes its connection ends its call at once.

use std::time::{Duration, Instant};

use artel_llm::CallOutcome;
use artel_model_mock::{Reply, Timing};
use futures::StreamExt as _;
use serde_json::json;

use crate::ask::hello;
use crate::world::{PROTOCOLS, World};

/// The promise is 100 ms. The test allows the worst of several calls more time, because the machine may be busy.
const SOON: Duration = Duration::from_millis(100);

/// Makes a call until `until` is ready, closes the connection, and measures how long the provider's connection stays
/// open.
async fn hang_up(reply: Reply, stream: bool, after_first_bytes: bool) {
    let world = World::with(reply, |config| config.max_concurrency = 1).await;
    for (at, protocol) in PROTOCOLS.into_iter().enumerate() {
        let request = world.post("/v1/chat/completions", &hello(protocol, &json!({ "stream": stream })));
        let mut best = Duration::MAX;
        for attempt in 0..3_u64 {
            let asked = request.try_clone().unwrap();
            // A separate HTTP client, so that dropping the request closes the connection.
            let http = reqwest::Client::builder().no_proxy().pool_max_idle_per_host(0).build().unwrap();
            let asked = asked.build().unwrap();
            let number = at as u64 * 3 + attempt + 1;
            let call = async {
                let answer = http.execute(asked).await.unwrap();
                let mut bytes = answer.bytes_stream();
                bytes.next().await.unwrap().unwrap();
                assert!(after_first_bytes, "the answer came too early");
                world.mock.wait_requests(number).await;
                drop(bytes);
            };
            if after_first_bytes {
                call.await;
            } else {
                tokio::select! {
                    () = call => {}
                    () = async {
                    world.mock.wait_requests(number).await;
                    tokio::time::sleep(Duration::from_millis(30)).await;
                } => {}
                }
            }
            let left = Instant::now();
            drop(http);
            tokio::time::timeout(Duration::from_secs(5), world.mock.wait_closed(number)).await.unwrap();
            best = best.min(left.elapsed());
            let record = world.book.last_of(usize::try_from(number).unwrap()).await;
            assert_eq!(record.outcome, CallOutcome::Cancelled, "{protocol:?}");
            assert!(record.usage.is_some(), "what was used is accounted: {record:?}");
        }
        assert!(best <= SOON, "{protocol:?}: closed after {best:?}");
    }
    world.mock.wait_idle().await;
    let health: serde_json::Value =
        world.http.get(format!("{}/health", world.url)).send().await.unwrap().json().await.unwrap();
    let taken: Vec<_> =
        health["details"].as_array().unwrap().iter().map(|provider| provider["in_flight"].clone()).collect();
    assert!(taken.iter().all(|count| *count == 0), "slots are free again: {health}");
}

fn slow() -> Reply {
    Reply::text("one two three four five six seven eight nine ten").timing(Timing::of(20, 100))
}

#[tokio::test]
async fn case_21_before_the_first_token() {
    hang_up(Reply::text("late").timing(Timing::of(400, 0)), true, false).await;
}

#[tokio::test]
async fn case_21_in_mid_stream() {
    hang_up(slow(), true, true).await;
}

#[tokio::test]
async fn case_21_while_waiting_for_the_whole() {
    hang_up(slow(), false, false).await;
}
