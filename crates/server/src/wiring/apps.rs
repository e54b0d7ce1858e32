//! The state of each surface, made of the parts of this process.

use std::sync::Arc;
use std::time::Duration;

use artel_artifacts::ArtifactLinks;
use artel_auth_api::AuthApp;
use artel_codelab_api::{App as Codelab, CodelabConfig, Deps as CodelabDeps, InternalCaller};
use artel_console::{Console, Deps as ConsoleDeps};
use artel_http::{Ground, InternalKey};
use artel_intents::Intents;
use artel_llm::{BreakerState, Models};
use artel_llm_proxy::{App as LlmProxy, Deps as LlmProxyDeps, ProxyConfig};
use artel_platform_api::{ApiConfig, App as Platform, Deps as PlatformDeps, TestToken};
use artel_store::Store;

use super::Parts;
use crate::config::Config;
use crate::vault::Vault;
use crate::{auth, first};

const TOKEN_TTL: Duration = Duration::from_hours(1);

impl Parts {
    /// The Agent Platform API.
    pub(crate) fn platform(&self, config: &Config) -> Platform {
        let deps = PlatformDeps {
            ground: self.ground.with_store(self.ground.store.clone()),
            issuer: Arc::new(self.vault.issuer(config)),
            key_maker: Arc::new(self.vault.key_maker()),
            models: self.models.clone(),
            tools: self.tools.clone(),
            intents: self.intents.clone(),
            public_keys: Arc::new(auth::KeySets { vault: self.vault.clone(), auth: self.auth.keys().clone() }),
            artifacts: self.artifacts.clone(),
            artifact_links: Arc::new(ArtifactLinks::new(self.vault.seal())),
            connectors: self.connectors.clone(),
            executor: self.executor.clone(),
            egress: self.egress.clone(),
            keyring: self.keyring.clone(),
        };
        Platform::new(deps, api_config(config))
    }

    /// The models behind OpenAI's API. With `internal_key`, services are let in too, not only callers of the platform.
    pub(crate) fn llm_proxy(&self, internal_key: Option<InternalKey>) -> LlmProxy {
        // Those that would send their calls to a proxy are for everybody else.
        let models = Arc::new(self.models.in_process());
        let deps = LlmProxyDeps { ground: self.ground.with_store(self.ground.store.clone()), models };
        LlmProxy::new(deps, ProxyConfig { internal_key })
    }
}

/// The console, which signs people in with the auth service of this process.
pub(super) fn console(ground: &Ground<dyn Store>, vault: &Vault, auth: &AuthApp) -> Console {
    Console::new(ConsoleDeps {
        gate: ground.gate.clone(),
        clock: ground.clock.clone(),
        seal: Arc::new(vault.seal()),
        auth_service: artel_auth_api::public_routes(auth.clone()),
    })
}

/// CodeLab's gateway and runtime.
pub(super) fn codelab(
    config: &Config,
    ground: &Ground<dyn Store>,
    intents: Intents,
    models: Arc<Models>,
    internal_key: InternalKey,
) -> Codelab {
    let deps = CodelabDeps {
        ground: ground.with_store(ground.store.clone()),
        intents,
        models_available: models_available(models),
    };
    Codelab::new(deps, codelab_config(config, internal_key))
}

fn api_config(config: &Config) -> ApiConfig {
    ApiConfig {
        default_model: config.default_model.clone(),
        sse_keepalive: config.sse_keepalive,
        test_token: config.allow_test_tokens.then_some(TestToken { tenant_id: first::TENANT, user_id: first::USER }),
        trusted_hosts: config.trusted_hosts.clone(),
        token_ttl: TOKEN_TTL,
        key_sign_in: config.shares.key_sign_in,
        key_life_from_token: config.shares.key_life_from_token,
        tool_default_timeout_ms: config.tool_default_timeout_ms,
        tool_max_timeout_ms: config.tool_max_timeout_ms,
        hook_rate: config.rate_limit_hooks,
        event_bytes: config.toolkit.event_bytes,
    }
}

fn codelab_config(config: &Config, internal_key: InternalKey) -> CodelabConfig {
    let codelab = &config.codelab;
    CodelabConfig {
        internal: InternalCaller { key: internal_key, tenant_id: first::TENANT, user_id: first::USER },
        rate_per_ip: codelab.rate_per_ip,
        socket_rate_per_ip: codelab.socket_rate_per_ip,
        message_rate_per_session: codelab.message_rate_per_session,
        runtime_rate_per_user: codelab.runtime_rate_per_user,
        sockets_per_user: codelab.sockets_per_user,
        unfinished: codelab.unfinished,
        session_capability: codelab.session_capability,
        socket_origins: codelab.socket_origins.clone(),
        stream_mode: codelab.stream_mode,
        whole_for_user_agent: codelab.whole_for_user_agent.clone(),
        ping_interval: codelab.ping_interval,
        pong_timeout: codelab.pong_timeout,
        sse_keepalive: config.sse_keepalive,
        model: codelab.model.clone().unwrap_or_else(|| config.default_model.clone()),
        first: codelab.first,
        routing: codelab.routing,
        exempt_loopback: codelab.exempt_loopback,
    }
}

/// Nothing that is set up is out of order, or not all of it.
fn models_available(models: Arc<Models>) -> Arc<dyn Fn() -> bool + Send + Sync> {
    Arc::new(move || {
        let mut configured = models.health().into_iter().filter(|provider| provider.configured).peekable();
        configured.peek().is_none() || configured.any(|provider| provider.breaker == BreakerState::Closed)
    })
}
