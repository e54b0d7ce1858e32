//! One call under way.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker, ready};

use artel_llm::{Delta, ModelError, Models, Opening, Request, Served};
use tokio::sync::mpsc::{Receiver, channel};
use tracing::Instrument as _;

use crate::signal::Signal;

/// The capacity of the channel: a provider that is faster than the client waits after this many deltas.
const CHANNEL_CAPACITY: usize = 32;
/// The largest number of deltas in one write.
const MAX_BATCH: usize = 64;

/// A model call: its deltas as they come, then its answer. It runs only while it is polled. Dropping it ends the call,
/// and a slow client slows the provider down.
pub(crate) struct Call {
    answer: Pin<Box<dyn Future<Output = Result<Served, ModelError>> + Send>>,
    deltas: Receiver<Delta>,
    /// Set when the call was woken since its last poll. The connection to the client polls several times per wake, and
    /// polling the call is most of the cost of a delta.
    woken: Arc<Signal>,
    /// Sets `woken`.
    waker: Waker,
}

/// The result of one poll of a call.
pub(crate) enum Step {
    /// There are new deltas, and the answer goes on.
    Running,
    /// The answer has ended. There may be last deltas.
    Ended(Result<Box<Served>, ModelError>),
}

impl Call {
    pub(crate) fn new(models: Arc<Models>, request: Request) -> Self {
        let (sender, deltas) = channel(CHANNEL_CAPACITY);
        let answer = async move { models.stream(request, sender).await };
        let woken = Arc::new(Signal::new_set());
        Self { answer: Box::pin(answer.in_current_span()), deltas, waker: woken.clone().into(), woken }
    }

    /// Appends the deltas that have come. It must not be called after [`Step::Ended`].
    pub(crate) fn poll_step(&mut self, cx: &mut Context<'_>, into: &mut Vec<Delta>) -> Poll<Step> {
        ready!(self.woken.poll_take(cx));
        let cx = &mut Context::from_waker(&self.waker);
        loop {
            let outcome = self.answer.as_mut().poll(cx);
            let before = into.len();
            // Ready without deltas means that the sender is gone. The outcome tells more.
            let _ = self.deltas.poll_recv_many(cx, into, MAX_BATCH);
            if let Poll::Ready(outcome) = outcome {
                while let Ok(delta) = self.deltas.try_recv() {
                    into.push(delta);
                }
                return Poll::Ready(Step::Ended(outcome.map(Box::new)));
            }
            let nothing_new = into.len() == before;
            if into.len() >= MAX_BATCH {
                self.waker.wake_by_ref();
                return Poll::Ready(Step::Running);
            }
            if nothing_new && !into.is_empty() {
                return Poll::Ready(Step::Running);
            }
            if nothing_new {
                return Poll::Pending;
            }
        }
    }

    /// Takes the opening out of the first deltas.
    pub(crate) fn opening(deltas: &mut Vec<Delta>) -> Option<Box<Opening>> {
        let at = deltas.iter().position(|delta| matches!(delta, Delta::Opened(_)))?;
        if let Delta::Opened(opening) = deltas.remove(at) { Some(opening) } else { None }
    }

    /// Waits for the next deltas or the end.
    pub(crate) async fn step(&mut self, into: &mut Vec<Delta>) -> Step {
        std::future::poll_fn(|cx| self.poll_step(cx, into)).await
    }
}
