use std::time::Duration;

use artel_agent::{ContextLimits, Limits};
use artel_domain::{Caps, Specialist};

/// How the specialists work.
#[derive(Debug, Clone)]
pub struct TeamConfig {
    /// Their model, where their tenant's agent row says [`DEFAULT_MODEL`].
    pub model: String,
    /// Each input is routed to the one it suits, unless the user chose.
    pub routing: bool,
    /// Who answers in a new session, before anybody is chosen.
    pub first: Specialist,
}

/// The model of the row that stands for the specialists in `agents`, until a tenant names another.
pub const DEFAULT_MODEL: &str = "default";

impl Default for TeamConfig {
    fn default() -> Self {
        Self { model: "demo:echo".to_owned(), routing: true, first: Specialist::Orchestrator }
    }
}

/// How a worker works.
#[derive(Debug, Clone)]
pub struct EngineConfig {
    /// Unique among live processes; owns the runs it claims.
    pub worker: String,
    /// How long a run stays ours without a renewal.
    pub lease: Duration,
    /// Runs driven at the same time.
    pub max_active: usize,
    pub limits: Limits,
    pub context: ContextLimits,
    /// After this many steps with the same calls and the same results, the model is asked to answer without tools; 0
    /// never.
    pub max_repeats: usize,
    /// The most tool calls that are made of one answer of a model. The model is told how many were left out.
    pub max_calls_per_step: usize,
    /// What the operator lets every run, agent and tenant cost; theirs can only tighten it.
    pub budget: Caps,
    pub team: TeamConfig,
    /// The model of the system agent, where its tenant's row says [`DEFAULT_MODEL`].
    pub default_model: String,
    /// How long a human has for a decision; without end when absent.
    pub approval_timeout: Option<Duration>,
}

impl EngineConfig {
    /// The defaults of production. `worker` names this process in leases; it must differ from that of every other
    /// process.
    pub fn new(worker: impl Into<String>) -> Self {
        Self {
            worker: worker.into(),
            lease: Duration::from_secs(10),
            max_active: 256,
            limits: Limits::default(),
            context: ContextLimits::default(),
            max_repeats: 3,
            max_calls_per_step: 128,
            budget: Caps::default(),
            team: TeamConfig::default(),
            default_model: "demo:echo".to_owned(),
            approval_timeout: None,
        }
    }
}
