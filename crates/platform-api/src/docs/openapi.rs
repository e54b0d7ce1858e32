use std::sync::OnceLock;

use artel_http::Problem;
use axum::body::Bytes;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};

/// Read this document.
#[utoipa::path(get, path = "/openapi.json", tag = crate::health::TAG, security(()),
    responses((status = 200, description = "OpenAPI 3.1.", body = Object)))]
pub(crate) async fn get_openapi() -> Result<Response, Problem> {
    static DOCUMENT: OnceLock<Bytes> = OnceLock::new();
    let document = if let Some(document) = DOCUMENT.get() {
        document.clone()
    } else {
        let made = serde_json::to_vec(&crate::openapi()).map_err(Problem::internal)?;
        DOCUMENT.get_or_init(|| made.into()).clone()
    };
    Ok(([(CONTENT_TYPE, "application/json")], document).into_response())
}
