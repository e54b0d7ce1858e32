//! The external services that agents of an organisation may be given.

mod conversion;
pub(crate) mod delete;
mod document;
pub(crate) mod get;
pub(crate) mod import;
mod in_use;
pub(crate) mod list;
mod servers;
mod view;

use serde::Deserialize;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::App;

/// What this resource answers. Operations of one path stand together.
pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::default()
        .routes(routes!(list::list_connectors))
        .routes(routes!(get::get_connector, delete::delete_connector))
}

/// What a path names behind the organisation.
#[derive(Debug, Deserialize)]
pub(crate) struct ConnectorAt {
    connector_key: String,
}
