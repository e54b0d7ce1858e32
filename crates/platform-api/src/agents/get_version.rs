use artel_domain::{AgentId, AgentVersion};
use artel_http::caller::AgentsRead;
use artel_http::{At, Caller, Problem};
use axum::Json;
use axum::extract::State;

use super::TAG;
use crate::App;

/// Read one published version of an agent.
///
/// Needs `agents:read`.
#[utoipa::path(get, path = "/agents/{agent_id}/versions/{version}", tag = TAG,
    params(("agent_id" = AgentId, Path), ("version" = i64, Path, minimum = 1)),
    responses((status = 200, description = "The snapshot.", body = AgentVersion)))]
pub(crate) async fn get_agent_version(
    State(app): State<App>,
    caller: Caller<AgentsRead>,
    At((agent, version)): At<(AgentId, i64)>,
) -> Result<Json<AgentVersion>, Problem> {
    let found = app.store.find_agent_version(&app.viewer(&caller), agent, version).await?;
    found.map(Json).ok_or_else(|| Problem::not_found("agent version"))
}
