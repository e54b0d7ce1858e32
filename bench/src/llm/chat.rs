//! Small chats in a closed loop: each connection sends its next request when it has its answer.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use anyhow::{Result, ensure};
use bytes::Bytes;
use hyper::{Method, StatusCode};
use serde_json::{Value, json};
use tokio::task::{JoinSet, LocalSet};
use tokio::time::{Instant, sleep_until};

use super::subject::{Subject, chat_body};
use crate::client::Client;
use crate::times::Times;

const WARM_UP: Duration = Duration::from_secs(1);

/// The result for one number of connections.
pub(super) struct LoadLevel {
    pub(super) connections: usize,
    pub(super) per_second: f64,
    pub(super) p50_ms: f64,
    pub(super) p99_ms: f64,
    pub(super) cpu_per_thousand: Option<f64>,
}

impl LoadLevel {
    pub(super) fn raw(&self) -> Value {
        json!({ "connections": self.connections, "chats_per_second": self.per_second, "p50_ms": self.p50_ms, "p99_ms": self.p99_ms,
                "cpu_seconds_per_1000": self.cpu_per_thousand })
    }
}

pub(super) async fn closed_loop(subject: &Subject, connections: usize, window: Duration) -> Result<LoadLevel> {
    LocalSet::new().run_until(here(subject, connections, window)).await
}

async fn here(subject: &Subject, connections: usize, window: Duration) -> Result<LoadLevel> {
    let opens = Instant::now() + WARM_UP;
    let closes = opens + window;
    let latencies = Rc::new(RefCell::new(Vec::new()));
    let body = chat_body();
    let mut workers = JoinSet::new();
    for _ in 0..connections {
        let (client, body, latencies) =
            (Client::connect(subject.target.clone()).await?, body.clone(), Rc::clone(&latencies));
        workers.spawn_local(work(client, subject.path, body, opens, closes, latencies));
    }
    sleep_until(opens).await;
    let before = subject.cpu_seconds()?;
    sleep_until(closes).await;
    let after = subject.cpu_seconds()?;
    while let Some(worker) = workers.join_next().await {
        worker??;
    }
    let latencies = Times::new(latencies.take());
    ensure!(latencies.count() > 0, "no answer came within {window:?}");
    let count = latencies.count() as f64;
    let cpu = before.zip(after).map(|(before, after)| (after - before) / count * 1e3);
    let (p50_ms, p99_ms) = (latencies.ms_at(0.5), latencies.ms_at(0.99));
    Ok(LoadLevel { connections, per_second: count / window.as_secs_f64(), p50_ms, p99_ms, cpu_per_thousand: cpu })
}

async fn work(
    mut client: Client,
    path: &'static str,
    body: Bytes,
    opens: Instant,
    closes: Instant,
    latencies: Rc<RefCell<Vec<Duration>>>,
) -> Result<()> {
    loop {
        let begun = Instant::now();
        if begun >= closes {
            return Ok(());
        }
        let (status, answer) = client.ask(Method::POST, path, body.clone()).await?;
        let ended = Instant::now();
        let is_right = status == StatusCode::OK && std::str::from_utf8(&answer)?.contains("All is well.");
        ensure!(is_right, "{path} answered {status}: {}", String::from_utf8_lossy(&answer));
        if ended >= opens && ended < closes {
            latencies.borrow_mut().push(ended - begun);
        }
    }
}
