use artel_domain::{AgentId, AgentVersion};
use artel_http::caller::AgentsRead;
use artel_http::{At, Caller, Problem};
use axum::extract::State;
use axum::response::Response;

use super::{TAG, bytes_of_agent};
use crate::App;
use crate::reply::sized;

/// List the published versions of an agent, newest first.
///
/// Needs `agents:read`.
#[utoipa::path(get, path = "/agents/{agent_id}/versions", tag = TAG, params(("agent_id" = AgentId, Path)),
    responses((status = 200, description = "The snapshots.", body = [AgentVersion])))]
pub(crate) async fn list_agent_versions(
    State(app): State<App>,
    caller: Caller<AgentsRead>,
    At(agent): At<AgentId>,
) -> Result<Response, Problem> {
    if app.store.find_agent(&app.viewer(&caller), agent).await?.is_none() {
        return Err(Problem::not_found("agent"));
    }
    let versions = app.store.list_agent_versions(&app.viewer(&caller), agent).await?;
    let bytes = versions.iter().map(|version| bytes_of_agent(&version.agent)).sum();
    sized(caller.tenant_id, bytes, move || versions).await
}
