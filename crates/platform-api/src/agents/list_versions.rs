use artel_domain::{AgentId, AgentVersion};
use artel_http::caller::AgentsRead;
use artel_http::{At, Caller, Problem};
use axum::Json;
use axum::extract::State;

use super::TAG;
use crate::App;

/// List the published versions of an agent, newest first.
///
/// Needs `agents:read`.
#[utoipa::path(get, path = "/agents/{agent_id}/versions", tag = TAG, params(("agent_id" = AgentId, Path)),
    responses((status = 200, description = "The snapshots.", body = [AgentVersion])))]
pub(crate) async fn list_agent_versions(
    State(app): State<App>,
    caller: Caller<AgentsRead>,
    At(agent): At<AgentId>,
) -> Result<Json<Vec<AgentVersion>>, Problem> {
    if app.store.find_agent(&app.viewer(&caller), agent).await?.is_none() {
        return Err(Problem::not_found("agent"));
    }
    Ok(Json(app.store.list_agent_versions(&app.viewer(&caller), agent).await?))
}
