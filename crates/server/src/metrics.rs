//! `GET /metrics` in Prometheus text format.

use std::sync::{Arc, OnceLock};

use artel_http::MetricsText;
use artel_store::Store;
use async_trait::async_trait;
use metrics::gauge;
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};

/// Seconds; from a fast read to a long run.
const BUCKETS: [f64; 14] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0, 60.0, 300.0];

/// How long a scrape waits for the database.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(3);

#[derive(Clone)]
pub(crate) struct Metrics {
    handle: PrometheusHandle,
    store: Arc<dyn Store>,
}

impl Metrics {
    /// One recorder for the process, however often this is called.
    pub(crate) fn install(store: Arc<dyn Store>) -> Self {
        static HANDLE: OnceLock<PrometheusHandle> = OnceLock::new();
        Self { handle: HANDLE.get_or_init(build).clone(), store }
    }
}

fn build() -> PrometheusHandle {
    let builder = PrometheusBuilder::new();
    let builder = match builder.set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &BUCKETS) {
        Ok(builder) => builder,
        Err(_) => PrometheusBuilder::new(),
    };
    let recorder = builder.build_recorder();
    let handle = recorder.handle();
    // Fails only when there is one already, which then gets the numbers.
    let _ = metrics::set_global_recorder(recorder);
    handle
}

#[async_trait]
impl MetricsText for Metrics {
    /// Counters as recorded, and the store's state as it is now.
    async fn render(&self) -> String {
        match tokio::time::timeout(PATIENCE, self.store.health()).await {
            Ok(Ok(health)) => {
                gauge!("artel_db_up").set(1.0);
                gauge!("artel_db_connections_active").set(health.active_connections);
                gauge!("artel_db_connections_total").set(health.total_connections);
                gauge!("artel_db_connections_max").set(health.max_connections);
                gauge!("artel_db_latency_seconds_now").set(health.latency_ms / 1000.0);
            }
            _ => gauge!("artel_db_up").set(0.0),
        }
        if let Ok(Ok(counts)) = tokio::time::timeout(PATIENCE, self.store.count_open_runs()).await {
            for phase in ["queued", "running", "waiting_for_approval"] {
                let count = counts.iter().find(|(name, _)| name == phase).map_or(0, |(_, count)| *count);
                gauge!("artel_runs_open", "phase" => phase).set(count as f64);
            }
        }
        self.handle.run_upkeep();
        self.handle.render()
    }
}
