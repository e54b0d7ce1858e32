//! Many streams at once: each collects a few deltas before it writes, and no stream loses any.

use std::num::NonZero;
use std::time::Duration;

use artel_model_mock::{Reply, Timing};
use futures::StreamExt as _;
use futures::future::join_all;
use serde_json::json;

use crate::ask::hello;
use crate::fold::fold;
use crate::world::{PROTOCOLS, World};

const DELTAS: usize = 60;
/// With this many streams per core, each stream writes at most every 15 ms.
const STREAMS_PER_CORE: usize = 100;
/// The test must not need more files than a process may open.
const MOST_CORES: usize = 4;

#[tokio::test]
async fn many_streams_write_rarely_and_lose_nothing() {
    let cores = std::thread::available_parallelism().map_or(1, NonZero::get);
    let text = (0..DELTAS).map(|number| format!("w{number}")).collect::<Vec<_>>().join(" ");
    let world = World::new(Reply::text(&text).timing(Timing::of(300, 3))).await;
    let count = STREAMS_PER_CORE * cores.min(MOST_CORES);
    let streams = (0..count).map(|number| {
        let request =
            world.post("/v1/chat/completions", &hello(PROTOCOLS[number % PROTOCOLS.len()], &json!({ "stream": true })));
        async {
            let (mut answer, mut pieces, mut first) = (Vec::new(), 0, 0);
            let mut bytes = request.send().await.unwrap().bytes_stream();
            while let Some(piece) = bytes.next().await {
                answer.extend_from_slice(&piece.unwrap());
                pieces += 1;
                first = if pieces == 1 { answer.len() } else { first };
            }
            (String::from_utf8(answer).unwrap(), pieces, first)
        }
    });
    let streams = tokio::time::timeout(Duration::from_mins(1), join_all(streams)).await.unwrap();
    let mut writes = 0;
    for (answer, pieces, _) in &streams {
        assert_eq!(fold(answer, false)["choices"][0]["message"]["content"], json!(text));
        writes += pieces;
    }
    if cores <= MOST_CORES {
        assert!(writes < count * DELTAS / 2, "{writes} writes for {count} streams of {DELTAS} deltas");
    }
    let waited_for_more = streams.iter().filter(|(answer, _, first)| *first > answer.len() / 2).count();
    assert!(
        waited_for_more < count / 2,
        "the first delta is to go at once; in {waited_for_more} of {count} streams it came with most others"
    );
}
