use std::collections::HashMap;
use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use artel_bus::Bus;
use artel_domain::{Clock, RateLimit, TenantId, UserId};
use artel_http::{AuthServiceTrust, Gate, GateConfig, Identity, MetricsText, PublicKeys, StaticKey};
use artel_identity::{ApiKeyMaker, SecretBox, TokenIssuer, TokenVerifier};
use artel_intents::Intents;
use artel_llm::Models;
use artel_store::{SurfaceStore, Viewer};
use artel_tools::Registry;
use axum::extract::FromRef;
use ipnet::IpNet;

/// What the operator decides about this surface.
#[derive(Debug, Clone)]
pub struct ApiConfig {
    /// The model of agents that name none.
    pub default_model: String,
    /// All routes.
    pub rate_default: RateLimit,
    /// Starting runs.
    pub rate_runs: RateLimit,
    /// A comment is sent on a silent stream this often.
    pub sse_keepalive: Duration,
    /// `GET /auth/test-token` exists only when this is set.
    pub test_token: Option<TestToken>,
    /// How long issued tokens work.
    pub token_ttl: Duration,
    /// The timeout of bindings that name none.
    pub tool_default_timeout_ms: u64,
    /// The longest timeout that a binding may name.
    pub tool_max_timeout_ms: u64,
    /// `AUTH_API_KEYS`: key → principal.
    pub static_keys: HashMap<String, StaticKey>,
    /// Whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpNet>,
    /// Whose access tokens are accepted beside the platform's own.
    pub auth_service: Option<AuthServiceTrust>,
}

/// Whom test tokens are for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TestToken {
    pub tenant_id: TenantId,
    pub user_id: UserId,
}

/// What this surface stands on.
pub struct Deps {
    pub store: Arc<dyn SurfaceStore>,
    pub bus: Arc<dyn Bus>,
    pub clock: Arc<dyn Clock>,
    pub tokens: Arc<TokenVerifier>,
    pub issuer: Arc<TokenIssuer>,
    pub key_maker: Arc<ApiKeyMaker>,
    /// Seals stored answers.
    pub seal: Arc<SecretBox>,
    pub models: Arc<Models>,
    pub tools: Arc<Registry>,
    pub intents: Intents,
    /// The public keys of `/.well-known/jwks.json`.
    pub public_keys: Arc<dyn PublicKeys>,
    pub metrics: Arc<dyn MetricsText>,
}

/// The state of every handler. Cheap to clone.
#[derive(Clone)]
pub struct App(Arc<Shared>);

/// What an [`App`] points to.
pub struct Shared {
    pub(crate) store: Arc<dyn SurfaceStore>,
    pub(crate) bus: Arc<dyn Bus>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) issuer: Arc<TokenIssuer>,
    pub(crate) key_maker: Arc<ApiKeyMaker>,
    pub(crate) models: Arc<Models>,
    pub(crate) tools: Arc<Registry>,
    pub(crate) intents: Intents,
    pub(crate) public_keys: Arc<dyn PublicKeys>,
    pub(crate) metrics: Arc<dyn MetricsText>,
    pub(crate) gate: Gate,
    pub(crate) config: ApiConfig,
}

impl App {
    pub fn new(deps: Deps, config: ApiConfig) -> Self {
        let Deps { store, bus, clock, tokens, issuer, key_maker, seal, models, tools, intents, public_keys, metrics } =
            deps;
        let about_callers = GateConfig {
            rate_default: config.rate_default,
            rate_runs: config.rate_runs,
            trusted_proxies: config.trusted_proxies.clone(),
            static_keys: config.static_keys.clone(),
            auth_service: config.auth_service.clone(),
        };
        let gate = Gate::new(store.clone(), bus.clone(), clock.clone(), tokens, key_maker.clone(), seal, about_callers);
        Self(Arc::new(Shared {
            store,
            bus,
            clock,
            issuer,
            key_maker,
            models,
            tools,
            intents,
            public_keys,
            metrics,
            gate,
            config,
        }))
    }

    /// How much of the tenant's sessions the caller may see now.
    pub(crate) fn viewer(&self, caller: &Identity) -> Viewer {
        self.intents.viewer(&caller.requester())
    }

    /// The gate, for other surfaces that let the same callers in.
    pub fn gate(&self) -> &Gate {
        &self.gate
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
