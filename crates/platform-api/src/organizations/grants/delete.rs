use artel_domain::{AgentId, GrantId};
use artel_http::caller::AgentsWrite;
use artel_http::{At, Problem};
use axum::extract::State;
use axum::http::StatusCode;

use super::GrantAt;
use crate::App;
use crate::organizations::agents::changeable;
use crate::organizations::{Member, TAG};

/// Revoke a grant.
///
/// Runs under way feel it at their next call. Needs `agents:write`.
#[utoipa::path(delete, path = "/organizations/{org_id}/agents/{agent_id}/grants/{grant_id}", tag = TAG,
    params(("org_id" = String, Path), ("agent_id" = AgentId, Path), ("grant_id" = GrantId, Path)),
    responses((status = 204, description = "It is gone.")))]
pub(crate) async fn delete_grant(
    State(app): State<App>,
    caller: Member<AgentsWrite>,
    At(path): At<GrantAt>,
) -> Result<StatusCode, Problem> {
    let agent = changeable(&caller, path.agent_id)?;
    let audit = caller.audit("grant.delete", "grant", path.grant_id, app.clock.now());
    let was_there = app.store.delete_grant(&app.viewer(&caller), agent, path.grant_id, audit).await?;
    was_there.then_some(StatusCode::NO_CONTENT).ok_or_else(|| Problem::not_found("grant"))
}
