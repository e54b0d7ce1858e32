use artel_domain::AgentId;
use artel_http::caller::AgentsWrite;
use artel_http::{At, Caller, Problem};
use axum::extract::State;
use axum::http::StatusCode;

use super::TAG;
use crate::App;

/// Delete an agent.
///
/// Runs under way finish, and the records of all its runs stay readable. Needs `agents:write`.
#[utoipa::path(delete, path = "/agents/{agent_id}", tag = TAG, params(("agent_id" = AgentId, Path)),
    responses((status = 204, description = "It is gone.")))]
pub(crate) async fn delete_agent(
    State(app): State<App>,
    caller: Caller<AgentsWrite>,
    At(agent): At<AgentId>,
) -> Result<StatusCode, Problem> {
    let audit = caller.audit("agent.delete", "agent", agent, app.clock.now());
    let was_there = app.store.delete_agent(&app.viewer(&caller), agent, audit).await?;
    was_there.then_some(StatusCode::NO_CONTENT).ok_or_else(|| Problem::not_found("agent"))
}
