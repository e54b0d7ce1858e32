use artel_domain::{ApprovalState, RunId, SessionId};
use artel_http::caller::RunsRead;
use artel_http::{Caller, Checked, Faults, Params, Problem};
use artel_store::ApprovalFilter;
use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use utoipa::IntoParams;

use super::TAG;
use super::view::ApprovalView;
use crate::App;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListApprovals {
    /// `pending`: those that somebody can decide.
    #[param(nullable = false)]
    status: Option<ApprovalState>,
    /// Questions about calls of this run and of the subagents below it.
    #[param(nullable = false)]
    run_id: Option<RunId>,
    #[param(nullable = false, min_length = 1, max_length = 200)]
    session_id: Option<String>,
    /// Of private sessions, the caller's own only. An administrator's list looks into nobody's then, and leaves no
    /// audit rows.
    #[param(nullable = false)]
    own: Option<bool>,
    /// At most this many; 50 when absent.
    #[param(nullable = false, minimum = 1, maximum = 200)]
    limit: Option<u32>,
}

impl Checked for ListApprovals {
    fn check(&self, faults: &mut Faults) {
        faults.length("session_id", self.session_id.as_deref(), 1..=200);
        faults.range("limit", self.limit, 1..=200);
    }
}

/// List approvals, oldest first.
///
/// Needs `runs:read`.
#[utoipa::path(get, path = "/approvals", tag = TAG, params(ListApprovals),
    responses((status = 200, description = "The approvals.", body = [ApprovalView])))]
pub(crate) async fn list_approvals(
    State(app): State<App>,
    caller: Caller<RunsRead>,
    Params(wanted): Params<ListApprovals>,
) -> Result<Json<Vec<ApprovalView>>, Problem> {
    let ListApprovals { status, run_id, session_id, own, limit } = wanted;
    let viewer = app.viewer_of(&caller, own);
    let session_id = match session_id {
        Some(name) => match app.store.find_session(&viewer, &SessionId(name)).await? {
            Some(session) => Some(session.id),
            None => return Ok(Json(Vec::new())),
        },
        None => None,
    };
    let filter = ApprovalFilter { run_id, session_id, state: status, limit: limit.unwrap_or(50) };
    let found = app.store.list_approvals(&viewer, filter).await?;
    Ok(Json(found.into_iter().map(ApprovalView::from).collect()))
}
