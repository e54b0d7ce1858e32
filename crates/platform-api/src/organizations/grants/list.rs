use artel_domain::AgentId;
use artel_http::caller::AgentsRead;
use artel_http::{At, Problem};
use axum::Json;
use axum::extract::State;

use super::view::GrantView;
use crate::App;
use crate::organizations::agents::{AgentAt, found};
use crate::organizations::{Member, TAG};

/// List an agent's grants.
///
/// Needs `agents:read`.
#[utoipa::path(get, path = "/organizations/{org_id}/agents/{agent_id}/grants", tag = TAG,
    params(("org_id" = String, Path), ("agent_id" = AgentId, Path)),
    responses((status = 200, description = "Oldest first.", body = [GrantView])))]
pub(crate) async fn list_grants(
    State(app): State<App>,
    caller: Member<AgentsRead>,
    At(path): At<AgentAt>,
) -> Result<Json<Vec<GrantView>>, Problem> {
    found(&app, &caller, path.agent_id).await?;
    let grants = app.store.list_grants(&app.viewer(&caller), path.agent_id).await?;
    let grants = grants.ok_or_else(|| Problem::not_found("agent"))?;
    Ok(Json(grants.into_iter().map(GrantView::from).collect()))
}
