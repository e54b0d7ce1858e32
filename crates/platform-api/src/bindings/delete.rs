use artel_domain::{AgentId, ToolId};
use artel_http::caller::AgentsWrite;
use artel_http::{At, Caller, Problem};
use axum::extract::State;
use axum::http::StatusCode;

use super::TAG;
use crate::App;

/// Take a tool away from an agent.
///
/// A published agent without unpublished changes gets a new version at once. Runs under way keep theirs: to stop them
/// too, delete the tool. Needs `agents:write`.
#[utoipa::path(delete, path = "/agents/{agent_id}/tools/{tool_id}", tag = TAG,
    params(("agent_id" = AgentId, Path), ("tool_id" = ToolId, Path)), responses((status = 204, description = "It is gone.")))]
pub(crate) async fn delete_binding(
    State(app): State<App>,
    caller: Caller<AgentsWrite>,
    At((agent, tool)): At<(AgentId, ToolId)>,
) -> Result<StatusCode, Problem> {
    let audit = caller.audit("binding.delete", "binding", format!("{agent}/{tool}"), app.clock.now());
    let was_there = app.store.unbind_tool(&app.viewer(&caller), agent, tool, audit).await?;
    was_there.then_some(StatusCode::NO_CONTENT).ok_or_else(|| Problem::not_found("binding"))
}
