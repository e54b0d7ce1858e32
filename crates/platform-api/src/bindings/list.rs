use artel_domain::{AgentId, Binding, ExecutionType, ToolDefinition, ToolId, ToolStatus};
use artel_http::caller::AgentsRead;
use artel_http::{At, Caller, Problem};
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::TAG;
use crate::App;

/// A binding with what it is about.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct BoundTool {
    #[serde(flatten)]
    binding: Binding,
    tool: ToolSummary,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ToolSummary {
    id: ToolId,
    name: String,
    description: String,
    execution_type: ExecutionType,
    status: ToolStatus,
    version: i64,
}

impl From<ToolDefinition> for ToolSummary {
    fn from(tool: ToolDefinition) -> Self {
        let ToolDefinition { id, name, description, execution_type, status, version, .. } = tool;
        Self { id, name, description, execution_type, status, version }
    }
}

/// List the tools that an agent may use.
///
/// Needs `agents:read`.
#[utoipa::path(get, path = "/agents/{agent_id}/tools", tag = TAG, params(("agent_id" = AgentId, Path)),
    responses((status = 200, description = "The bindings, oldest first.", body = [BoundTool])))]
pub(crate) async fn list_bindings(
    State(app): State<App>,
    caller: Caller<AgentsRead>,
    At(agent): At<AgentId>,
) -> Result<Json<Vec<BoundTool>>, Problem> {
    let bound =
        app.store.list_bindings(&app.viewer(&caller), agent).await?.ok_or_else(|| Problem::not_found("agent"))?;
    Ok(Json(bound.into_iter().map(|(binding, tool)| BoundTool { binding, tool: tool.into() }).collect()))
}
