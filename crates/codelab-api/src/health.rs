//! Is a port there, and does it reach what it stands on. Asked without a key, also by those who know one of the
//! services only.

use std::time::Duration;

use artel_domain::tool::RatePeriod;
use artel_domain::{AgentKind, RateLimit, Specialist};
use artel_http::Checked;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::{IntoParams, ToSchema};

use crate::App;
use crate::extract::{Query, flag};

pub(crate) const TAG: &str = "health";

/// A pool waits long for a database that is away; a probe must not.
const PATIENCE: Duration = Duration::from_secs(3);

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Probe {
    /// 503 instead of 200 when something is missing.
    #[serde(default, deserialize_with = "flag")]
    #[param(nullable = false)]
    strict: Option<bool>,
}

impl Checked for Probe {}

/// How a port is. There is more in it, by the port.
#[derive(ToSchema)]
#[expect(dead_code, reason = "the schema of what the probes answer")]
struct Health {
    /// `healthy` or `degraded`
    status: String,
    /// `gateway` or `agent-runtime`
    service: String,
    version: String,
    /// What it stands on, one word each.
    #[schema(value_type = Object)]
    dependencies: Value,
    codelab: CodelabHealth,
}

/// Whether CodeLab is there, and for whom not.
#[derive(ToSchema)]
#[expect(dead_code, reason = "the schema of what the probes answer")]
struct CodelabHealth {
    is_enabled: bool,
    /// `null`: the database did not say.
    disabled_tenants: Option<i64>,
}

/// What a port stands on, asked just now.
struct Ground {
    database: bool,
    live: bool,
    models: bool,
    /// Tenants that have switched CodeLab off; `None`: the database did not say.
    switched_off: Option<i64>,
}

impl Ground {
    async fn look(app: &App) -> Self {
        let database = tokio::time::timeout(PATIENCE, app.store.health());
        let switched_off = tokio::time::timeout(PATIENCE, app.store.count_disabled_agents(AgentKind::Builtin));
        let (database, switched_off, live) = tokio::join!(database, switched_off, reach_bus(app));
        Self {
            database: matches!(database, Ok(Ok(_))),
            live,
            models: (app.models_available)(),
            switched_off: switched_off.ok().and_then(Result::ok),
        }
    }

    fn status(&self) -> &'static str {
        if self.database && self.live && self.models { "healthy" } else { "degraded" }
    }
}

/// CodeLab is on in an installation that serves it. How many organisations have switched it off for themselves stands
/// beside it and makes nothing unhealthy: that is what they want.
fn codelab(ground: &Ground) -> Value {
    json!({ "is_enabled": true, "disabled_tenants": ground.switched_off })
}

/// The bus counts for all processes, or says that it cannot.
async fn reach_bus(app: &App) -> bool {
    let rate = RateLimit { count: 1_000_000, per: RatePeriod::Second };
    !app.bus.admit("codelab:health", rate).await.degraded
}

fn word(is_there: bool, yes: &'static str) -> &'static str {
    if is_there { yes } else { "unavailable" }
}

/// Say how the gateway is. Its way to the agents is the database, where every worker finds what was asked for.
#[utoipa::path(get, path = "/health", tag = TAG, security(()), params(Probe),
    responses((status = OK, description = "It is there.", body = Health),
        (status = SERVICE_UNAVAILABLE, description = "With `strict`: something is missing.", body = Health)))]
pub(crate) async fn check_gateway(State(app): State<App>, Query(probe): Query<Probe>) -> Response {
    let ground = Ground::look(&app).await;
    let runtime = word(ground.database, "healthy");
    let body = json!({
        "status": ground.status(),
        "service": "gateway",
        "version": env!("CARGO_PKG_VERSION"),
        "services": { "agent_runtime": runtime, "database": word(ground.database, "connected") },
        "dependencies": { "redis": word(ground.live, "healthy"), "agent_runtime": runtime },
        "codelab": codelab(&ground),
    });
    answer(&ground, &probe, body)
}

/// Say how the runtime is.
#[utoipa::path(get, path = "/health", tag = TAG, security(()), params(Probe),
    responses((status = OK, description = "It is there.", body = Health),
        (status = SERVICE_UNAVAILABLE, description = "With `strict`: something is missing.", body = Health)))]
pub(crate) async fn check_runtime(State(app): State<App>, Query(probe): Query<Probe>) -> Response {
    let ground = Ground::look(&app).await;
    let database = word(ground.database, "connected");
    let body = json!({
        "status": ground.status(),
        "service": "agent-runtime",
        "version": env!("CARGO_PKG_VERSION"),
        "dependencies": { "postgres": database, "database": app.store.kind(), "llm_proxy": word(ground.models, "available") },
        "codelab": codelab(&ground),
        "multi_agent": { "enabled": app.config.routing, "default_agent": app.config.first, "agents_count": Specialist::ALL.len() },
    });
    answer(&ground, &probe, body)
}

/// A process that works is not to be restarted because something else does not: 200 unless the probe is strict.
fn answer(ground: &Ground, probe: &Probe, body: Value) -> Response {
    let is_bad = probe.strict.unwrap_or(false) && ground.status() != "healthy";
    (if is_bad { StatusCode::SERVICE_UNAVAILABLE } else { StatusCode::OK }, Json(body)).into_response()
}

/// Say that the public port is there, to those who ask the proxy in front of it.
#[utoipa::path(get, path = "/nginx-health", tag = TAG, security(()),
    responses((status = OK, description = "`healthy`", body = String, content_type = "text/plain")))]
pub(crate) async fn check_nginx() -> &'static str {
    "healthy\n"
}

/// Read counters and gauges for Prometheus.
#[utoipa::path(get, path = "/metrics", tag = TAG, security(()),
    responses((status = OK, description = "Prometheus text.", body = String, content_type = "text/plain")))]
pub(crate) async fn get_metrics(State(app): State<App>) -> Response {
    ([(CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], app.metrics.render().await).into_response()
}
