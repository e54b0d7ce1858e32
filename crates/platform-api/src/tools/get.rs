use artel_domain::{ToolDefinition, ToolId};
use artel_http::caller::ToolsRead;
use artel_http::{At, Caller, Problem};
use axum::Json;
use axum::extract::State;

use super::TAG;
use crate::App;

/// Read a tool.
///
/// Needs `tools:read`.
#[utoipa::path(get, path = "/tools/{tool_id}", tag = TAG, params(("tool_id" = ToolId, Path)),
    responses((status = 200, description = "The tool.", body = ToolDefinition)))]
pub(crate) async fn get_tool(
    State(app): State<App>,
    caller: Caller<ToolsRead>,
    At(tool): At<ToolId>,
) -> Result<Json<ToolDefinition>, Problem> {
    let found = app.store.find_tool(caller.tenant_id, tool).await?;
    found.map(Json).ok_or_else(|| Problem::not_found("tool"))
}
