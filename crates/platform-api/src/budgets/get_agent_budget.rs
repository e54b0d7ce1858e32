use artel_domain::AgentId;
use artel_http::caller::AgentsRead;
use artel_http::{At, Caller, Problem};
use axum::Json;
use axum::extract::State;

use super::{BudgetView, TAG, view};
use crate::App;

/// Read an agent's budget and what is used of it today.
///
/// Needs `agents:read`.
#[utoipa::path(get, path = "/agents/{agent_id}/budget", tag = TAG, params(("agent_id" = AgentId, Path)),
    responses((status = 200, description = "The agent's budget.", body = BudgetView)))]
pub(crate) async fn get_agent_budget(
    State(app): State<App>,
    caller: Caller<AgentsRead>,
    At(agent): At<AgentId>,
) -> Result<Json<BudgetView>, Problem> {
    app.store.find_agent(&app.viewer(&caller), agent).await?.ok_or_else(|| Problem::not_found("agent"))?;
    Ok(Json(view(&app, caller.tenant_id, Some(agent)).await?))
}
