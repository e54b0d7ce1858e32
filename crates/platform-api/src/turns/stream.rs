use std::collections::VecDeque;

use artel_domain::{Artifact, Entry, RunId, SessionId};
use artel_engine::{Pieces, SessionRef, follow_session};
use artel_http::caller::RunsRead;
use artel_http::{At, Caller, Checked, Params, Problem, stream};
use artel_store::{StoreError, Viewer};
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::sse::{Event as SseEvent, KeepAlive};
use axum::response::{IntoResponse, Response};
use futures::stream::unfold;
use futures::{Stream, StreamExt};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::cursor::Cursor;
use super::projection::{Projection, TurnEvent, artifact_ids};
use crate::App;
use crate::runs::accept::{Entries, follow_from};
use crate::runs::sse::access_ended;
use crate::sessions::TAG;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct StreamSession {
    /// The turn to read until its end; without it, all turns of the session, without an end.
    #[param(nullable = false)]
    turn_id: Option<RunId>,
}

impl Checked for StreamSession {}

/// One event of the stream.
#[derive(ToSchema)]
#[expect(dead_code, reason = "written by `sse`; this is its description")]
pub(crate) struct StreamedTurnEvent {
    /// Where a reader goes on: `Last-Event-ID`. The number of the journal's entry; further events of the same entry
    /// have `.1`, `.2` behind it.
    #[schema(pattern = "^[0-9]+([.][0-9]+)?$")]
    id: String,
    #[schema(
        pattern = "^(turn_started|text_delta|message_reset|usage|tool_call|tool_result|artifact|form_requested|approval_requested|approval_decided|subagent_approval|turn_completed|turn_failed|turn_cancelled|access_ended)$"
    )]
    event: String,
    /// A JSON object.
    data: String,
}

/// Read what happens in a session.
///
/// Events: `turn_started` `{session_id, turn_id, agent_id}`, `text_delta` `{delta}`, `message_reset` `{step}`, `usage`,
/// `tool_call` `{call_id, name, arguments}`, `tool_result` `{call_id, name, status, summary, artifact_ids}`, `artifact`
/// `{artifact_id, kind, title, media_type, ephemeral, url}`, `form_requested` `{form_id, title, fields}`,
/// `approval_requested`, `approval_decided`, `subagent_approval` `{approval_id, run_id, name, arguments, reason}`, then
/// one of `turn_completed` `{output, files, usage}`, `turn_failed` `{error, code}`, `turn_cancelled`. With `turn_id`
/// the stream begins at the turn's first event, or after `Last-Event-ID`, and ends with the turn: cut anywhere and
/// resumed, it has the same bytes. A reader who has seen the last event is answered with 204. Needs `runs:read`.
#[utoipa::path(get, path = "/sessions/{session_id}/stream", tag = TAG,
    params(("session_id" = String, Path, min_length = 1, max_length = 200), StreamSession,
        ("Last-Event-ID" = Option<String>, Header, description = "The id of the last event seen.",
            pattern = "^[0-9]{1,18}([.][0-9]{1,4})?$", nullable = false)),
    responses((status = 200, description = "The events.", body = StreamedTurnEvent, content_type = "text/event-stream"),
        (status = 204, description = "The turn is over, and its last event was seen.")))]
pub(crate) async fn stream_session(
    State(app): State<App>,
    caller: Caller<RunsRead>,
    At(session): At<SessionId>,
    Params(wanted): Params<StreamSession>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let (seen, viewer) = (Cursor::last_seen(&headers)?, app.viewer(&caller));
    let session = crate::sessions::found(&app, &viewer, &session).await?.id;
    let entries = match wanted.turn_id {
        None => of_session(&app, &viewer, &session, seen).await?,
        Some(turn) => match of_turn(&app, &viewer, &session, turn, seen).await? {
            Some(found) => found,
            // A browser's EventSource connects again after every end of a stream but this one.
            None => return Ok(StatusCode::NO_CONTENT.into_response()),
        },
    };
    let projection = Projection::new(session.shown());
    let reading = Reading { app: app.clone(), viewer, session, entries, projection, ready: VecDeque::new(), seen };
    let alive = KeepAlive::new().interval(app.config.sse_keepalive);
    Ok(stream::events(&caller.standing, reading.into_events(), alive, access_ended))
}

/// From the turn's beginning on, also for a reader who saw a part of it: what follows depends on it. `None`: the reader
/// saw the end.
///
/// What the reader has seen may not be stored yet. Should its worker die, what comes then has greater numbers.
async fn of_turn(
    app: &App,
    viewer: &Viewer,
    session: &SessionId,
    turn: RunId,
    seen: Cursor,
) -> Result<Option<Entries>, Problem> {
    let run = super::found(app, viewer, session, turn).await?;
    if run.phase.is_end() && app.store.run_entries(viewer, run.id, seen.seq, 1).await?.is_empty() {
        return Ok(None);
    }
    Ok(Some(follow_from(app, viewer, &run, 0)))
}

/// From the beginning of the turn on in which the reader stopped.
async fn of_session(app: &App, viewer: &Viewer, session: &SessionId, seen: Cursor) -> Result<Entries, Problem> {
    let reference = SessionRef { viewer: viewer.clone(), session_id: session.clone() };
    // The entry that the reader saw last may have more events.
    let after = Some(seen.seq.saturating_sub(1).max(0));
    Ok(follow_session(app.store.clone(), &*app.bus, reference, after, Pieces::Live).await?.entries)
}

/// One reader's place in a journal.
struct Reading {
    app: App,
    viewer: Viewer,
    session: SessionId,
    entries: Entries,
    projection: Projection,
    ready: VecDeque<TurnEvent>,
    /// What the reader has heard of already.
    seen: Cursor,
}

impl Reading {
    /// When the store fails, the events end and the reader resumes.
    fn into_events(self) -> impl Stream<Item = SseEvent> + Send + 'static {
        unfold(self, |mut reading| async move {
            match reading.next().await {
                Ok(event) => event.map(|event| (sse(&event), reading)),
                Err(error) => {
                    tracing::warn!(%error, "a stream was cut off");
                    None
                }
            }
        })
    }

    async fn next(&mut self) -> Result<Option<TurnEvent>, StoreError> {
        loop {
            if let Some(event) = self.ready.pop_front() {
                return Ok(Some(event));
            }
            let Some(entry) = self.entries.next().await.transpose()? else { return Ok(None) };
            let artifacts = artifacts(&self.app, &self.viewer, &self.session, &entry).await?;
            let events = self.projection.events(&entry, &artifacts);
            self.ready.extend(events.into_iter().filter(|event| event.at > self.seen));
        }
    }
}

/// The files that were made in this session, of those that an entry names. A tool may name any file.
async fn artifacts(
    app: &App,
    viewer: &Viewer,
    session: &SessionId,
    entry: &Entry,
) -> Result<Vec<Artifact>, StoreError> {
    let mut found = Vec::new();
    for id in artifact_ids(&entry.event) {
        let artifact = app.store.find_artifact(viewer, id).await?;
        found.extend(artifact.filter(|artifact| artifact.session_id.as_ref() == Some(session)));
    }
    Ok(found)
}

fn sse(event: &TurnEvent) -> SseEvent {
    SseEvent::default().id(event.at.to_string()).event(event.name).data(event.data.to_string())
}
