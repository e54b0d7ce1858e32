use std::sync::Arc;
use std::time::Duration;

use artel_bus::{Bus, Shares};
use artel_domain::{Clock, RateLimit};
use artel_engine::Policy;
use artel_store::IntentStore;

/// What the operator decides about intents.
#[derive(Debug, Clone, Copy)]
pub struct IntentsConfig {
    /// A single input of more tokens (as [`artel_engine::estimate_tokens`] counts them) is refused.
    pub max_context_tokens: usize,
    /// Runs that one user may start in a UTC day, with all their keys.
    pub runs_per_day_user: Option<i64>,
    /// The same for all users of a tenant together.
    pub runs_per_day_tenant: Option<i64>,
    /// How often runs may be started, and how many times that by a user and a tenant. Requests were counted when they
    /// came; starts by tasks and by agents are counted here, beside them. `None`: as often as anybody likes.
    pub run_rate: Option<(RateLimit, Shares)>,
    /// Two starts of a task by its schedule are at least so far apart.
    pub least_between_starts: Duration,
}

impl IntentsConfig {
    /// Without limits of runs; ten seconds between two starts of a task.
    pub fn new(max_context_tokens: usize) -> Self {
        let least_between_starts = Duration::from_secs(10);
        Self {
            max_context_tokens,
            runs_per_day_user: None,
            runs_per_day_tenant: None,
            run_rate: None,
            least_between_starts,
        }
    }
}

/// Performs intents. Cheap to clone.
#[derive(Clone)]
pub struct Intents {
    pub(crate) store: Arc<dyn IntentStore>,
    pub(crate) bus: Arc<dyn Bus>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) policy: Arc<dyn Policy>,
    pub(crate) config: IntentsConfig,
}

impl Intents {
    /// `policy` is the one that the workers have: edited arguments are held to the same rules.
    pub fn new(
        store: Arc<dyn IntentStore>,
        bus: Arc<dyn Bus>,
        clock: Arc<dyn Clock>,
        policy: Arc<dyn Policy>,
        config: IntentsConfig,
    ) -> Self {
        Self { store, bus, clock, policy, config }
    }
}
