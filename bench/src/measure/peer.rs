//! The same work on FastAPI and pydantic-ai, compared with Artel's figures of the same round.

use anyhow::Result;

use super::Bench;
use crate::figures::{
    PEER_MEMORY, PEER_P50, PEER_PER_CPU, PEER_RATIO, PEER_RUNS_1, PEER_RUNS_8, PEER_RUNS_64, SQLITE_HTTP_PER_CPU,
};
use crate::load::Load;
use crate::subject::Peer;

pub(super) async fn peer(bench: &mut Bench<'_>) -> Result<()> {
    let options = bench.options;
    let peer = Peer::start(&options.python, &options.peer, &options.scratch, &bench.artel.model_url).await?;
    let watched = [peer.watched()];
    let mut best: f64 = 0.0;
    for (concurrency, figure) in [(1, &PEER_RUNS_1), (8, &PEER_RUNS_8), (64, &PEER_RUNS_64)] {
        let load = Load {
            targets: std::slice::from_ref(&peer.target),
            body: Peer::run(),
            concurrency,
            window: bench.window(),
            watched: &watched,
        };
        let outcome = bench.load(&format!("peer_{concurrency}"), load).await?;
        best = best.max(outcome.runs_per_cpu_second);
        bench.report.sample(figure, outcome.runs_per_second);
        if concurrency == 1 {
            bench.report.sample(&PEER_P50, outcome.p50_ms);
        }
    }
    bench.sample_all(&[(&PEER_PER_CPU, best), (&PEER_MEMORY, watched[0].resident_bytes()? / 1e6)]);
    peer.stop().await?;
    if let Some(artel) = bench.report.latest(&SQLITE_HTTP_PER_CPU) {
        bench.report.sample(&PEER_RATIO, artel / best);
    }
    Ok(())
}
