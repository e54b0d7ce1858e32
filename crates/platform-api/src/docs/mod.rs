//! The document and two ways to read it, all from the binary: no CDN.

pub(crate) mod jwks;
pub(crate) mod openapi;
mod redoc;
mod swagger;

use axum::Router;
use axum::routing::get;

use crate::App;

/// Pages for people; they are not part of the API that the document describes.
pub(crate) fn routes() -> Router<App> {
    Router::new()
        .route("/docs", get(swagger::index))
        .route("/docs/", get(swagger::index))
        .route("/docs/{*file}", get(swagger::file))
        .route("/redoc", get(redoc::index))
        .route("/redoc/redoc.standalone.js", get(redoc::script))
}
