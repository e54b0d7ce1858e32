use artel_domain::TaskId;
use artel_http::caller::RunsWrite;
use artel_http::{At, Caller, Problem};
use artel_intents::TaskChange;
use axum::Json;
use axum::extract::State;

use super::TAG;
use super::view::{TaskView, view};
use crate::App;

/// Pause a task.
///
/// It starts nothing by itself until it is resumed. Executions under way go on. Needs `runs:write`.
#[utoipa::path(post, path = "/tasks/{task_id}/pause", tag = TAG, params(("task_id" = TaskId, Path)),
    responses((status = 200, description = "The task as it is now.", body = TaskView),
        (status = 409, response = crate::document::Conflict)))]
pub(crate) async fn pause_task(
    State(app): State<App>,
    caller: Caller<RunsWrite>,
    At(task): At<TaskId>,
) -> Result<Json<TaskView>, Problem> {
    let change = TaskChange { is_active: Some(false), ..TaskChange::default() };
    let task = app.intents.update_task(&caller.requester(), task, change).await?;
    Ok(Json(view(&app, &app.viewer(&caller), task).await?))
}
