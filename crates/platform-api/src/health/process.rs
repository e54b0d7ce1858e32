use axum::Json;
use serde::Serialize;
use utoipa::ToSchema;

use super::TAG;

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ProcessHealth {
    /// `ok`
    status: &'static str,
}

/// Say that the process is there.
///
/// Touches no dependency.
#[utoipa::path(get, path = "/health", tag = TAG, security(()), responses((status = 200, description = "It is.", body = ProcessHealth)))]
pub(crate) async fn check_health() -> Json<ProcessHealth> {
    Json(ProcessHealth { status: "ok" })
}
