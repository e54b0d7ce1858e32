use artel_domain::{TaskId, TaskState};
use artel_http::caller::RunsRead;
use artel_http::{Caller, Checked, Faults, Params, Problem};
use artel_store::{Page, TaskFilter};
use axum::Json;
use axum::extract::State;
use axum::response::{AppendHeaders, IntoResponse};
use serde::Deserialize;
use utoipa::IntoParams;

use super::TAG;
use super::view::{TaskView, views};
use crate::App;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListTasks {
    #[param(inline, nullable = false)]
    state: Option<TaskState>,
    /// Only tasks that follow this one.
    #[param(nullable = false)]
    parent_id: Option<TaskId>,
    /// An administrator sees the caller's own tasks only.
    #[param(nullable = false)]
    own: Option<bool>,
    /// At most this many; 20 when absent.
    #[param(minimum = 1, maximum = 100, nullable = false)]
    limit: Option<u32>,
    /// Skip this many.
    #[param(minimum = 0, maximum = 2_147_483_647, nullable = false)]
    offset: Option<u32>,
}

impl Checked for ListTasks {
    fn check(&self, faults: &mut Faults) {
        faults.range("limit", self.limit, 1..=100);
        faults.range("offset", self.offset, 0..=2_147_483_647);
    }
}

/// List tasks, newest first.
///
/// One's own; an administrator's list has everybody's, with an audit row for each private session of
/// somebody else in it. Needs `runs:read`.
#[utoipa::path(get, path = "/tasks", tag = TAG, params(ListTasks),
    responses((status = 200, description = "A page of tasks.", body = [TaskView],
        headers(("X-Total-Count" = i64, description = "How many match in all.")))))]
pub(crate) async fn list_tasks(
    State(app): State<App>,
    caller: Caller<RunsRead>,
    Params(wanted): Params<ListTasks>,
) -> Result<impl IntoResponse, Problem> {
    let page = Page { limit: wanted.limit.unwrap_or(20), offset: wanted.offset.unwrap_or(0) };
    let filter = TaskFilter { state: wanted.state, parent_id: wanted.parent_id };
    let viewer = app.viewer_of(&caller, wanted.own);
    let (tasks, total) = app.store.list_tasks(&viewer, filter, page).await?;
    Ok((AppendHeaders([("x-total-count", total)]), Json(views(&app, &viewer, tasks).await?)))
}
