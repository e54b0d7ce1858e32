use artel_domain::TaskId;
use artel_http::caller::RunsRead;
use artel_http::{At, Caller, Problem};
use axum::Json;
use axum::extract::State;

use super::TAG;
use super::view::{TaskView, view};
use crate::App;

/// Read a task.
///
/// One's own; an administrator reads everybody's. `last_execution` is of a private session: when it is another user's,
/// the look is an audit row that they find. Needs `runs:read`.
#[utoipa::path(get, path = "/tasks/{task_id}", tag = TAG, params(("task_id" = TaskId, Path)),
    responses((status = 200, description = "The task.", body = TaskView)))]
pub(crate) async fn get_task(
    State(app): State<App>,
    caller: Caller<RunsRead>,
    At(task): At<TaskId>,
) -> Result<Json<TaskView>, Problem> {
    let viewer = app.viewer(&caller);
    let found = app.store.find_task(&viewer, task).await?;
    let found = found.ok_or_else(|| Problem::not_found("task"))?;
    Ok(Json(view(&app, &viewer, found).await?))
}
