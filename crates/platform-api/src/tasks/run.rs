use artel_domain::{RunId, TaskId};
use artel_http::caller::RunsWrite;
use artel_http::{At, Attempt, Body, Caller, Checked, Faults, Problem};
use artel_intents::RunTask;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::TAG;
use crate::App;

/// Nothing needs to be said.
#[derive(Debug, Default, Deserialize, ToSchema)]
pub(crate) struct RunTaskNow {}

impl Checked for RunTaskNow {
    fn check(&self, _: &mut Faults) {}

    fn when_absent() -> Option<Self> {
        Some(Self {})
    }
}

/// An execution that begins.
#[expect(clippy::struct_field_names, reason = "the names of the members")]
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct StartedExecution {
    task_id: TaskId,
    run_id: RunId,
    session_id: artel_domain::SessionId,
}

/// Start a task now.
///
/// One execution, in the caller's own name, also of a task that is paused. When another one is not over, the task's
/// rule `overlap` decides: 409 for `skip`, and for `queue` when 100 executions are not over. The same `Idempotency-Key`
/// gets the same run. Needs `runs:write`.
#[utoipa::path(post, path = "/tasks/{task_id}/run", tag = TAG,
    params(("task_id" = TaskId, Path), crate::document::IdempotencyKey), request_body = Option<RunTaskNow>,
    responses((status = 202, description = "It begins.", body = StartedExecution),
        (status = 409, response = crate::document::Conflict)))]
pub(crate) async fn run_task(
    State(app): State<App>,
    caller: Caller<RunsWrite>,
    At(task): At<TaskId>,
    attempt: Attempt,
    body: Body<RunTaskNow>,
) -> Result<Response, Problem> {
    let work = async |id| {
        let run = app.intents.run_task(&caller.requester(), RunTask { task, run: RunId(id), by: None }).await?;
        let started = StartedExecution { task_id: task, run_id: run.id, session_id: run.session_id.shown() };
        Ok((StatusCode::ACCEPTED, Json(started)).into_response())
    };
    app.gate.once(&caller, &attempt, &body.digest, work).await
}
