//! The catalogue of tools: what the product knows of, and what this installation can call.

pub(crate) mod get;
pub(crate) mod list;
mod view;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::App;
use crate::tools::TAG;

/// What this resource answers. Operations of one path stand together.
pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::default().routes(routes!(list::list_catalogue_tools)).routes(routes!(get::get_catalogue_tool))
}
