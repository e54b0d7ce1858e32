use std::sync::Arc;
use std::time::Duration;

use artel_bus::Bus;
use artel_domain::{Clock, Timestamp};
use artel_store::SweepStore;

/// What the sweeps work with.
#[derive(Clone)]
pub struct SweepDeps {
    pub store: Arc<dyn SweepStore>,
    pub bus: Arc<dyn Bus>,
    pub clock: Arc<dyn Clock>,
    pub retention: Retention,
    /// Whether runs are cancelled whose API key is revoked or whose user is deactivated.
    pub cancels_runs_without_standing: bool,
}

/// What the operator decides about old records.
#[derive(Debug, Clone)]
pub struct Retention {
    /// How long deltas are kept one by one after the run's end.
    pub events: Duration,
    /// How long the account book of model calls goes back; without end when absent.
    pub llm_calls: Option<Duration>,
    /// How long what services sent by themselves is kept; without end when absent.
    pub inbound_events: Option<Duration>,
}

impl Default for Retention {
    fn default() -> Self {
        Self {
            events: Duration::from_hours(24),
            llm_calls: Some(Duration::from_hours(24 * 90)),
            inbound_events: Some(Duration::from_hours(24 * 30)),
        }
    }
}

impl SweepDeps {
    /// The time `kept` ago.
    pub(crate) fn before(&self, kept: Duration) -> Timestamp {
        let now = self.clock.now();
        now.checked_sub(kept).unwrap_or(now)
    }
}
