use artel_domain::BuiltinAgent;
use artel_http::caller::AgentsRead;
use artel_http::{At, Caller, Problem};
use axum::Json;
use axum::extract::State;

use super::{BuiltinAgentView, TAG, view};
use crate::App;

/// Read a built-in agent's settings.
///
/// Needs `agents:read`.
#[utoipa::path(get, path = "/builtin-agents/{builtin_agent}", tag = TAG, params(("builtin_agent" = BuiltinAgent, Path)),
    responses((status = 200, description = "The agent as the tenant has set it.", body = BuiltinAgentView)))]
pub(crate) async fn get_builtin_agent(
    State(app): State<App>,
    caller: Caller<AgentsRead>,
    At(agent): At<BuiltinAgent>,
) -> Result<Json<BuiltinAgentView>, Problem> {
    Ok(Json(view(&app, caller.tenant_id, agent).await?))
}
