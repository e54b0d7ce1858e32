//! Health and metrics.

use axum::Json;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use serde_json::{Value, json};

use crate::AuthApp;

/// Reports that the process runs. It uses no dependency.
pub(crate) async fn check_health(State(app): State<AuthApp>) -> Json<Value> {
    Json(json!({ "status": "healthy", "version": env!("CARGO_PKG_VERSION"), "environment": app.config.environment }))
}

/// Describes this service.
pub(crate) async fn get_root() -> Json<Value> {
    Json(json!({ "service": "CodeLab Auth Service", "version": env!("CARGO_PKG_VERSION"), "docs": null }))
}

/// Returns the metrics in Prometheus text format.
pub(crate) async fn get_metrics(State(app): State<AuthApp>) -> impl IntoResponse {
    ([(CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], app.metrics.render().await)
}
