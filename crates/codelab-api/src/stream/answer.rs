//! The stream itself: `data:` lines alone, a comment now and then, and `done` at the end.

use std::sync::Arc;

use artel_domain::{Entry, RunId, SessionId};
use artel_engine::{SessionRef, follow_session};
use artel_http::Problem;
use artel_http::stream::events;
use artel_store::StoreError;
use axum::http::HeaderMap;
use axum::response::Response;
use axum::response::sse::{Event, KeepAlive};
use futures::stream::{BoxStream, once, unfold};
use futures::{Stream, StreamExt, stream};

use crate::App;
use crate::codes;
use crate::fault::Fault;
use crate::frames::{self, Frame, Reader};
use crate::incoming::{Accepted, Done, Incoming, perform};
use crate::options::Options;
use crate::user::User;

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
    let Done { run, accepted } = match perform(app, user, &session, &options.client(), incoming).await {
        Ok(done) => done,
        Err(problem) if problem.code() == codes::INVALID_CALL_ID => {
            return Ok(just(app, user, frames::of_problem(&problem)));
        }
        Err(problem) => return Err(problem.into()),
    };
    let Some(run) = run else { return Ok(response(app, user, stream::empty())) };
    let reader = Reader::new(view, following.known, None, options.with_seq());
    let over = accepted.as_ref().is_some_and(|accepted| accepted.is_answered);
    let reading = Reading { entries: following.entries, reader, run, over };
    let acknowledged = accepted.map(|Accepted { message_id, run, .. }| frames::message_accepted(&message_id, run));
    Ok(response(app, user, stream::iter(acknowledged).chain(reading.into_frames())))
}

fn just(app: &App, user: &User, frame: Frame) -> Response {
    response(app, user, once(async { frame }))
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

/// After the frame that says that the access was ended there is no `done`: the answer is not complete.
fn response(app: &App, user: &User, frames: impl Stream<Item = Frame> + Send + 'static) -> Response {
    let all = frames.chain(once(async { frames::done() }));
    let alive = KeepAlive::new().interval(app.config.sse_keepalive).text("ping");
    let event = |frame: Frame| Event::default().data(frame.text());
    let farewell = move |loss| event(frames::access_ended(loss));
    events(&user.standing, all.map(event), alive, farewell)
}
