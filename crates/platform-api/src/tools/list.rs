use artel_domain::ToolDefinition;
use artel_http::caller::ToolsRead;
use artel_http::{Caller, Checked, Faults, Params, Problem};
use artel_store::Page;
use axum::Json;
use axum::extract::State;
use axum::response::{AppendHeaders, IntoResponse};
use serde::Deserialize;
use utoipa::IntoParams;

use super::TAG;
use crate::App;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListTools {
    /// At most this many; 50 when absent.
    #[param(minimum = 1, maximum = 200, nullable = false)]
    limit: Option<u32>,
    /// Skip this many.
    #[param(minimum = 0, maximum = 2_147_483_647, nullable = false)]
    offset: Option<u32>,
}

impl Checked for ListTools {
    fn check(&self, faults: &mut Faults) {
        faults.range("limit", self.limit, 1..=200);
        faults.range("offset", self.offset, 0..=2_147_483_647);
    }
}

/// List tools, newest first.
///
/// Needs `tools:read`.
#[utoipa::path(get, path = "/tools", tag = TAG, params(ListTools),
    responses((status = 200, description = "A page of tools.", body = [ToolDefinition],
        headers(("X-Total-Count" = i64, description = "How many there are in all.")))))]
pub(crate) async fn list_tools(
    State(app): State<App>,
    caller: Caller<ToolsRead>,
    Params(wanted): Params<ListTools>,
) -> Result<impl IntoResponse, Problem> {
    let page = Page { limit: wanted.limit.unwrap_or(50), offset: wanted.offset.unwrap_or(0) };
    let (tools, total) = app.store.list_tools(caller.tenant_id, page).await?;
    Ok((AppendHeaders([("x-total-count", total)]), Json(tools)))
}
