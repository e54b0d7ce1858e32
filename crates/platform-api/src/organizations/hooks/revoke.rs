use artel_domain::HookId;
use artel_http::caller::CredentialsWrite;
use artel_http::{At, Problem};
use axum::extract::State;
use axum::http::StatusCode;

use super::HookAt;
use crate::App;
use crate::organizations::{Member, TAG};

/// Revoke a hook.
///
/// Deliveries to its address are refused from now on. What came stays. Needs `credentials:write`.
#[utoipa::path(delete, path = "/organizations/{org_id}/connectors/{connector_key}/hooks/{hook_id}", tag = TAG,
    params(("org_id" = String, Path), ("connector_key" = String, Path), ("hook_id" = HookId, Path)),
    responses((status = 204, description = "It takes nothing any more.")))]
pub(crate) async fn revoke_hook(
    State(app): State<App>,
    caller: Member<CredentialsWrite>,
    At(path): At<HookAt>,
) -> Result<StatusCode, Problem> {
    let audit = caller.audit("hook.revoke", "hook", path.hook_id, app.clock.now());
    let was_there = app.store.revoke_hook(caller.tenant_id, &path.connector_key, path.hook_id, audit).await?;
    was_there.then_some(StatusCode::NO_CONTENT).ok_or_else(|| Problem::not_found("hook"))
}
