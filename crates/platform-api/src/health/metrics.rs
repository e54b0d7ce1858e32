use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};

use super::TAG;
use crate::App;

/// Read counters and gauges for Prometheus.
///
/// Names nobody's data. Keep it from the public with the proxy in front if that is still too much.
#[utoipa::path(get, path = "/metrics", tag = TAG, security(()),
    responses((status = 200, description = "Prometheus text format.", body = String, content_type = "text/plain")))]
pub(crate) async fn get_metrics(State(app): State<App>) -> Response {
    ([(CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], app.metrics.render().await).into_response()
}
