use artel_http::TraceId;
use artel_store::{Health, StoreError};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

use super::TAG;
use crate::App;

/// How long a probe waits for the database.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(3);

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DatabaseHealth {
    /// `ok`
    status: &'static str,
    database: DatabaseReport,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DatabaseReport {
    /// At work.
    active_connections: u32,
    /// Open.
    total_connections: u32,
    /// What the server allows.
    max_connections: u32,
    /// Of the maximum, open now.
    usage_percent: f64,
    pool_config: PoolConfig,
    latency_ms: f64,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PoolConfig {
    pool_size: u32,
    max_overflow: u32,
    total_pool_capacity: u32,
}

/// The database cannot be reached.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DatabaseDown {
    /// `error`
    status: String,
    /// `unavailable`
    error: String,
    message: String,
    detail: String,
    trace_id: String,
}

/// Say how the database is.
#[utoipa::path(get, path = "/health/db", tag = TAG, security(()), responses(
    (status = 200, description = "It answers.", body = DatabaseHealth), (status = 503, description = "It does not.", body = DatabaseDown)))]
pub(crate) async fn check_database(State(app): State<App>, TraceId(trace_id): TraceId) -> Response {
    // A pool waits long for a database that is away; a probe must not.
    let asked = tokio::time::timeout(PATIENCE, app.store.health()).await;
    match asked.unwrap_or_else(|late| Err(StoreError::Unavailable(Box::new(late)))) {
        Ok(health) => Json(DatabaseHealth { status: "ok", database: health.into() }).into_response(),
        Err(error) => {
            tracing::error!(%error, "the database does not answer");
            let message = "The database is not available.";
            let body = json!({ "status": "error", "error": "unavailable", "message": message, "detail": message, "trace_id": trace_id });
            (StatusCode::SERVICE_UNAVAILABLE, Json(body)).into_response()
        }
    }
}

impl From<Health> for DatabaseReport {
    fn from(health: Health) -> Self {
        let percent = f64::from(health.counted_connections) * 100.0 / f64::from(health.max_connections.max(1));
        Self {
            active_connections: health.active_connections,
            total_connections: health.total_connections,
            max_connections: health.max_connections,
            usage_percent: (percent * 100.0).round() / 100.0,
            pool_config: PoolConfig {
                pool_size: health.pool_size,
                max_overflow: health.max_overflow,
                total_pool_capacity: health.pool_size + health.max_overflow,
            },
            latency_ms: health.latency_ms,
        }
    }
}
