use artel_domain::TaskId;
use artel_http::caller::RunsWrite;
use artel_http::{At, Caller, Problem};
use axum::extract::State;
use axum::http::StatusCode;

use super::TAG;
use crate::App;

/// Delete a task.
///
/// With the tasks that follow it. Executions under way go on, and all stay readable as runs. Its owner does, or an
/// administrator. Needs `runs:write`.
#[utoipa::path(delete, path = "/tasks/{task_id}", tag = TAG, params(("task_id" = TaskId, Path)),
    responses((status = 204, description = "It is gone.")))]
pub(crate) async fn delete_task(
    State(app): State<App>,
    caller: Caller<RunsWrite>,
    At(task): At<TaskId>,
) -> Result<StatusCode, Problem> {
    app.intents.delete_task(&caller.requester(), task).await?;
    Ok(StatusCode::NO_CONTENT)
}
