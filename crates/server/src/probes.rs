//! `/health` and `/metrics` alone, at a port that every role can have: what a worker shows of itself.

use std::sync::Arc;

use artel_http::MetricsText;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use axum::routing::get;
use axum::{Json, Router};
use serde_json::{Value, json};

pub(crate) fn routes(metrics: Arc<dyn MetricsText>) -> Router {
    Router::new().route("/health", get(check_health)).route("/metrics", get(get_metrics)).with_state(metrics)
}

/// Touches no dependency.
async fn check_health() -> Json<Value> {
    Json(json!({ "status": "ok" }))
}

async fn get_metrics(State(metrics): State<Arc<dyn MetricsText>>) -> impl IntoResponse {
    ([(CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], metrics.render().await)
}
