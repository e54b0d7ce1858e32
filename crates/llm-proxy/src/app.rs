use std::ops::Deref;
use std::sync::Arc;

use artel_http::{Gate, Ground, InternalKey};
use artel_llm::Models;
use artel_store::GateStore;
use axum::extract::FromRef;

use crate::chat::Streams;
use crate::reasoning_cache::ReasoningCache;

/// The parts that this surface needs.
pub struct Deps {
    pub ground: Ground<dyn GateStore>,
    pub models: Arc<Models>,
}

/// The operator's settings of this surface.
#[derive(Debug, Clone)]
pub struct ProxyConfig {
    /// The key of the other services of this installation. Absent on a public port, which does not serve them.
    pub internal_key: Option<InternalKey>,
}

/// The state of every handler. Cheap to clone.
#[derive(Clone)]
pub struct App(Arc<Shared>);

/// What an [`App`] points to.
pub struct Shared {
    ground: Ground<dyn GateStore>,
    pub(crate) models: Arc<Models>,
    pub(crate) reasoning: ReasoningCache,
    pub(crate) streams: Streams,
    pub(crate) config: ProxyConfig,
}

impl App {
    pub fn new(deps: Deps, config: ProxyConfig) -> Self {
        let Deps { ground, models } = deps;
        let (reasoning, streams) = (ReasoningCache::new(), Streams::new());
        Self(Arc::new(Shared { ground, models, reasoning, streams, config }))
    }
}

impl Deref for App {
    type Target = Shared;

    fn deref(&self) -> &Shared {
        &self.0
    }
}

impl Deref for Shared {
    type Target = Ground<dyn GateStore>;

    fn deref(&self) -> &Ground<dyn GateStore> {
        &self.ground
    }
}

impl FromRef<App> for Gate {
    fn from_ref(app: &App) -> Self {
        app.gate.clone()
    }
}
