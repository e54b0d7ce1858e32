//! Answers that go on: the only way to make one takes the caller's standing, and the answer ends with it.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::{Body, Bytes};
use axum::http::HeaderName;
use axum::http::header::{CACHE_CONTROL, HeaderValue};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures::{Stream, StreamExt};

use crate::Standing;
use crate::open::Open;
use crate::standing::{Loss, Watch};

const UNBUFFERED: HeaderName = HeaderName::from_static("x-accel-buffering");

/// Server-sent events. When the caller loses their standing, `farewell` is the last one.
#[expect(clippy::disallowed_methods, reason = "the events end with the caller's standing")]
pub fn events<S, F>(standing: &Standing, events: S, keep_alive: KeepAlive, farewell: F) -> Response
where
    S: Stream<Item = Event> + Send + 'static,
    F: FnOnce(Loss) -> Event + Send + 'static,
{
    let events = while_standing(standing, events, farewell).map(Ok::<_, Infallible>);
    let mut response = Sse::new(events).keep_alive(keep_alive).into_response();
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    headers.insert(UNBUFFERED, HeaderValue::from_static("no"));
    response
}

/// Bytes of a protocol of its own. When the caller loses their standing, `farewell` is the last of them.
#[expect(clippy::disallowed_methods, reason = "the bytes end with the caller's standing")]
pub fn bytes<S, F>(standing: &Standing, bytes: S, farewell: F) -> Body
where
    S: Stream<Item = Result<Bytes, Infallible>> + Send + 'static,
    F: FnOnce(Loss) -> Bytes + Send + 'static,
{
    Body::from_stream(while_standing(standing, bytes, |loss| Ok(farewell(loss))))
}

fn while_standing<S, F>(standing: &Standing, items: S, farewell: F) -> WhileStanding<S, F>
where
    S: Stream,
    F: FnOnce(Loss) -> S::Item,
{
    let (items, farewell) = (Some(Box::pin(items)), Some(farewell));
    WhileStanding { items, watch: standing.watch(), farewell, _open: Open::stream() }
}

/// The items of a stream, until its reader loses their standing; then one more.
struct WhileStanding<S, F> {
    /// Gone with the standing, so that what is behind it stops too.
    items: Option<Pin<Box<S>>>,
    watch: Watch,
    farewell: Option<F>,
    _open: Open,
}

impl<S, F> Unpin for WhileStanding<S, F> {}

impl<S: Stream, F: FnOnce(Loss) -> S::Item> Stream for WhileStanding<S, F> {
    type Item = S::Item;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<S::Item>> {
        if self.items.is_none() {
            return Poll::Ready(None);
        }
        // First: what comes at the same moment is not for them any more.
        if let Poll::Ready(loss) = Pin::new(&mut self.watch).poll(cx) {
            self.items = None;
            return Poll::Ready(self.farewell.take().map(|farewell| farewell(loss)));
        }
        match &mut self.items {
            Some(items) => items.as_mut().poll_next(cx),
            None => Poll::Ready(None),
        }
    }
}
