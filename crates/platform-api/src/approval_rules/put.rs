use artel_http::caller::Administrator;
use artel_http::{Body, Caller, Problem};
use axum::Json;
use axum::extract::State;

use super::TenantRules;
use crate::App;
use crate::approvals::TAG;

/// Set the tenant's rules about approvals, in place of all before.
///
/// They come before the operator's. They hold for calls that a model plans from now on; what waits already is decided
/// as it was asked. Needs `admin`.
#[utoipa::path(put, path = "/approval-rules", tag = TAG, request_body = TenantRules,
    responses((status = 200, description = "The rules as they are now.", body = TenantRules)))]
pub(crate) async fn put_approval_rules(
    State(app): State<App>,
    caller: Caller<Administrator>,
    body: Body<TenantRules>,
) -> Result<Json<TenantRules>, Problem> {
    let audit = caller.audit("approval_rules.update", "tenant", caller.tenant_id, app.clock.now());
    app.store.put_approval_rules(caller.tenant_id, body.value.rules.clone(), audit).await?;
    Ok(Json(body.value))
}
