use artel_domain::TaskId;
use artel_http::caller::RunsRead;
use artel_http::{At, Caller, Checked, Faults, Params, Problem};
use artel_store::Page;
use axum::Json;
use axum::extract::State;
use axum::response::{AppendHeaders, IntoResponse};
use serde::Deserialize;
use utoipa::IntoParams;

use super::TAG;
use super::view::ExecutionView;
use crate::App;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListExecutions {
    /// At most this many; 20 when absent.
    #[param(minimum = 1, maximum = 100, nullable = false)]
    limit: Option<u32>,
    /// Skip this many.
    #[param(minimum = 0, maximum = 2_147_483_647, nullable = false)]
    offset: Option<u32>,
}

impl Checked for ListExecutions {
    fn check(&self, faults: &mut Faults) {
        faults.range("limit", self.limit, 1..=100);
        faults.range("offset", self.offset, 0..=2_147_483_647);
    }
}

/// List the executions of a task, newest first.
///
/// Each is a run: its id opens it everywhere. An administrator who reads those of another user leaves an audit row for
/// each session. Needs `runs:read`.
#[utoipa::path(get, path = "/tasks/{task_id}/executions", tag = TAG, params(("task_id" = TaskId, Path), ListExecutions),
    responses((status = 200, description = "A page of executions.", body = [ExecutionView],
        headers(("X-Total-Count" = i64, description = "How many there are in all.")))))]
pub(crate) async fn list_executions(
    State(app): State<App>,
    caller: Caller<RunsRead>,
    At(task): At<TaskId>,
    Params(wanted): Params<ListExecutions>,
) -> Result<impl IntoResponse, Problem> {
    let viewer = app.viewer(&caller);
    app.store.find_task(&viewer, task).await?.ok_or_else(|| Problem::not_found("task"))?;
    let page = Page { limit: wanted.limit.unwrap_or(20), offset: wanted.offset.unwrap_or(0) };
    let (found, total) = app.store.list_executions(&viewer, task, None, page).await?;
    let found: Vec<ExecutionView> = found.into_iter().map(|one| ExecutionView::from(one).in_list()).collect();
    Ok((AppendHeaders([("x-total-count", total)]), Json(found)))
}
