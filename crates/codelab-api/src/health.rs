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

use crate::App;
use crate::extract::{Query, flag};

/// A pool waits long for a database that is away; a probe must not.
const PATIENCE: Duration = Duration::from_secs(3);

#[derive(Debug, Deserialize)]
pub(crate) struct Probe {
    /// 503 instead of 200 when something is missing.
    #[serde(default, deserialize_with = "flag")]
    strict: Option<bool>,
}

impl Checked for Probe {}

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
pub(crate) async fn check_nginx() -> &'static str {
    "healthy\n"
}

/// Read counters and gauges for Prometheus.
pub(crate) async fn get_metrics(State(app): State<App>) -> Response {
    ([(CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], app.metrics.render().await).into_response()
}
