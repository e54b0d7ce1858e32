//! A closed loop of runs: each of N connections starts its next run when it has the answer to the last one.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use anyhow::{Result, ensure};
use bytes::Bytes;
use hyper::{Method, StatusCode};
use serde_json::{Value, json};
use tokio::task::LocalSet;
use tokio::time::{Instant, sleep_until};

use crate::client::{Client, Target};
use crate::process::Watched;
use crate::times::Times;

const WARM_UP: Duration = Duration::from_secs(2);

/// The request, the number of connections, and the processes whose CPU time is counted.
#[derive(Debug)]
pub(crate) struct Load<'a> {
    pub(crate) targets: &'a [Target],
    pub(crate) body: Bytes,
    pub(crate) concurrency: usize,
    pub(crate) window: Duration,
    pub(crate) watched: &'a [Watched],
}

/// The result of a load.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) runs_per_second: f64,
    /// Runs per CPU second of all watched processes together, without the load generator.
    pub(crate) runs_per_cpu_second: f64,
    pub(crate) p50_ms: f64,
    pub(crate) p99_ms: f64,
    pub(crate) raw: Value,
}

/// The time window in which answers count, and their latencies.
struct Window {
    opens: Instant,
    closes: Instant,
    latencies: RefCell<Vec<Duration>>,
}

impl Load<'_> {
    /// Runs the loop. The first answer that is not a successful run ends it with an error.
    pub(crate) async fn run(&self) -> Result<Outcome> {
        LocalSet::new().run_until(self.run_here()).await
    }

    async fn run_here(&self) -> Result<Outcome> {
        let opens = Instant::now() + WARM_UP;
        let window = Rc::new(Window { opens, closes: opens + self.window, latencies: RefCell::default() });
        let mut workers = tokio::task::JoinSet::new();
        for target in self.targets.iter().cycle().take(self.concurrency) {
            workers.spawn_local(work(target.clone(), self.body.clone(), Rc::clone(&window)));
        }
        sleep_until(window.opens).await;
        let before = self.cpu_seconds()?;
        sleep_until(window.closes).await;
        let after = self.cpu_seconds()?;
        while let Some(worker) = workers.join_next().await {
            worker??;
        }
        let spent =
            before.iter().zip(&after).map(|((name, before), (_, after))| (*name, after - before)).collect::<Vec<_>>();
        self.outcome(window.latencies.take(), &spent)
    }

    /// The CPU time of everything watched and, last, of this program.
    fn cpu_seconds(&self) -> Result<Vec<(&'static str, f64)>> {
        let watched = self.watched.iter().cloned().chain([Watched::myself()]);
        watched.map(|process| Ok((process.name, process.cpu_seconds()?))).collect()
    }

    fn outcome(&self, latencies: Vec<Duration>, spent: &[(&'static str, f64)]) -> Result<Outcome> {
        let latencies = Times::new(latencies);
        ensure!(latencies.count() > 0, "no run ended within {:?}", self.window);
        let runs = latencies.count() as f64;
        let charged: f64 = spent[..self.watched.len()].iter().map(|(_, seconds)| seconds).sum();
        let outcome = Outcome {
            runs_per_second: runs / self.window.as_secs_f64(),
            runs_per_cpu_second: runs / charged,
            p50_ms: latencies.ms_at(0.5),
            p99_ms: latencies.ms_at(0.99),
            raw: Value::Null,
        };
        let raw = json!({
            "concurrency": self.concurrency,
            "tenants": self.targets.len(),
            "seconds": self.window.as_secs_f64(),
            "runs": latencies.count(),
            "runs_per_second": outcome.runs_per_second,
            "runs_per_cpu_second": outcome.runs_per_cpu_second,
            "latency_ms": { "min": latencies.ms_at(0.0), "p50": outcome.p50_ms, "p90": latencies.ms_at(0.9), "p99": outcome.p99_ms, "max": latencies.ms_at(1.0) },
            "cpu_seconds": spent.iter().copied().collect::<std::collections::BTreeMap<_, _>>(),
        });
        Ok(Outcome { raw, ..outcome })
    }
}

async fn work(target: Target, body: Bytes, window: Rc<Window>) -> Result<()> {
    let mut client = Client::connect(target).await?;
    loop {
        let begun = Instant::now();
        if begun >= window.closes {
            return Ok(());
        }
        let (status, answer) = client.ask(Method::POST, "/runs", body.clone()).await?;
        let ended = Instant::now();
        let succeeded =
            status == StatusCode::CREATED && std::str::from_utf8(&answer)?.contains(r#""status":"succeeded""#);
        ensure!(succeeded, "POST /runs answered {status}: {}", String::from_utf8_lossy(&answer));
        if ended >= window.opens && ended < window.closes {
            window.latencies.borrow_mut().push(ended - begun);
        }
    }
}
