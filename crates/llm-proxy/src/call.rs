//! One call under way.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker, ready};

use artel_llm::{Delta, ModelError, Models, Opening, Request, Served};
use tokio::sync::mpsc::{Receiver, channel};
use tracing::Instrument as _;

use crate::signal::Signal;

/// A provider that is faster than its reader waits after this many deltas.
const AHEAD: usize = 32;
/// At most this many deltas become one write.
const BATCH: usize = 64;

/// A call of a model: its deltas as they come, then its answer. It runs only while it is polled: dropping it ends the
/// call, and a slow reader slows the provider down.
pub(crate) struct Call {
    answer: Pin<Box<dyn Future<Output = Result<Served, ModelError>> + Send>>,
    deltas: Receiver<Delta>,
    /// The call was woken since the last poll. The connection to the client polls several times for each wake, and a
    /// poll is most of what a delta costs.
    news: Arc<Signal>,
    /// Sets `news`.
    waker: Waker,
}

/// The result of one poll of a call.
pub(crate) enum Step {
    /// There are new deltas, and more to come.
    Going,
    /// There may be new deltas; they are the last.
    Ended(Result<Box<Served>, ModelError>),
}

impl Call {
    pub(crate) fn new(models: Arc<Models>, request: Request) -> Self {
        let (sender, deltas) = channel(AHEAD);
        let answer = async move { models.stream(request, sender).await };
        let news = Arc::new(Signal::given());
        Self { answer: Box::pin(answer.in_current_span()), deltas, waker: news.clone().into(), news }
    }

    /// Appends the deltas that are there. Not to be polled after [`Step::Ended`].
    pub(crate) fn poll_step(&mut self, cx: &mut Context<'_>, into: &mut Vec<Delta>) -> Poll<Step> {
        ready!(self.news.poll_take(cx));
        let cx = &mut Context::from_waker(&self.waker);
        loop {
            let outcome = self.answer.as_mut().poll(cx);
            let before = into.len();
            // Ready with nothing: the sender is gone, which the outcome tells better.
            let _ = self.deltas.poll_recv_many(cx, into, BATCH);
            if let Poll::Ready(outcome) = outcome {
                while let Ok(delta) = self.deltas.try_recv() {
                    into.push(delta);
                }
                return Poll::Ready(Step::Ended(outcome.map(Box::new)));
            }
            let nothing_new = into.len() == before;
            if into.len() >= BATCH {
                self.waker.wake_by_ref();
                return Poll::Ready(Step::Going);
            }
            if nothing_new && !into.is_empty() {
                return Poll::Ready(Step::Going);
            }
            if nothing_new {
                return Poll::Pending;
            }
        }
    }

    /// Who answers, out of the first deltas.
    pub(crate) fn opening(deltas: &mut Vec<Delta>) -> Option<Box<Opening>> {
        let at = deltas.iter().position(|delta| matches!(delta, Delta::Opened(_)))?;
        if let Delta::Opened(opening) = deltas.remove(at) { Some(opening) } else { None }
    }

    /// The next deltas, or the end.
    pub(crate) async fn step(&mut self, into: &mut Vec<Delta>) -> Step {
        std::future::poll_fn(|cx| self.poll_step(cx, into)).await
    }
}
