use artel_http::caller::Administrator;
use artel_http::{Caller, Problem};
use axum::Json;
use axum::extract::State;

use super::TenantRules;
use crate::App;
use crate::approvals::TAG;

/// Read the tenant's rules about approvals.
///
/// Needs `admin`.
#[utoipa::path(get, path = "/approval-rules", tag = TAG, responses((status = 200, description = "The rules, in order.", body = TenantRules)))]
pub(crate) async fn get_approval_rules(
    State(app): State<App>,
    caller: Caller<Administrator>,
) -> Result<Json<TenantRules>, Problem> {
    Ok(Json(TenantRules { rules: app.store.find_approval_rules(caller.tenant_id).await? }))
}
