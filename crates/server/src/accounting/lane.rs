//! A bounded way to a task that takes batches.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use artel_llm::CallRecord;
use futures::future::BoxFuture;
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

type Call = Arc<CallRecord>;

/// Calls that may wait; beyond it they are dropped.
const LENGTH: usize = 16 * 1024;
/// Calls written at once.
const BATCH: usize = 500;
/// How long the first call of a batch waits for company.
const LINGER: Duration = Duration::from_millis(250);

/// The sending end.
pub(super) struct Lane {
    name: &'static str,
    sender: Sender<Call>,
    is_full: AtomicBool,
}

/// A call that was dropped.
#[derive(Debug)]
pub(super) struct Full {
    pub(super) lane: &'static str,
    /// The one before it was not.
    pub(super) is_first: bool,
}

impl Lane {
    pub(super) fn new(name: &'static str) -> (Self, Receiver<Call>) {
        let (sender, queue) = channel(LENGTH);
        (Self { name, sender, is_full: AtomicBool::new(false) }, queue)
    }

    /// Never waits.
    pub(super) fn send(&self, call: Call) -> Result<(), Full> {
        let is_full = self.sender.try_send(call).is_err();
        let was_full = self.is_full.swap(is_full, Ordering::Relaxed);
        if is_full { Err(Full { lane: self.name, is_first: !was_full }) } else { Ok(()) }
    }
}

/// Hands batches over until it is told to stop, and then what is left.
pub(super) async fn run(
    mut queue: Receiver<Call>,
    stop: CancellationToken,
    take: impl Fn(Vec<Call>) -> BoxFuture<'static, ()>,
) {
    loop {
        let mut batch = Vec::new();
        tokio::select! {
            biased;
            () = stop.cancelled() => queue.close(),
            first = queue.recv() => batch.extend(first),
        }
        if batch.is_empty() && !stop.is_cancelled() {
            return;
        }
        tokio::select! {
            () = stop.cancelled() => {}
            () = sleep(LINGER), if queue.len() < BATCH => {}
        }
        while let Ok(call) = queue.try_recv() {
            batch.push(call);
            if batch.len() == BATCH {
                take(std::mem::take(&mut batch)).await;
            }
        }
        if !batch.is_empty() {
            take(batch).await;
        }
        if queue.is_closed() && queue.is_empty() {
            return;
        }
    }
}
