//! The health of this process and its providers.

use std::collections::BTreeMap;

use artel_llm::{BreakerState, ProviderHealth};
use axum::Json;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use crate::App;
use crate::shapes;

#[derive(Serialize, ToSchema)]
pub(crate) struct Health {
    /// `healthy`, or `degraded` when a configured provider fails.
    #[schema(value_type = String)]
    status: &'static str,
    #[schema(value_type = String)]
    service: &'static str,
    #[schema(value_type = String)]
    version: &'static str,
    /// One word for each provider.
    #[schema(value_type = HashMap<String, String>)]
    providers: BTreeMap<String, &'static str>,
    /// All that is known of each provider.
    #[schema(value_type = Vec<Object>)]
    details: Vec<ProviderHealth>,
}

/// Reports the health. The status is always 200: a provider that is down is no reason to restart a working process.
#[utoipa::path(get, path = "/health", tag = shapes::HEALTH, security(()),
    responses((status = OK, description = "It is there.", body = Health)))]
pub(crate) async fn check_health(State(app): State<App>) -> Json<Health> {
    let details = app.models.health();
    let fails = details.iter().any(|provider| word(provider) == "unavailable");
    Json(Health {
        status: if fails { "degraded" } else { "healthy" },
        service: "llm-proxy",
        version: env!("CARGO_PKG_VERSION"),
        providers: details.iter().map(|provider| (provider.provider.clone(), word(provider))).collect(),
        details,
    })
}

fn word(provider: &ProviderHealth) -> &'static str {
    match (provider.configured, provider.breaker) {
        (false, _) => "not_configured",
        (true, BreakerState::Closed) => "available",
        (true, _) => "unavailable",
    }
}

/// Returns the metrics in Prometheus text format.
#[utoipa::path(get, path = "/metrics", tag = shapes::HEALTH, security(()),
    responses((status = OK, description = "Prometheus text.", body = String, content_type = "text/plain")))]
pub(crate) async fn get_metrics(State(app): State<App>) -> Response {
    ([(CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], app.metrics.render().await).into_response()
}
