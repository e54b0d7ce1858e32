use std::sync::OnceLock;

use axum::body::Bytes;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};

use artel_http::Problem;

/// Read this document.
#[utoipa::path(get, path = "/openapi.json", tag = crate::health::TAG, security(()),
    responses((status = 200, description = "OpenAPI 3.1.", body = Object)))]
pub(crate) async fn get_openapi() -> Result<Response, Problem> {
    static DOCUMENT: OnceLock<Bytes> = OnceLock::new();
    let document = match DOCUMENT.get() {
        Some(document) => document.clone(),
        None => {
            let made = serde_json::to_vec(&crate::openapi()).map_err(Problem::internal)?;
            DOCUMENT.get_or_init(|| made.into()).clone()
        }
    };
    Ok(([(CONTENT_TYPE, "application/json")], document).into_response())
}
