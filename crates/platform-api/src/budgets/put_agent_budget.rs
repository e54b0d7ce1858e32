use artel_domain::AgentId;
use artel_http::caller::AgentsWrite;
use artel_http::{At, Body, Caller, Problem};
use axum::Json;
use axum::extract::State;

use super::{BudgetLimits, BudgetView, TAG, view};
use crate::App;

/// Set an agent's budget.
///
/// Holds from the next run on. Needs `agents:write`.
#[utoipa::path(put, path = "/agents/{agent_id}/budget", tag = TAG, params(("agent_id" = AgentId, Path)), request_body = BudgetLimits,
    responses((status = 200, description = "The budget as it is now.", body = BudgetView)))]
pub(crate) async fn put_agent_budget(
    State(app): State<App>,
    caller: Caller<AgentsWrite>,
    At(agent): At<AgentId>,
    body: Body<BudgetLimits>,
) -> Result<Json<BudgetView>, Problem> {
    let audit = caller.audit("budget.update", "agent", agent, app.clock.now());
    if !app.store.put_budget(&app.viewer(&caller), Some(agent), (&body.value).into(), audit).await? {
        return Err(Problem::not_found("agent"));
    }
    Ok(Json(view(&app, caller.tenant_id, Some(agent)).await?))
}
