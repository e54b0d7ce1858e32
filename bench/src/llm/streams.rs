//! Many streams at once: whether every frame arrives, when the first one arrives, and how much memory an open stream
//! needs.

use std::time::Duration;

use anyhow::{Result, bail, ensure};
use bytes::Bytes;
use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper::{Method, StatusCode};
use serde_json::Value;
use tokio::task::{JoinSet, LocalSet};
use tokio::time::{Instant, sleep, timeout};

use super::SETTLING;
use super::subject::{DELTAS, Subject, held_body, stream_body};
use crate::client::Client;
use crate::times::Times;

/// The time over which the streams are started, so that they do not all start in one instant.
const SPREAD: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_mins(1);
/// A proxy that sends nothing of a stream for this long buffers it.
const FIRST_DELTA: Duration = Duration::from_secs(10);
/// The streams that are opened before the first measurement, so that memory that is allocated only once is not counted.
const WARM_UP: usize = 20;

pub(super) struct Streamed {
    /// Streams that arrived completely and in order.
    pub(super) whole: usize,
    /// Missing deltas of all streams.
    pub(super) lost: usize,
    pub(super) first_p50_ms: f64,
    pub(super) first_p99_ms: f64,
    /// The longest time between two frames, at the 99th percentile of the streams.
    pub(super) pause_p99_ms: f64,
    pub(super) cpu_seconds: Option<f64>,
    pub(super) seconds: f64,
    /// Some of the errors.
    pub(super) errors: Vec<String>,
}

/// One stream: its bytes, and when its first delta came. It is parsed after all streams have ended, so that parsing
/// delays none of them.
struct Received {
    bytes: Vec<u8>,
    first: Duration,
    /// The longest time between two frames.
    pause: Duration,
}

pub(super) async fn run(subject: &Subject, count: usize) -> Result<Streamed> {
    LocalSet::new().run_until(here(subject, count)).await
}

async fn here(subject: &Subject, count: usize) -> Result<Streamed> {
    let (begun, before) = (Instant::now(), subject.cpu_seconds()?);
    let mut streams = JoinSet::new();
    for number in 0..count {
        let (target, path, body) = (subject.target.clone(), subject.path, stream_body());
        let delay = SPREAD.mul_f64(number as f64 / count as f64);
        streams.spawn_local(async move {
            sleep(delay).await;
            timeout(LONGEST, one(Client::connect(target).await?, path, body)).await?
        });
    }
    let (mut seen, mut errors) = (Vec::new(), Vec::new());
    while let Some(stream) = streams.join_next().await {
        match stream? {
            Ok(stream) => seen.push(stream),
            Err(error) => errors.push(format!("{error:#}")),
        }
    }
    let (after, seconds) = (subject.cpu_seconds()?, begun.elapsed().as_secs_f64());
    let firsts = Times::new(seen.iter().map(|stream| stream.first));
    let pauses = Times::new(seen.iter().map(|stream| stream.pause));
    let (mut came, mut whole) = (0, 0);
    for stream in seen {
        match in_order(&stream.bytes) {
            Ok(deltas) => {
                came += deltas;
                whole += usize::from(deltas == DELTAS);
            }
            Err(error) => errors.push(format!("{error:#}")),
        }
    }
    errors.truncate(5);
    Ok(Streamed {
        whole,
        lost: count * DELTAS - came,
        first_p50_ms: firsts.ms_at(0.5),
        first_p99_ms: firsts.ms_at(0.99),
        pause_p99_ms: pauses.ms_at(0.99),
        cpu_seconds: before.zip(after).map(|(before, after)| after - before),
        seconds,
        errors,
    })
}

async fn one(mut client: Client, path: &str, body: Bytes) -> Result<Received> {
    let begun = Instant::now();
    let (mut bytes, mut first) = (Vec::new(), None);
    let (mut before, mut pause) = (begun, Duration::ZERO);
    let mut answer = open(&mut client, path, body).await?;
    while let Some(frame) = answer.frame().await {
        let Ok(data) = frame?.into_data() else { continue };
        bytes.extend_from_slice(&data);
        let now = Instant::now();
        if first.is_some() {
            pause = pause.max(now - before);
        } else if contains(&data, b"w0 ") {
            first = Some(now - begun);
        }
        before = now;
    }
    let Some(first) = first else { bail!("no delta came: {}", String::from_utf8_lossy(&bytes)) };
    Ok(Received { bytes, first, pause })
}

async fn open(client: &mut Client, path: &str, body: Bytes) -> Result<Incoming> {
    let response = client.open(Method::POST, path, "text/event-stream", body).await?;
    let status = response.status();
    if status != StatusCode::OK {
        let answer = response.into_body().collect().await?.to_bytes();
        bail!("{path} answered {status}: {}", String::from_utf8_lossy(&answer));
    }
    Ok(response.into_body())
}

fn contains(haystack: &[u8], needle: &[u8]) -> bool {
    haystack.windows(needle.len()).any(|window| window == needle)
}

/// The number of deltas, which must be in order.
fn in_order(bytes: &[u8]) -> Result<usize> {
    let mut text = String::new();
    for line in std::str::from_utf8(bytes)?.lines() {
        let Some(data) = line.strip_prefix("data:").map(str::trim).filter(|data| data.starts_with('{')) else {
            continue;
        };
        let chunk: Value = serde_json::from_str(data)?;
        ensure!(chunk.get("error").is_none_or(Value::is_null), "an error in the stream: {data}");
        text.push_str(chunk["choices"][0]["delta"]["content"].as_str().unwrap_or_default());
    }
    Ok(text.split_whitespace().enumerate().take_while(|(number, word)| *word == format!("w{number}")).count())
}

/// The memory in bytes that each open and silent stream adds; `None` when the process cannot be measured.
pub(super) async fn memory_of_each(subject: &Subject, count: usize) -> Result<Option<f64>> {
    let mut held = Vec::with_capacity(count + WARM_UP);
    for _ in 0..WARM_UP {
        // A proxy that holds the first delta back until the next one has no stream to measure.
        let Some(stream) = hold(subject).await? else { return Ok(None) };
        held.push(stream);
    }
    sleep(SETTLING).await;
    let before = subject.resident_bytes()?;
    for _ in 0..count {
        let Some(stream) = hold(subject).await? else { return Ok(None) };
        held.push(stream);
    }
    sleep(SETTLING).await;
    let after = subject.resident_bytes()?;
    Ok(before.zip(after).map(|(before, after)| (after - before) / count as f64))
}

/// A stream that has had one delta and waits for more; `None` when the delta does not arrive.
async fn hold(subject: &Subject) -> Result<Option<(Client, Incoming)>> {
    let mut client = Client::connect(subject.target.clone()).await?;
    let answer = timeout(FIRST_DELTA, async {
        let mut answer = open(&mut client, subject.path, held_body()).await?;
        answer.frame().await;
        anyhow::Ok(answer)
    });
    match answer.await {
        Ok(Ok(answer)) => Ok(Some((client, answer))),
        // The proxy does not stream. The measurement before has reported that.
        Ok(Err(_)) | Err(_) => Ok(None),
    }
}
