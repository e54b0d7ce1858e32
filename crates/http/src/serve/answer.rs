//! What is put around the routes of a connection: its stages, unread bodies, and the answer when only health is served.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::Router;
use axum::body::{Body, Bytes, HttpBody};
use axum::extract::ConnectInfo;
use axum::response::IntoResponse as _;
use hyper::body::{Frame, Incoming, SizeHint};
use hyper::header::{CONNECTION, CONTENT_LENGTH, EXPECT, HeaderValue, RETRY_AFTER};
use hyper::{Request, Response, StatusCode};
use tower::Service as _;

use super::connections::{Place, Stage};
use super::unread::{Rest, split};
use crate::Problem;
use crate::sender::Sender;

/// Answers one request.
pub(super) async fn answer(
    mut request: Request<Incoming>,
    peer: SocketAddr,
    mut routes: Router,
    place: Arc<Place>,
    health_only: bool,
) -> Result<Response<Answer>, Infallible> {
    place.enter(Stage::Busy);
    let half_close = place.connection().half_close();
    if health_only && !asks_for_health(request.uri().path()) {
        place.connection().linger();
        return Ok(finished(full(), place));
    }
    request.extensions_mut().insert(ConnectInfo(peer));
    request.extensions_mut().insert(place.connection().received().clone());
    request.extensions_mut().insert(half_close.ends_with_client().clone());
    if request.body().is_end_stream() {
        let response = routes.call(request).await?;
        return Ok(finished(response, place));
    }
    let expects_continue = request.headers().contains_key(EXPECT);
    let sender = Sender::of(request.extensions_mut());
    let (head, body) = request.into_parts();
    let (body, rest) = split(body, sender, place.clone());
    let mut response = routes.call(Request::from_parts(head, body)).await?;
    read_rest(&mut response, rest, expects_continue, &place).await;
    Ok(finished(response, place))
}

async fn read_rest(response: &mut Response<Body>, rest: Rest, expects_continue: bool, place: &Place) {
    if response.status() != StatusCode::SWITCHING_PROTOCOLS && !rest.read(expects_continue).await {
        response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
        place.connection().linger();
    }
}

fn asks_for_health(path: &str) -> bool {
    path.contains("health") || path.ends_with("/metrics")
}

fn full() -> Response<Body> {
    let message = "All connections of this server are taken; try again in a few seconds.";
    let mut response = Problem::new(StatusCode::SERVICE_UNAVAILABLE, "too_many_connections", message).into_response();
    response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("2"));
    response
}

/// A WebSocket stays busy for as long as it lives; every other connection is idle when the body of its answer is gone.
fn finished(response: Response<Body>, place: Arc<Place>) -> Response<Answer> {
    let half_close = place.connection().half_close();
    if response.status() == StatusCode::SWITCHING_PROTOCOLS {
        half_close.answered();
    } else if response.body().size_hint().exact().is_none() && !response.headers().contains_key(CONTENT_LENGTH) {
        // A stream may go on for hours: it is not kept open for a reader who may be gone.
        half_close.ends_with_client().set();
    }
    let place = (response.status() != StatusCode::SWITCHING_PROTOCOLS).then_some(place);
    response.map(|body| Answer { body, place })
}

/// The body of an answer.
pub(super) struct Answer {
    body: Body,
    place: Option<Arc<Place>>,
}

impl Drop for Answer {
    fn drop(&mut self) {
        if let Some(place) = &self.place {
            place.connection().half_close().answered();
            place.enter(Stage::Idle);
        }
    }
}

impl HttpBody for Answer {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
