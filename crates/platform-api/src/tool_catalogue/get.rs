use artel_catalogue::catalogue;
use artel_http::caller::ToolsRead;
use artel_http::{At, Caller, Problem};
use axum::Json;
use axum::extract::State;

use super::TAG;
use super::view::{CatalogueTool, view};
use crate::App;

/// Read a tool of the catalogue.
///
/// Needs `tools:read`.
#[utoipa::path(get, path = "/tools/catalogue/{name}", tag = TAG, params(("name" = String, Path)),
    responses((status = 200, description = "The tool.", body = CatalogueTool)))]
pub(crate) async fn get_catalogue_tool(
    State(app): State<App>,
    _: Caller<ToolsRead>,
    At(name): At<String>,
) -> Result<Json<CatalogueTool>, Problem> {
    let entry = catalogue().entry(&name).ok_or_else(|| Problem::not_found("tool in the catalogue"))?;
    Ok(Json(view(&app.tools, entry)))
}
