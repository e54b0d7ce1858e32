use std::time::Duration;

use artel_domain::{Event, Phase, Run, Wait};
use artel_http::caller::RunsWrite;
use artel_http::once::{replayed, under_way};
use artel_http::{Attempt, Body, Caller, Checked, Params, Prefer, Problem};
use artel_store::Viewer;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::LOCATION;
use axum::response::{IntoResponse, Response};
use futures::StreamExt;
use serde::Deserialize;
use tokio::time::timeout;
use utoipa::IntoParams;

use super::TAG;
use super::accept::{Accepted, Entries, StartRun, accept};
use super::view::{RunView, Seen, view, view_of_ended};
use crate::App;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct CreateRun {
    /// `false`: answer at once with 202, do not wait for the end. `Prefer: respond-async` does the same.
    #[serde(default = "wait")]
    #[param(default = true, required = false)]
    wait: bool,
}

/// A run that asked somebody is looked at so often: it may go to sleep without one more entry.
const LOOK_AGAIN: Duration = Duration::from_millis(250);

fn wait() -> bool {
    true
}

impl Checked for CreateRun {}

/// Run an agent and wait for the end.
///
/// The run goes on when the client disconnects. A run whose model or tool fails ends as `failed`, which is a 201 too. A
/// run that comes to wait for a human is answered at once, with 202 and `phase` `waiting_for_approval`. Needs
/// `runs:write`.
#[utoipa::path(post, path = "/runs", tag = TAG, params(CreateRun, crate::document::IdempotencyKey), request_body = StartRun,
    responses((status = 201, description = "The finished run.", body = RunView),
        (status = 202, description = "The run as it is now.", body = RunView),
        (status = 404, response = crate::document::NotFound), (status = 409, response = crate::document::Conflict)))]
pub(crate) async fn create_run(
    State(app): State<App>,
    caller: Caller<RunsWrite>,
    attempt: Attempt,
    prefer: Prefer,
    Params(wanted): Params<CreateRun>,
    body: Body<StartRun>,
) -> Result<Response, Problem> {
    let viewer = app.viewer(&caller);
    let waits = wanted.wait && !prefer.respond_async;
    match accept(&app, &caller, &attempt, body).await? {
        Accepted::New(run, _) if !waits => answer(&app, &viewer, *run, StatusCode::ACCEPTED).await,
        Accepted::New(run, entries) => match settled(&app, &viewer, *run, entries).await? {
            Settled::Ended(run, seen) => {
                let view = view_of_ended(&app, &viewer, run, seen).await?;
                Ok(created(StatusCode::CREATED, &view))
            }
            Settled::Waits(run) => answer(&app, &viewer, run, StatusCode::ACCEPTED).await,
        },
        Accepted::Known(run) if !waits => answer(&app, &viewer, *run, StatusCode::ACCEPTED).await.map(replayed),
        Accepted::Known(run) if run.phase.is_end() => {
            answer(&app, &viewer, *run, StatusCode::CREATED).await.map(replayed)
        }
        Accepted::Known(run) if run.phase == Phase::Waiting => {
            answer(&app, &viewer, *run, StatusCode::ACCEPTED).await.map(replayed)
        }
        Accepted::Known(_) => Err(under_way()),
        Accepted::Answered(response) => Ok(response),
    }
}

/// What became of a run that a request waits for.
enum Settled {
    /// It is over; what its entries said.
    Ended(Run, Seen),
    /// It waits for something from outside: that may take days.
    Waits(Run),
}

/// The run after its last entry, or as soon as it waits.
async fn settled(app: &App, viewer: &Viewer, run: Run, mut entries: Entries) -> Result<Settled, Problem> {
    let (mut asked, mut seen) = (false, Seen::default());
    loop {
        let patience = if asked { LOOK_AGAIN } else { Duration::MAX };
        match timeout(patience, entries.next()).await {
            Ok(Some(entry)) => {
                let event = &entry?.event;
                asked |= asks(event);
                seen.note(event);
            }
            Ok(None) => return Ok(Settled::Ended(current(app, viewer, &run).await?, seen)),
            Err(_elapsed) => {}
        }
        // Other calls may still be under way; the run waits when they are over.
        if asked {
            let now = current(app, viewer, &run).await?;
            if now.phase == Phase::Waiting {
                return Ok(Settled::Waits(now));
            }
        }
    }
}

/// The run waits for somebody now, or soon.
fn asks(event: &Event) -> bool {
    match event {
        // Subagents end by themselves, unless one of them asks a human.
        Event::CallWaits { wait, .. } => *wait != Wait::Child,
        Event::ApprovalRequested { .. } | Event::SubagentAsks { .. } => true,
        _ => false,
    }
}

async fn current(app: &App, viewer: &Viewer, run: &Run) -> Result<Run, Problem> {
    let current = app.store.find_run(viewer, run.id).await?;
    current.ok_or_else(|| Problem::internal(format!("run {} vanished", run.id)))
}

async fn answer(app: &App, viewer: &Viewer, run: Run, status: StatusCode) -> Result<Response, Problem> {
    Ok(created(status, &view(app, viewer, run).await?))
}

fn created(status: StatusCode, run: &RunView) -> Response {
    (status, [(LOCATION, format!("/v1/runs/{}", run.id()))], Json(run)).into_response()
}
