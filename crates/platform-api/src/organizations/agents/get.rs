use artel_domain::AgentId;
use artel_http::caller::AgentsRead;
use artel_http::{At, Problem};
use axum::Json;
use axum::extract::State;

use super::{AgentAt, OrganizationAgent, found};
use crate::App;
use crate::organizations::{Member, TAG};

/// Read an agent of an organisation.
///
/// Needs `agents:read`.
#[utoipa::path(get, path = "/organizations/{org_id}/agents/{agent_id}", tag = TAG,
    params(("org_id" = String, Path), ("agent_id" = AgentId, Path)),
    responses((status = 200, description = "The agent.", body = OrganizationAgent)))]
pub(crate) async fn get_organization_agent(
    State(app): State<App>,
    caller: Member<AgentsRead>,
    At(path): At<AgentAt>,
) -> Result<Json<OrganizationAgent>, Problem> {
    let agent = found(&app, &caller, path.agent_id).await?;
    Ok(Json(OrganizationAgent::of(&app, agent).await?))
}
