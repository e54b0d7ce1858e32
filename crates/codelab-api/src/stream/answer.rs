//! The stream itself: `data:` lines alone, a comment now and then, and `done` at the end.

use std::convert::Infallible;
use std::sync::Arc;

use artel_domain::{Entry, RunId, SessionId};
use artel_engine::{SessionRef, follow_session};
use artel_http::Problem;
use artel_store::StoreError;
use axum::http::HeaderName;
use axum::http::header::{CACHE_CONTROL, HeaderMap, HeaderValue};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures::stream::{BoxStream, once, unfold};
use futures::{Stream, StreamExt, stream};

use crate::App;
use crate::codes;
use crate::fault::Fault;
use crate::frames::{self, Frame, Reader};
use crate::incoming::{Incoming, perform};
use crate::options::Options;
use crate::user::User;

const UNBUFFERED: HeaderName = HeaderName::from_static("x-accel-buffering");

/// Does what the client wants in a session of theirs, and streams what comes of it until it is the client's turn again.
pub(super) async fn answer(
    app: &App,
    user: &User,
    session: SessionId,
    incoming: Incoming,
    options: &Options,
    headers: &HeaderMap,
) -> Result<Response, Fault> {
    let about = SessionRef { viewer: user.viewer(), session_id: session.clone() };
    // Before anything happens: what comes of it cannot be missed.
    let view = options.view(&app.config, user, headers);
    let following = follow_session(app.store.clone(), &*app.bus, about, None, options.pieces(view)).await?;
    let run = match perform(app, user, &session, &options.client(), incoming).await {
        Ok(run) => run,
        Err(problem) if problem.code() == codes::INVALID_CALL_ID => return Ok(just(app, frames::of_problem(&problem))),
        Err(problem) => return Err(problem.into()),
    };
    let Some(run) = run else { return Ok(response(app, stream::empty())) };
    let reader = Reader::new(view, following.known, None, options.with_seq());
    let reading = Reading { entries: following.entries, reader, run, over: false };
    Ok(response(app, reading.into_frames()))
}

fn just(app: &App, frame: Frame) -> Response {
    response(app, once(async { frame }))
}

/// The frames of one run that its reader does not know.
struct Reading {
    entries: BoxStream<'static, Result<Arc<Entry>, StoreError>>,
    reader: Reader,
    run: RunId,
    over: bool,
}

impl Reading {
    fn into_frames(self) -> impl Stream<Item = Frame> + Send + 'static {
        unfold(self, |mut reading| async move { reading.next().await.map(|frame| (frame, reading)) })
    }

    async fn next(&mut self) -> Option<Frame> {
        while !self.over {
            let frame = match self.entries.next().await? {
                Ok(entry) => self.read(&entry),
                Err(error) => Some(self.cut(error)),
            };
            if frame.is_some() {
                return frame;
            }
        }
        None
    }

    fn read(&mut self, entry: &Arc<Entry>) -> Option<Frame> {
        let told = self.reader.read(entry);
        if entry.run_id != self.run {
            return None;
        }
        self.over = told.rests;
        told.frame
    }

    fn cut(&mut self, error: StoreError) -> Frame {
        self.over = true;
        frames::of_problem(&Problem::from(error))
    }
}

fn response(app: &App, frames: impl Stream<Item = Frame> + Send + 'static) -> Response {
    let all = frames.chain(once(async { frames::done() }));
    let events = all.map(|frame| Ok::<_, Infallible>(Event::default().data(frame.text())));
    let alive = KeepAlive::new().interval(app.config.sse_keepalive).text("ping");
    let mut response = Sse::new(events).keep_alive(alive).into_response();
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    headers.insert(UNBUFFERED, HeaderValue::from_static("no"));
    response
}
