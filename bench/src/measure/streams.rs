//! The cost of a waiting stream: the resident memory per stream, with many of them open.

use anyhow::{Context, Result, bail, ensure};
use bytes::Bytes;
use http_body_util::BodyExt;
use hyper::Method;
use hyper::body::Incoming;
use serde_json::Value;
use tokio::time::{Duration, sleep, timeout};

use super::Bench;
use super::startup::SETTLING;
use crate::client::{Client, Target};
use crate::figures::{Figure, STREAM_READER, STREAM_RUN};
use crate::subject::Artel;

/// A model that the model server never answers.
const HELD: &str = "openai:hold";
/// The streams that are opened before the first measurement, so that memory that is allocated only once is not counted.
const WARM_UP: usize = 50;

struct Stream {
    body: Incoming,
    _client: Client,
}

pub(super) async fn streams(bench: &mut Bench<'_>) -> Result<()> {
    readers(bench).await.context("readers of events")?;
    runs(bench).await.context("streamed runs")
}

/// Many readers follow the events of one run that waits for its model.
async fn readers(bench: &mut Bench<'_>) -> Result<()> {
    let artel = bench.artel.start().await?;
    let owner = artel.owner().await?;
    let run = start_held_run(&owner, &artel.run_on(&owner, HELD).await?).await?;
    let path = format!("/runs/{run}/events");
    let streams = grow(bench, &artel, &STREAM_READER, || open(&owner, Method::GET, &path, Bytes::new())).await?;

    let cancelled = format!("/runs/{run}/cancel");
    Client::connect(owner.clone()).await?.ask_json(Method::POST, &cancelled, None).await?;
    for stream in streams {
        timeout(Duration::from_secs(30), to_the_end(stream))
            .await
            .context("a reader still waits after the end of its run")??;
    }
    artel.stop().await?;
    Ok(())
}

/// Each stream has a run, and a model call, of its own.
async fn runs(bench: &mut Bench<'_>) -> Result<()> {
    // By default a worker drives fewer runs at once and queues the others. One tenant gets three quarters of the
    // places.
    let places = (WARM_UP + bench.options.streams) * 4 / 3 + 4;
    let artel = bench.artel.with("WORKER_MAX_RUNS", places.to_string()).start().await?;
    let owner = artel.owner().await?;
    let body = artel.run_on(&owner, HELD).await?;
    grow(bench, &artel, &STREAM_RUN, || open(&owner, Method::POST, "/runs/stream", body.clone())).await?;
    // The runs end with the process. A graceful stop would wait for runs that never end.
    drop(artel);
    Ok(())
}

/// Opens the streams and samples how much memory each added.
async fn grow<Opening>(
    bench: &mut Bench<'_>,
    artel: &Artel,
    figure: &Figure,
    open: impl Fn() -> Opening,
) -> Result<Vec<Stream>>
where
    Opening: Future<Output = Result<Stream>>,
{
    let count = bench.options.streams;
    let mut streams = Vec::with_capacity(WARM_UP + count);
    for _ in 0..WARM_UP {
        streams.push(open().await?);
    }
    sleep(SETTLING).await;
    let before = artel.watched().resident_bytes()?;
    for _ in 0..count {
        streams.push(open().await?);
    }
    sleep(SETTLING).await;
    let after = artel.watched().resident_bytes()?;
    bench.report.sample(figure, (after - before) / count as f64 / 1e3);
    Ok(streams)
}

async fn open(owner: &Target, method: Method, path: &str, body: Bytes) -> Result<Stream> {
    let mut client = Client::connect(owner.clone()).await?;
    let response = client.open(method, path, "text/event-stream", body).await?;
    let status = response.status();
    if !status.is_success() {
        let answer = response.into_body().collect().await?.to_bytes();
        bail!("{path} answered {status}: {}", String::from_utf8_lossy(&answer));
    }
    Ok(Stream { body: response.into_body(), _client: client })
}

/// Starts a run that does not end by itself.
async fn start_held_run(owner: &Target, body: &[u8]) -> Result<String> {
    let mut client = Client::connect(owner.clone()).await?;
    let run = client.ask_json(Method::POST, "/runs?wait=false", Some(&serde_json::from_slice::<Value>(body)?)).await?;
    run["id"].as_str().map(str::to_owned).with_context(|| format!("no run: {run}"))
}

async fn to_the_end(stream: Stream) -> Result<()> {
    let body = stream.body.collect().await?.to_bytes();
    ensure!(!body.is_empty(), "the stream ended without an event");
    Ok(())
}
