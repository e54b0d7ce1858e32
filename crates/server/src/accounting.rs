//! The account of model calls: into the store, the metrics and, when there is a collector, as spans. A call never waits
//! for any of them.

mod lane;
mod meters;
mod rows;
mod spans;

use std::sync::Arc;
use std::time::Duration;

use artel_llm::{Accountant, CallOutcome, CallRecord};
use artel_store::LlmCalls;
use futures::FutureExt as _;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use lane::{Full, Lane, run};
use meters::Meters;
pub(crate) use meters::observe;
use spans::Collector;

use crate::config::Config;

/// How long a batch is tried to be written before it is given up.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long the end of the process waits for what is not written yet.
const LAST_PATIENCE: Duration = Duration::from_secs(10);

/// Hears of calls and passes them on.
struct Book {
    meters: Meters,
    rows: Lane,
    spans: Option<Lane>,
}

impl Accountant for Book {
    fn record(&self, call: CallRecord) {
        self.meters.count(&call);
        if let CallOutcome::Error(code) = call.outcome {
            let (model, attempts, latency_ms) = (&call.served, call.attempts, call.latency.as_millis() as u64);
            tracing::warn!(call_id = %call.id, %model, code, attempts, latency_ms, "a model call failed");
        }
        let call = Arc::new(call);
        let spans = self.spans.as_ref().map(|lane| lane.send(call.clone()));
        for full in [Some(self.rows.send(call)), spans].into_iter().flatten().filter_map(Result::err) {
            let Full { lane, is_first } = full;
            metrics::counter!("artel_llm_calls_dropped_total", "from" => lane).increment(1);
            if is_first {
                tracing::error!(
                    from = lane,
                    "model calls come faster than they can be written down; some are missing there from now on"
                );
            }
        }
    }
}

/// The tasks that write, until they are told to end.
pub(crate) struct Bookkeeping {
    tasks: TaskTracker,
    stop: CancellationToken,
}

impl Bookkeeping {
    /// Begins to keep the account.
    pub(crate) fn start(config: &Config, store: Arc<dyn LlmCalls>) -> anyhow::Result<(Arc<dyn Accountant>, Self)> {
        let (tasks, stop) = (TaskTracker::new(), CancellationToken::new());
        let (rows, queue) = Lane::new("store");
        tasks.spawn(run(queue, stop.clone(), move |batch| write(store.clone(), batch).boxed()));
        let spans = Collector::of(config)?.map(|collector| {
            let (lane, queue) = Lane::new("collector");
            let collector = Arc::new(collector);
            tasks.spawn(run(queue, stop.clone(), move |batch| export(collector.clone(), batch).boxed()));
            lane
        });
        Ok((Arc::new(Book { meters: Meters::default(), rows, spans }), Self { tasks, stop }))
    }

    /// Writes what is left. To be called when no more calls are made and before the store is closed.
    pub(crate) async fn finish(&self) {
        self.stop.cancel();
        self.tasks.close();
        if tokio::time::timeout(LAST_PATIENCE, self.tasks.wait()).await.is_err() {
            tracing::error!("the process ends before all model calls are written down");
        }
    }
}

async fn write(store: Arc<dyn LlmCalls>, batch: Vec<Arc<CallRecord>>) {
    let count = batch.len() as u64;
    let calls: Vec<_> = batch.iter().map(|call| rows::row(call)).collect();
    let mut pause = Duration::from_millis(100);
    let deadline = tokio::time::Instant::now() + PATIENCE;
    while let Err(error) = store.record_llm_calls(calls.clone()).await {
        if tokio::time::Instant::now() + pause > deadline {
            tracing::error!(%error, count, "model calls could not be written down");
            metrics::counter!("artel_llm_calls_dropped_total", "from" => "store").increment(count);
            return;
        }
        tracing::warn!(%error, count, "model calls are not written down yet");
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(Duration::from_secs(5));
    }
}

async fn export(collector: Arc<Collector>, batch: Vec<Arc<CallRecord>>) {
    let count = batch.len() as u64;
    if let Err(error) = collector.export(&batch).await {
        tracing::warn!(%error, count, "the collector did not take the spans");
        metrics::counter!("artel_llm_calls_dropped_total", "from" => "collector").increment(count);
    }
}

#[cfg(test)]
mod tests;
