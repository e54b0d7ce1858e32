use artel_domain::BuiltinAgent;
use artel_http::caller::AgentsRead;
use artel_http::{Caller, Problem};
use axum::Json;
use axum::extract::State;
use futures::future::try_join_all;

use super::{BuiltinAgentView, TAG, view};
use crate::App;

/// List the built-in agents.
///
/// Needs `agents:read`.
#[utoipa::path(get, path = "/builtin-agents", tag = TAG,
    responses((status = 200, description = "All there are, as the tenant has set them.", body = [BuiltinAgentView])))]
pub(crate) async fn list_builtin_agents(
    State(app): State<App>,
    caller: Caller<AgentsRead>,
) -> Result<Json<Vec<BuiltinAgentView>>, Problem> {
    Ok(Json(try_join_all(BuiltinAgent::ALL.map(|agent| view(&app, caller.tenant_id, agent))).await?))
}
