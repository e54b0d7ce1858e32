use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use artel_artifacts::{ArtifactFiles, ArtifactLinks};
use artel_connector_engine::Executor;
use artel_domain::{RateLimit, TenantId, UserId};
use artel_egress::Egress;
use artel_http::{Gate, Ground, Identity, PublicKeys, TrustedHosts};
use artel_identity::{ApiKeyMaker, Keyring, TokenIssuer};
use artel_intents::Intents;
use artel_llm::Models;
use artel_store::{SurfaceStore, Viewer};
use artel_tools::Registry;
use artel_tools_services::Connectors;
use axum::extract::FromRef;

use crate::imports::Imports;
use crate::skills::ZipPlaces;

use crate::deliveries::Places;

/// What the operator decides about this surface.
#[derive(Debug, Clone)]
pub struct ApiConfig {
    /// The model of agents that name none.
    pub default_model: String,
    /// A comment is sent on a silent stream this often.
    pub sse_keepalive: Duration,
    /// `GET /auth/test-token` exists only when this is set.
    pub test_token: Option<TestToken>,
    /// Under which names test tokens are given.
    pub trusted_hosts: TrustedHosts,
    /// How long issued tokens work.
    pub token_ttl: Duration,
    /// For how long after a sign-in its tokens make API keys.
    pub key_sign_in: Duration,
    /// How long keys live that are made by tokens of the platform's own that do not say when somebody signed in.
    pub key_life_from_token: Duration,
    /// The timeout of bindings that name none.
    pub tool_default_timeout_ms: u64,
    /// The longest timeout that a binding may name.
    pub tool_max_timeout_ms: u64,
    /// How many deliveries one hook takes.
    pub hook_rate: RateLimit,
    /// How many bytes of events that services sent a tenant keeps; `None`: any number.
    pub event_bytes: Option<u64>,
}

/// Whom test tokens are for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TestToken {
    pub tenant_id: TenantId,
    pub user_id: UserId,
}

/// The parts that this surface is built of.
pub struct Deps {
    pub ground: Ground<dyn SurfaceStore>,
    pub issuer: Arc<TokenIssuer>,
    pub key_maker: Arc<ApiKeyMaker>,
    pub models: Arc<Models>,
    pub tools: Arc<Registry>,
    pub intents: Intents,
    /// The public keys of `/.well-known/jwks.json`.
    pub public_keys: Arc<dyn PublicKeys>,
    /// Files of users and tools.
    pub artifacts: ArtifactFiles,
    pub artifact_links: Arc<ArtifactLinks>,
    /// The external services that agents may be given.
    pub connectors: Arc<Connectors>,
    /// Calls them.
    pub executor: Arc<Executor>,
    /// The guard of addresses that callers name.
    pub egress: Arc<Egress>,
    /// Seals the secrets of credentials and hooks.
    pub keyring: Arc<Keyring>,
}

/// The state of every handler. Cheap to clone.
#[derive(Clone)]
pub struct App(Arc<Shared>);

/// What an [`App`] points to.
pub struct Shared {
    ground: Ground<dyn SurfaceStore>,
    pub(crate) issuer: Arc<TokenIssuer>,
    pub(crate) key_maker: Arc<ApiKeyMaker>,
    pub(crate) models: Arc<Models>,
    pub(crate) tools: Arc<Registry>,
    pub(crate) intents: Intents,
    pub(crate) public_keys: Arc<dyn PublicKeys>,
    pub(crate) artifacts: ArtifactFiles,
    pub(crate) artifact_links: Arc<ArtifactLinks>,
    pub(crate) connectors: Arc<Connectors>,
    pub(crate) executor: Arc<Executor>,
    pub(crate) egress: Arc<Egress>,
    /// Imports of connectors that are under way in this process.
    pub(crate) imports: Imports,
    /// Zips of skills that are under way in this process.
    pub(crate) zips: ZipPlaces,
    pub(crate) keyring: Arc<Keyring>,
    pub(crate) places: Places,
    pub(crate) config: ApiConfig,
}

impl App {
    pub fn new(deps: Deps, config: ApiConfig) -> Self {
        let Deps {
            ground,
            issuer,
            key_maker,
            models,
            tools,
            intents,
            public_keys,
            artifacts,
            artifact_links,
            connectors,
            executor,
            egress,
            keyring,
        } = deps;
        Self(Arc::new(Shared {
            ground,
            issuer,
            key_maker,
            models,
            tools,
            intents,
            public_keys,
            artifacts,
            artifact_links,
            connectors,
            executor,
            egress,
            imports: Imports::default(),
            zips: ZipPlaces::default(),
            keyring,
            places: Places::default(),
            config,
        }))
    }

    /// How much of the tenant's sessions the caller may see now.
    pub(crate) fn viewer(&self, caller: &Identity) -> Viewer {
        self.intents.viewer(&caller.requester())
    }

    /// The same; with `own`, an administrator sees no private session of anybody else.
    pub(crate) fn viewer_of(&self, caller: &Identity, own: Option<bool>) -> Viewer {
        if own == Some(true) { Viewer::from(&caller.requester()) } else { self.viewer(caller) }
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
