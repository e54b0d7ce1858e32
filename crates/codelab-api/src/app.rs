use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use artel_bus::Bus;
use artel_domain::{Clock, RateLimit, Specialist, TenantId, UserId};
use artel_http::{Gate, InternalKey, MetricsText};
use artel_intents::Intents;
use artel_store::SurfaceStore;
use axum::extract::FromRef;

use crate::presence::Acquaintance;
use crate::socket::Sockets;

/// What the operator decides about these surfaces.
#[derive(Debug, Clone)]
pub struct CodelabConfig {
    /// Lets services in: always on the runtime's port, on the gateway too.
    pub internal: InternalCaller,
    /// Requests to `/api/v1/*` of one address.
    pub rate_per_ip: RateLimit,
    /// New sockets of one address.
    pub socket_rate_per_ip: RateLimit,
    /// Messages into one session.
    pub message_rate_per_session: RateLimit,
    /// Requests of one user to the runtime.
    pub runtime_rate_per_user: RateLimit,
    /// Open sockets of one user.
    pub sockets_per_user: usize,
    /// How long after a request of the owner a socket without credentials is let into their session; `None` never.
    pub session_capability: Option<Duration>,
    /// `auto`, `tokens` or `whole`, where a socket does not say.
    pub stream_mode: StreamMode,
    /// Clients whose `User-Agent` begins with this get whole messages in `auto`.
    pub whole_for_user_agent: String,
    /// How often an idle socket is pinged, and how long the pong may take.
    pub ping_interval: Duration,
    pub pong_timeout: Duration,
    /// A comment is sent on a silent event stream this often.
    pub sse_keepalive: Duration,
    /// The model of the specialists.
    pub model: String,
    /// Whose turn it is before anybody was chosen.
    pub first: Specialist,
    /// Inputs find their specialist; without it the first one answers everything.
    pub routing: bool,
    /// In development, loopback is exempt from limits per address.
    pub exempt_loopback: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StreamMode {
    Auto,
    Tokens,
    Whole,
}

/// For whom a service that shows the internal key acts when it names nobody.
#[derive(Debug, Clone)]
pub struct InternalCaller {
    pub key: InternalKey,
    pub tenant_id: TenantId,
    pub user_id: UserId,
}

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
    pub(crate) acquaintance: Acquaintance,
    pub(crate) sockets: Sockets,
    pub(crate) config: CodelabConfig,
}

impl App {
    pub fn new(deps: Deps, config: CodelabConfig) -> Self {
        let Deps { store, bus, clock, gate, intents, metrics, models_available } = deps;
        let (acquaintance, sockets) = (Acquaintance::new(), Sockets::new());
        Self(Arc::new(Shared { store, bus, clock, gate, intents, metrics, models_available, acquaintance, sockets, config }))
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
