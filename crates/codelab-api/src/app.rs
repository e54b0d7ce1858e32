use std::ops::Deref;
use std::sync::Arc;

use artel_http::{Gate, Ground};
use artel_intents::Intents;
use artel_store::SurfaceStore;
use axum::extract::FromRef;

use crate::config::CodelabConfig;
use crate::presence::Presences;
use crate::sockets::Sockets;
use crate::unfinished::Unfinished;

/// The parts that these surfaces are built of.
pub struct Deps {
    pub ground: Ground<dyn SurfaceStore>,
    pub intents: Intents,
    /// Whether some model provider can be asked at the moment, for the health of the runtime.
    pub models_available: Arc<dyn Fn() -> bool + Send + Sync>,
}

/// The state of every handler. Cheap to clone.
#[derive(Clone)]
pub struct App(Arc<Shared>);

/// What an [`App`] points to.
pub struct Shared {
    ground: Ground<dyn SurfaceStore>,
    pub(crate) intents: Intents,
    pub(crate) models_available: Arc<dyn Fn() -> bool + Send + Sync>,
    pub(crate) presences: Presences,
    pub(crate) sockets: Arc<Sockets>,
    pub(crate) unfinished: Arc<Unfinished>,
    pub(crate) config: CodelabConfig,
}

impl App {
    pub fn new(deps: Deps, config: CodelabConfig) -> Self {
        let Deps { ground, intents, models_available } = deps;
        let presences = Presences::new(ground.store.clone(), ground.clock.clone());
        let sockets = Arc::new(Sockets::new(config.sockets_per_user));
        let unfinished = Arc::new(Unfinished::new(config.unfinished));
        Self(Arc::new(Shared { ground, intents, models_available, presences, sockets, unfinished, config }))
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

impl Deref for Shared {
    type Target = Ground<dyn SurfaceStore>;

    fn deref(&self) -> &Ground<dyn SurfaceStore> {
        &self.ground
    }
}

impl FromRef<App> for Gate {
    fn from_ref(app: &App) -> Self {
        app.gate.clone()
    }
}
