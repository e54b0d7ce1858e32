//! The bodies of requests. One ends with an error when its sender loses their standing, or sends nothing for a minute.
//! When a handler left a rest unread, a small one is read after the answer was made, and a large one closes the
//! connection after the answer: else the next request on the same connection dies, because the client believes that
//! the connection is kept.

use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::body::{Bytes, HttpBody};
use hyper::body::{Frame, Incoming, SizeHint};
use tokio::time::Sleep;

use super::connections::Place;
use super::half_close::HalfClose;
use crate::sender::{BodyCut, Sender};
use crate::{Standing, Watch};

/// A rest of at most this many bytes is read.
const SMALL: u64 = 256 * 1024;
/// For at most this long.
const PATIENCE: Duration = Duration::from_secs(2);

/// For so long a sender may send nothing.
const SILENCE: Duration = Duration::from_mins(1);

/// The body of a request that has one, shared with the server so that it can read what the handler left.
pub(super) struct RequestBody {
    shared: Shared,
    sender: Sender,
    place: Arc<Place>,
    /// Both are there only while the body is waited for: most bodies are there at once.
    watch: Option<Watch>,
    silence: Option<Pin<Box<Sleep>>>,
}

/// What the server keeps of a request's body.
pub(super) struct Rest(Shared);

type Shared = Arc<Mutex<State>>;

struct State {
    body: Incoming,
    ended: bool,
    half_close: HalfClose,
}

pub(super) fn split(body: Incoming, sender: Sender, place: Arc<Place>) -> (RequestBody, Rest) {
    let (ended, half_close) = (body.is_end_stream(), place.connection().half_close().clone());
    let shared = Arc::new(Mutex::new(State { body, ended, half_close }));
    (RequestBody { shared: shared.clone(), sender, place, watch: None, silence: None }, Rest(shared))
}

impl State {
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        let frame = ready!(Pin::new(&mut self.body).poll_frame(cx));
        self.ended |= !matches!(frame, Some(Ok(_))) || self.body.is_end_stream();
        if self.ended && !matches!(frame, Some(Err(_))) {
            self.half_close.whole();
        }
        Poll::Ready(frame)
    }
}

impl RequestBody {
    fn state(&self) -> MutexGuard<'_, State> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether the wait for more of the body has to end.
    fn is_cut(&mut self, cx: &mut Context<'_>) -> Option<BodyCut> {
        if self.watch.is_none() {
            self.watch = self.sender.standing().map(Standing::watch);
        }
        if self.watch.as_mut().is_some_and(|watch| Pin::new(watch).poll(cx).is_ready()) {
            return Some(BodyCut::AccessEnded);
        }
        let silence = self.silence.get_or_insert_with(|| Box::pin(tokio::time::sleep(SILENCE)));
        silence.as_mut().poll(cx).is_ready().then_some(BodyCut::Silent)
    }
}

impl Drop for RequestBody {
    fn drop(&mut self) {
        self.place.goes_on();
    }
}

impl HttpBody for RequestBody {
    type Data = Bytes;
    type Error = BodyCut;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BodyCut>>> {
        let this = self.get_mut();
        // First: what comes after the loss is not done any more.
        if this.watch.as_mut().is_some_and(|watch| Pin::new(watch).poll(cx).is_ready()) {
            return Poll::Ready(Some(Err(BodyCut::AccessEnded)));
        }
        let polled = this.state().poll(cx);
        if let Poll::Ready(frame) = polled {
            this.silence = None;
            this.place.goes_on();
            return Poll::Ready(frame.map(|frame| frame.map_err(BodyCut::Broken)));
        }
        this.place.waits_for_body();
        this.is_cut(cx).map_or(Poll::Pending, |cut| Poll::Ready(Some(Err(cut))))
    }

    fn is_end_stream(&self) -> bool {
        self.state().body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.state().body.size_hint()
    }
}

impl Rest {
    /// Reads what the handler left. False when something stays unread: the connection cannot carry another request.
    ///
    /// `expects_continue`: the client waits for a `100 Continue` before it sends the body. Reading would ask for the
    /// body.
    pub(super) async fn read(self, expects_continue: bool) -> bool {
        let Some(mut state) = self.take() else { return true };
        if state.ended {
            return true;
        }
        if expects_continue || state.body.size_hint().lower() > SMALL {
            return false;
        }
        let all = async {
            let mut bytes = 0;
            while let Some(frame) = std::future::poll_fn(|cx| state.poll(cx)).await {
                let Ok(frame) = frame else { return false };
                bytes += frame.data_ref().map_or(0, |data| data.len() as u64);
                if bytes > SMALL {
                    return false;
                }
            }
            true
        };
        tokio::time::timeout(PATIENCE, all).await.unwrap_or(false)
    }

    /// `None` while a handler that has answered still reads the body: it is the handler's then.
    fn take(self) -> Option<State> {
        Arc::into_inner(self.0).map(|state| state.into_inner().unwrap_or_else(PoisonError::into_inner))
    }
}
