//! Request bodies that nobody read: a small rest is read after the answer was made, a large one closes the connection
//! after the answer.
//!
//! Without this the next request on the same connection dies: the client believes that the connection is kept, the
//! server closes it.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::body::{Bytes, HttpBody};
use hyper::body::{Frame, Incoming, SizeHint};

/// A rest of at most this many bytes is read.
const SMALL: u64 = 256 * 1024;
/// For at most this long.
const PATIENCE: Duration = Duration::from_secs(2);

/// The body of a request that has one, shared with the server so that it can read what the handler left.
pub(super) struct RequestBody(Shared);

/// What the server keeps of a request's body.
pub(super) struct Rest(Shared);

type Shared = Arc<Mutex<State>>;

struct State {
    body: Incoming,
    ended: bool,
}

pub(super) fn split(body: Incoming) -> (RequestBody, Rest) {
    let ended = body.is_end_stream();
    let shared = Arc::new(Mutex::new(State { body, ended }));
    (RequestBody(shared.clone()), Rest(shared))
}

impl State {
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        let frame = ready!(Pin::new(&mut self.body).poll_frame(cx));
        self.ended |= !matches!(frame, Some(Ok(_))) || self.body.is_end_stream();
        Poll::Ready(frame)
    }
}

impl HttpBody for RequestBody {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).poll(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).body.size_hint()
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
