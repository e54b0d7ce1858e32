use std::ops::Deref;
use std::sync::Arc;

use artel_bus::Bus;
use artel_domain::Clock;
use artel_http::{Gate, MetricsText};
use artel_intents::Intents;
use artel_store::SurfaceStore;
use axum::extract::FromRef;

use crate::config::CodelabConfig;
use crate::presence::Presence;
use crate::sockets::Sockets;

/// What these surfaces stand on.
pub struct Deps {
    pub store: Arc<dyn SurfaceStore>,
    pub bus: Arc<dyn Bus>,
    pub clock: Arc<dyn Clock>,
    /// Knows the platform's and the auth service's tokens and keys.
    pub gate: Gate,
    pub intents: Intents,
    pub metrics: Arc<dyn MetricsText>,
    /// Whether some model provider can be asked at the moment, for the health of the runtime.
    pub models_available: Arc<dyn Fn() -> bool + Send + Sync>,
}

/// The state of every handler. Cheap to clone.
#[derive(Clone)]
pub struct App(Arc<Shared>);

/// What an [`App`] points to.
pub struct Shared {
    pub(crate) store: Arc<dyn SurfaceStore>,
    pub(crate) bus: Arc<dyn Bus>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) gate: Gate,
    pub(crate) intents: Intents,
    pub(crate) metrics: Arc<dyn MetricsText>,
    pub(crate) models_available: Arc<dyn Fn() -> bool + Send + Sync>,
    pub(crate) presence: Presence,
    pub(crate) sockets: Arc<Sockets>,
    pub(crate) config: CodelabConfig,
}

impl App {
    pub fn new(deps: Deps, config: CodelabConfig) -> Self {
        let Deps { store, bus, clock, gate, intents, metrics, models_available } = deps;
        let presence = Presence::new(store.clone(), clock.clone());
        let sockets = Arc::new(Sockets::new(config.sockets_per_user));
        Self(Arc::new(Shared {
            store,
            bus,
            clock,
            gate,
            intents,
            metrics,
            models_available,
            presence,
            sockets,
            config,
        }))
    }

    /// The process stops: open sockets are told so and closed. Returns when they are, or after a few seconds.
    pub async fn close_sockets(&self) {
        self.sockets.close().await;
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
