//! Health and metrics.

use axum::Json;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use serde_json::{Value, json};

use crate::AuthApp;
use crate::shapes;

/// Reports that the process runs. It uses no dependency.
#[utoipa::path(get, path = "/health", tag = shapes::HEALTH, security(()),
    responses((status = OK, description = "It is there.", body = shapes::Health)))]
pub(crate) async fn check_health(State(app): State<AuthApp>) -> Json<Value> {
    Json(json!({ "status": "healthy", "version": env!("CARGO_PKG_VERSION"), "environment": app.config.environment }))
}

/// Describes this service.
#[utoipa::path(get, path = "/", tag = shapes::HEALTH, security(()),
    responses((status = OK, description = "What this is.", body = Object)))]
pub(crate) async fn get_root() -> Json<Value> {
    Json(json!({ "service": "CodeLab Auth Service", "version": env!("CARGO_PKG_VERSION"), "docs": "/openapi.json" }))
}

/// Returns the metrics in Prometheus text format.
#[utoipa::path(get, path = "/metrics", tag = shapes::HEALTH, security(()),
    responses((status = OK, description = "Prometheus text.", body = String, content_type = "text/plain")))]
pub(crate) async fn get_metrics(State(app): State<AuthApp>) -> impl IntoResponse {
    ([(CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], app.metrics.render().await)
}
