use artel_domain::{Agent, AgentId};
use artel_http::caller::AgentsRead;
use artel_http::{At, Caller, Problem};
use axum::Json;
use axum::extract::State;

use super::TAG;
use crate::App;

/// Read an agent.
///
/// Needs `agents:read`.
#[utoipa::path(get, path = "/agents/{agent_id}", tag = TAG, params(("agent_id" = AgentId, Path)),
    responses((status = 200, description = "The agent.", body = Agent)))]
pub(crate) async fn get_agent(
    State(app): State<App>,
    caller: Caller<AgentsRead>,
    At(agent): At<AgentId>,
) -> Result<Json<Agent>, Problem> {
    let found = app.store.find_agent(&app.viewer(&caller), agent).await?;
    found.map(Json).ok_or_else(|| Problem::not_found("agent"))
}
