use artel_domain::AgentId;
use artel_http::caller::AgentsWrite;
use artel_http::{At, Problem};
use axum::extract::State;
use axum::http::StatusCode;

use super::{AgentAt, changeable};
use crate::App;
use crate::organizations::{Member, TAG};

/// Delete an agent of an organisation.
///
/// Its runs and sessions stay readable. The system agent cannot be deleted (400). Needs `agents:write`.
#[utoipa::path(delete, path = "/organizations/{org_id}/agents/{agent_id}", tag = TAG,
    params(("org_id" = String, Path), ("agent_id" = AgentId, Path)),
    responses((status = 204, description = "It is gone.")))]
pub(crate) async fn delete_organization_agent(
    State(app): State<App>,
    caller: Member<AgentsWrite>,
    At(path): At<AgentAt>,
) -> Result<StatusCode, Problem> {
    let agent = changeable(&caller, path.agent_id)?;
    let audit = caller.audit("agent.delete", "agent", agent, app.clock.now());
    let was_there = app.store.delete_agent(&app.viewer(&caller), agent, audit).await?;
    was_there.then_some(StatusCode::NO_CONTENT).ok_or_else(|| Problem::not_found("agent"))
}
