use std::ops::Deref;
use std::sync::Arc;

use artel_domain::Clock;
use artel_http::{Gate, InternalKey, MetricsText};
use artel_llm::Models;
use axum::extract::FromRef;

use crate::chat::Streams;
use crate::reasoning_cache::ReasoningCache;

/// The parts that this surface is built of.
pub struct Deps {
    pub models: Arc<Models>,
    pub clock: Arc<dyn Clock>,
    /// Checks the platform's tokens and keys.
    pub gate: Gate,
    pub metrics: Arc<dyn MetricsText>,
}

/// What the operator decides about this surface.
#[derive(Debug, Clone)]
pub struct ProxyConfig {
    /// The key of the other services of this installation. Absent on a public port, which serves no services.
    pub internal_key: Option<InternalKey>,
}

/// The state of every handler. Cheap to clone.
#[derive(Clone)]
pub struct App(Arc<Shared>);

/// What an [`App`] points to.
pub struct Shared {
    pub(crate) models: Arc<Models>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) gate: Gate,
    pub(crate) metrics: Arc<dyn MetricsText>,
    pub(crate) reasoning: ReasoningCache,
    pub(crate) streams: Streams,
    pub(crate) config: ProxyConfig,
}

impl App {
    pub fn new(deps: Deps, config: ProxyConfig) -> Self {
        let Deps { models, clock, gate, metrics } = deps;
        Self(Arc::new(Shared {
            models,
            clock,
            gate,
            metrics,
            reasoning: ReasoningCache::new(),
            streams: Streams::new(),
            config,
        }))
    }
}

impl Deref for App {
    type Target = Shared;

    fn deref(&self) -> &Shared {
        &self.0
    }
}

impl FromRef<App> for Gate {
    fn from_ref(app: &App) -> Self {
        app.gate.clone()
    }
}
