//! Drives runs: performs what the turn machine of `agent` asks for through `store`, `llm`, `tools` and `bus`, and
//! journals it.
//!
//! A surface never drives: it stores an intent, wakes the workers ([`artel_bus::Bus::wake_workers`]) and follows the
//! journal ([`follow`]). This crate must never know HTTP or a concrete store.

mod assistant;
mod attached;
mod blocked;
mod budget;
mod config;
mod consent;
mod drive;
mod edits;
mod follow;
mod frames;
mod model_call;
mod outside;
mod policy;
mod projection;
mod recovery;
mod routing;
mod scribe;
mod signals;
mod slots;
mod store_away;
mod subagents;
mod targets;
mod team;
mod telemetry;
mod tool_call;
mod toolbox;
mod worker;

use std::sync::Arc;

use artel_bus::Bus;
use artel_domain::Clock;
use artel_llm::Models;
use artel_store::RunStore;
use artel_tools::Registry;

pub use artel_agent::{ContextLimits, Limits, estimate_tokens};
pub use config::{DEFAULT_MODEL, EngineConfig, TeamConfig};
pub use edits::{EditProblem, check_edit};
pub use follow::{Pieces, RunRef, SessionEntries, SessionRef, follow, follow_new, follow_session};
pub use policy::{AllowAll, AuthorAsks, Policy, ProposedCall, Rules, dangerous_tools};
pub use worker::Worker;

/// What a worker works with.
pub struct Deps {
    pub store: Arc<dyn RunStore>,
    pub bus: Arc<dyn Bus>,
    pub models: Arc<Models>,
    pub tools: Arc<Registry>,
    pub policy: Arc<dyn Policy>,
    pub clock: Arc<dyn Clock>,
    pub config: EngineConfig,
}
