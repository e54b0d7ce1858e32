use artel_domain::ApprovalId;
use artel_http::caller::RunsRead;
use artel_http::{At, Caller, Problem};
use axum::Json;
use axum::extract::State;

use super::TAG;
use super::view::ApprovalView;
use crate::App;

/// Read an approval.
///
/// Needs `runs:read`.
#[utoipa::path(get, path = "/approvals/{approval_id}", tag = TAG, params(("approval_id" = ApprovalId, Path)),
    responses((status = 200, description = "The approval.", body = ApprovalView)))]
pub(crate) async fn get_approval(
    State(app): State<App>,
    caller: Caller<RunsRead>,
    At(approval): At<ApprovalId>,
) -> Result<Json<ApprovalView>, Problem> {
    let found = app.store.find_approval(&app.viewer(&caller), approval).await?;
    found.map(|approval| Json(approval.into())).ok_or_else(|| Problem::not_found("approval"))
}
