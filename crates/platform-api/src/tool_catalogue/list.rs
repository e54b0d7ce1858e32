use artel_catalogue::catalogue;
use artel_http::Caller;
use artel_http::caller::ToolsRead;
use axum::Json;
use axum::extract::State;

use super::TAG;
use super::view::{CatalogueTool, view};
use crate::App;

/// List the catalogue of tools.
///
/// All tools that the product knows of, group by group. One that this installation cannot call says why, and what the
/// operator does about it. Needs `tools:read`.
#[utoipa::path(get, path = "/tools/catalogue", tag = TAG,
    responses((status = 200, description = "All there are, group by group.", body = [CatalogueTool])))]
pub(crate) async fn list_catalogue_tools(State(app): State<App>, _: Caller<ToolsRead>) -> Json<Vec<CatalogueTool>> {
    Json(catalogue().entries.iter().map(|entry| view(&app.tools, entry)).collect())
}
