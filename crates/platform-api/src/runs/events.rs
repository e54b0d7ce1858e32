use std::sync::Arc;

use artel_domain::{Entry, Run, RunId, Timestamp};
use artel_http::caller::RunsRead;
use artel_http::{At, Caller, Checked, Faults, Params, Problem};
use artel_store::{StoreError, Viewer};
use axum::Json;
use axum::extract::State;
use axum::http::header::ACCEPT;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use futures::StreamExt;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use super::TAG;
use super::accept::follow_from;
use super::get::journal;
use super::sse::{StreamedEvent, event, stream_of};
use crate::App;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListRunEvents {
    /// Go on after the event with this id; the header `Last-Event-ID` does the same and wins.
    #[param(nullable = false, minimum = 0)]
    after: Option<i64>,
}

impl Checked for ListRunEvents {
    fn check(&self, faults: &mut Faults) {
        faults.range("after", self.after, 0..=i64::MAX);
    }
}

/// The events of a run so far.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RunEvents {
    events: Vec<RunEvent>,
    /// No more will come.
    finished: bool,
}

/// What the stream sends as `id`, `event` and `data`.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RunEvent {
    id: i64,
    event: String,
    #[schema(value_type = Object)]
    data: Value,
    created_at: Timestamp,
}

/// Read what happened in a run, and follow it until its end.
///
/// A stream of events as in `POST /runs/stream`, from the first one or after `Last-Event-ID` on: cut anywhere and
/// resumed, it has the same bytes as when it is never cut. A reader who has seen the last event is answered with 204.
/// With `Accept: application/json`, the events so far as a list. Needs `runs:read`.
#[utoipa::path(get, path = "/runs/{run_id}/events", tag = TAG,
    params(("run_id" = RunId, Path), ListRunEvents,
        ("Last-Event-ID" = Option<String>, Header, description = "The id of the last event seen.", pattern = "^[0-9]{1,18}$", nullable = false)),
    responses((status = 200, description = "The events.", content((StreamedEvent = "text/event-stream"), (RunEvents = "application/json"))),
        (status = 204, description = "The run is over, and its last event was seen.")))]
pub(crate) async fn list_run_events(
    State(app): State<App>,
    caller: Caller<RunsRead>,
    At(run): At<RunId>,
    Params(wanted): Params<ListRunEvents>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let after = last_seen(&headers)?.or(wanted.after).unwrap_or(0);
    let viewer = app.viewer(&caller);
    let run = app.store.find_run(&viewer, run).await?.ok_or_else(|| Problem::not_found("run"))?;
    let finished = run.phase.is_end();
    if wants_json(&headers) {
        let events =
            journal(&app, &viewer, &run, after).await?.into_iter().filter_map(|entry| listed(&entry)).collect();
        return Ok(Json(RunEvents { events, finished }).into_response());
    }
    if finished {
        let rest = journal(&app, &viewer, &run, after).await?;
        if rest.is_empty() {
            // A browser's EventSource connects again after every end of a stream but this one.
            return Ok(StatusCode::NO_CONTENT.into_response());
        }
        let rest = futures::stream::iter(rest.into_iter().map(|entry| Ok(Arc::new(entry))));
        return Ok(stream_of(&app, &caller.standing, rest.boxed()));
    }
    let start = start_of(&app, &viewer, &run, after).await?;
    let seen = move |entry: &Result<Arc<Entry>, StoreError>| {
        std::future::ready(entry.as_ref().is_ok_and(|entry| entry.seq <= after))
    };
    Ok(stream_of(&app, &caller.standing, follow_from(&app, &viewer, &run, start).skip_while(seen).boxed()))
}

/// Where to follow from. A reader who claims to have seen what is not stored (yet, or ever) starts at what is:
/// otherwise an end before `after` would never reach it.
pub(crate) async fn start_of(app: &App, viewer: &Viewer, run: &Run, after: i64) -> Result<i64, Problem> {
    if after == 0 || !app.store.run_entries(viewer, run.id, after, 1).await?.is_empty() {
        return Ok(after);
    }
    let newest = app.store.session_entries(viewer, &run.session_id, 0, 1).await?.pop();
    let own = newest.filter(|entry| entry.run_id == run.id && !entry.event.is_end());
    Ok(own.map_or(0, |entry| entry.seq.min(after)))
}

fn listed(entry: &Entry) -> Option<RunEvent> {
    let (name, data) = event(entry)?;
    Some(RunEvent { id: entry.seq, event: name.to_owned(), data, created_at: entry.at })
}

fn last_seen(headers: &HeaderMap) -> Result<Option<i64>, Problem> {
    let Some(value) = headers.get("last-event-id") else { return Ok(None) };
    let id = value.to_str().ok().and_then(|text| text.trim().parse::<i64>().ok()).filter(|id| *id >= 0);
    id.map(Some).ok_or_else(|| Problem::invalid_field("Last-Event-ID", "must be the id of an event"))
}

/// JSON only for those who ask for it and not for a stream.
fn wants_json(headers: &HeaderMap) -> bool {
    let accepted: Vec<&str> = headers.get_all(ACCEPT).into_iter().filter_map(|value| value.to_str().ok()).collect();
    let accepts = |kind: &str| accepted.iter().any(|value| value.to_ascii_lowercase().contains(kind));
    accepts("application/json") && !accepts("text/event-stream")
}
