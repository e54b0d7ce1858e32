//! The external services that agents of an organisation may be given.

pub(crate) mod get;
pub(crate) mod list;
mod view;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::App;

/// What this resource answers. Operations of one path stand together.
pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::default().routes(routes!(list::list_connectors)).routes(routes!(get::get_connector))
}
