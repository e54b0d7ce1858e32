//! Answers that may be large.

use artel_domain::TenantId;
use artel_http::Problem;
use artel_tools::Programs;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse as _, Response};
use serde::Serialize;

/// A 200 with JSON. It is made and written in place when it is small, else among the programs of its tenant.
///
/// # Arguments
/// * `bytes`: about how many it has.
pub(crate) async fn sized<T: Serialize>(
    tenant: TenantId,
    bytes: usize,
    answer: impl FnOnce() -> T + Send + 'static,
) -> Result<Response, Problem> {
    let written = Programs::of_process().by_size(tenant, bytes, move || serde_json::to_vec(&answer())).await;
    let body = written.map_err(Problem::internal)?.map_err(Problem::internal)?;
    Ok(([(CONTENT_TYPE, "application/json")], body).into_response())
}
