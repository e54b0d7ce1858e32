use artel_domain::ToolId;
use artel_http::caller::ToolsWrite;
use artel_http::{At, Caller, Problem};
use axum::extract::State;
use axum::http::StatusCode;

use super::TAG;
use crate::App;

/// Delete a tool.
///
/// Its bindings go with it. Needs `tools:write`.
#[utoipa::path(delete, path = "/tools/{tool_id}", tag = TAG, params(("tool_id" = ToolId, Path)),
    responses((status = 204, description = "It is gone.")))]
pub(crate) async fn delete_tool(
    State(app): State<App>,
    caller: Caller<ToolsWrite>,
    At(tool): At<ToolId>,
) -> Result<StatusCode, Problem> {
    let audit = caller.audit("tool.delete", "tool", tool, app.clock.now());
    let was_there = app.store.delete_tool(caller.tenant_id, tool, audit).await?;
    was_there.then_some(StatusCode::NO_CONTENT).ok_or_else(|| Problem::not_found("tool"))
}
