//! `GET /metrics` in Prometheus text format.

mod help;
mod process;

use std::sync::{Arc, OnceLock};

use artel_bus::Bus;
use artel_domain::{Clock, Timestamp};
use artel_http::MetricsText;
use artel_llm::Models;
use artel_store::{Operations, Store};
use async_trait::async_trait;
use metrics::{counter, gauge};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};

use crate::accounting;

/// Seconds; from a fast read to a long run.
const BUCKETS: [f64; 14] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0, 60.0, 300.0];

/// Tokens; as OpenTelemetry advises.
const TOKEN_BUCKETS: [f64; 14] = [
    1.0,
    4.0,
    16.0,
    64.0,
    256.0,
    1024.0,
    4096.0,
    16384.0,
    65536.0,
    262_144.0,
    1_048_576.0,
    4_194_304.0,
    16_777_216.0,
    67_108_864.0,
];

/// How long a scrape waits for the database.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(3);

/// Counters of which the first event matters, by name and label.
const COUNTED_FROM_NOTHING: [(&str, &str, &str); 9] = [
    ("artel_runs_ended_total", "outcome", "crashed_repeatedly"),
    ("artel_budget_refusals_total", "scope", "run"),
    ("artel_budget_refusals_total", "scope", "agent"),
    ("artel_budget_refusals_total", "scope", "tenant"),
    ("artel_webhook_attempts_total", "outcome", "delivered"),
    ("artel_webhook_attempts_total", "outcome", "retried"),
    ("artel_webhook_attempts_total", "outcome", "failed"),
    ("artel_llm_calls_dropped_total", "from", "store"),
    ("artel_llm_calls_dropped_total", "from", "collector"),
];

#[derive(Clone)]
pub(crate) struct Metrics {
    handle: PrometheusHandle,
    store: Arc<dyn Operations>,
    bus: Arc<dyn Bus>,
    clock: Arc<dyn Clock>,
    models: Arc<Models>,
    started: Timestamp,
}

impl Metrics {
    pub(crate) fn new(store: Arc<dyn Store>, bus: Arc<dyn Bus>, clock: Arc<dyn Clock>, models: Arc<Models>) -> Self {
        gauge!("artel_build_info", "version" => env!("CARGO_PKG_VERSION"), "database" => store.kind()).set(1.0);
        let started = clock.now();
        Self { handle: recorder().clone(), store, bus, clock, models, started }
    }

    /// From now on what is measured is kept.
    pub(crate) fn record() {
        recorder();
    }

    async fn observe_database(&self) {
        match tokio::time::timeout(PATIENCE, self.store.health()).await {
            Ok(Ok(health)) => {
                gauge!("artel_db_up").set(1.0);
                gauge!("artel_db_connections_active").set(health.active_connections);
                gauge!("artel_db_connections_open").set(health.total_connections);
                gauge!("artel_db_connections_counted").set(health.counted_connections);
                gauge!("artel_db_connections_max").set(health.max_connections);
                gauge!("artel_db_pool_capacity").set(health.pool_size + health.max_overflow);
                gauge!("artel_db_latency_seconds_now").set(health.latency_ms / 1000.0);
            }
            _ => gauge!("artel_db_up").set(0.0),
        }
    }

    async fn count_runs(&self) {
        if let Ok(Ok(counts)) = tokio::time::timeout(PATIENCE, self.store.count_open_runs()).await {
            for phase in ["queued", "running", "waiting_for_approval"] {
                let count = counts.iter().find(|(name, _)| name == phase).map_or(0, |(_, count)| *count);
                gauge!("artel_runs_open", "phase" => phase).set(count as f64);
            }
        }
    }

    async fn observe_waiting(&self) {
        if let Ok(Ok(oldest)) = tokio::time::timeout(PATIENCE, self.store.oldest_waiting()).await {
            gauge!("artel_run_oldest_queued_seconds").set(self.age(oldest.queued_run));
            gauge!("artel_approval_oldest_pending_seconds").set(self.age(oldest.pending_approval));
        }
    }

    /// In seconds; 0 of what is not there.
    fn age(&self, of: Option<Timestamp>) -> f64 {
        let micros = of.map_or(0, |of| self.clock.now().as_microsecond() - of.as_microsecond());
        micros.max(0) as f64 / 1e6
    }
}

/// One recorder for the process.
fn recorder() -> &'static PrometheusHandle {
    static HANDLE: OnceLock<PrometheusHandle> = OnceLock::new();
    HANDLE.get_or_init(build)
}

fn build() -> PrometheusHandle {
    let builder = PrometheusBuilder::new();
    let builder =
        builder.set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &BUCKETS).and_then(|builder| {
            builder.set_buckets_for_metric(Matcher::Full("gen_ai_client_token_usage".to_owned()), &TOKEN_BUCKETS)
        });
    let builder = builder.unwrap_or_else(|_| PrometheusBuilder::new());
    let recorder = builder.build_recorder();
    let handle = recorder.handle();
    // Fails only when there is one already, which then gets the numbers.
    let _ = metrics::set_global_recorder(recorder);
    help::describe();
    // They are there from the beginning, so that a rule about them never looks at nothing, and sees the first event: a
    // counter that begins with 1 has not increased.
    gauge!("artel_streams_open").increment(0.0);
    gauge!("artel_sockets_open").increment(0.0);
    for (name, label, value) in COUNTED_FROM_NOTHING {
        counter!(name, label => value).increment(0);
    }
    handle
}

#[async_trait]
impl MetricsText for Metrics {
    /// Counters as recorded, and the store's and the bus's state as it is now.
    async fn render(&self) -> String {
        let redis = async {
            if let Some(connected) = self.bus.is_connected().await {
                gauge!("artel_redis_up").set(f64::from(u8::from(connected)));
            }
        };
        // At once: a database that says nothing is waited for once.
        tokio::join!(self.observe_database(), self.count_runs(), self.observe_waiting(), redis);
        accounting::observe(&self.models);
        self.handle.run_upkeep();
        self.handle.render() + &process::text(self.started)
    }
}
