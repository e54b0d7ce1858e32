//! Puts the parts together: which store, which bus, which surfaces.

use std::collections::{BTreeMap, HashMap};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use artel_auth_api::AuthApp;
use artel_bus::{Bus, LocalBus};
use artel_bus_redis::RedisBus;
use artel_codelab_api::{App as Codelab, CodelabConfig, Deps as CodelabDeps, InternalCaller};
use artel_domain::{Clock, SystemClock};
use artel_egress::{Egress, Resolver, SystemResolver};
use artel_engine::{ContextLimits, Deps as EngineDeps, EngineConfig, Limits, Policy, Rules, TeamConfig};
use artel_http::{AuthServiceTrust, Gate, GateConfig, InternalKey, MetricsText, StaticKey};
use artel_identity::Scopes;
use artel_intents::{Intents, IntentsConfig};
use artel_llm::{BreakerState, Config as ModelConfig, Endpoint, Models, ProxyEndpoint};
use artel_llm_proxy::{App as LlmProxy, Deps as LlmProxyDeps, ProxyConfig};
use artel_platform_api::{ApiConfig, App, Deps, TestToken};
use artel_scheduler::{Retention, Scheduler, SchedulerDeps, SweepDeps, sweeps};
use artel_store::Store;
use artel_store_postgres::{PostgresOptions, PostgresStore};
use artel_store_sqlite::{SqliteOptions, SqliteStore};
use artel_tools::{EnvSecrets, Registry, ToolsConfig, ToolsDeps};
use secrecy::ExposeSecret as _;

use crate::accounting::Bookkeeping;
use crate::config::{Config, Database};
use crate::metrics::Metrics;
use crate::model_keys::TenantKeys;
use crate::tool_ports::{BusLimits, Signer, StoredSecrets};
use crate::vault::Vault;
use crate::{auth, first};

const TOKEN_TTL: Duration = Duration::from_hours(1);

/// Everything that surfaces and workers share.
pub(crate) struct Parts {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) bus: Arc<dyn Bus>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) models: Arc<Models>,
    pub(crate) tools: Arc<Registry>,
    pub(crate) vault: Arc<Vault>,
    pub(crate) metrics: Arc<dyn MetricsText>,
    pub(crate) auth: AuthApp,
    pub(crate) codelab: Codelab,
    pub(crate) books: Bookkeeping,
    /// The workers' rules about calls.
    policy: Arc<dyn Policy>,
    intents: Intents,
    /// What lets the platform's callers in, for the surfaces beside the platform.
    gate: Gate,
}

impl Parts {
    /// `aliases` are hosts that tools find at a fixed address (the demo's tool-mock).
    pub(crate) async fn build(config: &Config, aliases: BTreeMap<String, SocketAddr>) -> anyhow::Result<Self> {
        let vault = Arc::new(Vault::open(config)?);
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let store = open_store(config).await?;
        let bus = open_bus(config, clock.as_ref()).await?;
        // Meters that are made before there is a recorder would never count.
        Metrics::record();
        let (accountant, books) = Bookkeeping::start(config, store.clone())?;
        let keys = Arc::new(TenantKeys::new(store.clone(), vault.seal()));
        let models = Models::new(model_config(config, &vault)).context("the model providers cannot be set up")?;
        let models = models.with_keys(keys).accounting_to(accountant, clock.clone());
        let ports = ToolsDeps {
            secrets: Arc::new(EnvSecrets::new(
                config.names.clone(),
                Some(Arc::new(StoredSecrets::new(store.clone(), vault.seal()))),
            )),
            limits: Arc::new(BusLimits::new(bus.clone())),
            signer: Some(Arc::new(Signer::new(vault.clone(), clock.clone()))),
            egress: Arc::new(egress(config, aliases)?),
            clock: clock.clone(),
        };
        let tools = Arc::new(Registry::new(tools_config(config), ports));
        let models = Arc::new(models);
        let metrics: Arc<dyn MetricsText> = Arc::new(Metrics::new(store.clone(), models.clone()));
        let ground = auth::Ground { store: &store, bus: &bus, clock: &clock, vault: &vault, metrics: &metrics };
        let auth = auth::build(config, &ground)?;
        let policy: Arc<dyn Policy> = Arc::new(Rules::new(config.approval_rules.clone()));
        let gate = gate(config, &ground);
        let limits = IntentsConfig { max_context_tokens: config.max_context_tokens };
        let intents = Intents::new(store.clone(), bus.clone(), clock.clone(), policy.clone(), limits);
        let deps = CodelabDeps {
            store: store.clone(),
            bus: bus.clone(),
            clock: clock.clone(),
            gate: gate.clone(),
            intents: intents.clone(),
            metrics: metrics.clone(),
            models_available: models_available(models.clone()),
        };
        let codelab = Codelab::new(deps, codelab_config(config, vault.internal_key()));
        Ok(Self { store, bus, clock, models, tools, vault, metrics, auth, codelab, books, policy, intents, gate })
    }

    pub(crate) fn platform(&self, config: &Config) -> App {
        let deps = Deps {
            store: self.store.clone(),
            bus: self.bus.clone(),
            clock: self.clock.clone(),
            tokens: Arc::new(self.vault.verifier(config)),
            issuer: Arc::new(self.vault.issuer(config)),
            key_maker: Arc::new(self.vault.key_maker()),
            seal: Arc::new(self.vault.seal()),
            models: self.models.clone(),
            tools: self.tools.clone(),
            intents: self.intents.clone(),
            public_keys: Arc::new(auth::KeySets { vault: self.vault.clone(), auth: self.auth.keys().clone() }),
            metrics: self.metrics.clone(),
        };
        App::new(deps, api_config(config))
    }

    /// With `internal_key`, services are let in too, not only callers of the platform.
    pub(crate) fn llm_proxy(&self, internal_key: Option<InternalKey>) -> LlmProxy {
        // Those that would send their calls to a proxy are for everybody else.
        let models = Arc::new(self.models.in_process());
        let deps =
            LlmProxyDeps { models, clock: self.clock.clone(), gate: self.gate.clone(), metrics: self.metrics.clone() };
        LlmProxy::new(deps, ProxyConfig { internal_key })
    }

    /// What is done in time, by one of the processes that have the role of a worker.
    pub(crate) fn scheduler(&self, config: &Config) -> Scheduler {
        let deps = SchedulerDeps {
            store: self.store.clone(),
            clock: self.clock.clone(),
            owner: self.process_name(),
            lease: config.lease,
        };
        let retention = Retention { events: config.event_retention, llm_calls: config.llm_calls_retention };
        let sweeping =
            SweepDeps { store: self.store.clone(), bus: self.bus.clone(), clock: self.clock.clone(), retention };
        Scheduler::start(&deps, sweeps(sweeping))
    }

    /// Unique among processes that live at the same time.
    fn process_name(&self) -> String {
        format!("{}/{}", hostname(), self.clock.uuid())
    }

    pub(crate) fn engine(&self, config: &Config) -> EngineDeps {
        EngineDeps {
            store: self.store.clone(),
            bus: self.bus.clone(),
            models: self.models.clone(),
            tools: self.tools.clone(),
            policy: self.policy.clone(),
            clock: self.clock.clone(),
            config: EngineConfig {
                lease: config.lease,
                max_active: config.worker_max_runs,
                limits: Limits { max_steps: config.max_steps, max_switches: config.codelab.max_switches },
                team: TeamConfig {
                    model: config.codelab.model.clone().unwrap_or_else(|| config.default_model.clone()),
                    routing: config.codelab.routing,
                    first: config.codelab.first,
                },
                context: ContextLimits {
                    max_tokens: config.max_context_tokens,
                    max_messages: config.max_context_messages,
                },
                max_repeats: config.max_repeats,
                budget: config.budget,
                approval_timeout: config.approval_timeout,
                ..EngineConfig::new(self.process_name())
            },
        }
    }
}

/// Opens the store and brings its tables up to date.
pub(crate) async fn open_store(config: &Config) -> anyhow::Result<Arc<dyn Store>> {
    Ok(match &config.database {
        Database::Sqlite(path) => {
            let options = SqliteOptions {
                path: path.clone(),
                pool_size: config.db_pool_size.min(SQLITE_READERS),
                max_overflow: 0,
                acquire_timeout: config.db_pool_timeout,
            };
            Arc::new(
                SqliteStore::open(&options)
                    .await
                    .with_context(|| format!("the database {} cannot be opened", path.display()))?,
            )
        }
        Database::Postgres(url) => {
            let options = PostgresOptions {
                url: url.expose_secret().to_owned(),
                pool_size: config.db_pool_size,
                max_overflow: config.db_max_overflow,
                pool_timeout_seconds: config.db_pool_timeout.as_secs(),
                pool_recycle_seconds: config.db_pool_recycle.as_secs(),
            };
            Arc::new(PostgresStore::connect(&options).await.context("the database of DATABASE_URL cannot be opened")?)
        }
    })
}

/// Each open SQLite connection has its own page cache, and readers rarely wait for each other.
const SQLITE_READERS: u32 = 8;

async fn open_bus(config: &Config, clock: &dyn Clock) -> anyhow::Result<Arc<dyn Bus>> {
    Ok(match &config.redis_url {
        Some(url) => Arc::new(RedisBus::connect(url.expose_secret(), clock).await.context("REDIS_URL")?),
        None => Arc::new(LocalBus::new()),
    })
}

fn model_config(config: &Config, vault: &Vault) -> ModelConfig {
    let llm = config.llm.clone();
    let proxy = llm.proxy_url.map(|url| ProxyEndpoint { url, internal_key: Some(vault.key_between_services()) });
    ModelConfig {
        openai: Endpoint { base_url: config.openai_base_url.clone(), api_key: config.openai_api_key.clone() },
        anthropic: Endpoint { base_url: config.anthropic_base_url.clone(), api_key: config.anthropic_api_key.clone() },
        ollama: Endpoint { base_url: config.ollama_base_url.clone(), api_key: config.ollama_api_key.clone() },
        custom: config.llm_providers.clone(),
        default_provider: config.llm_default_provider.clone(),
        catalog: config.llm_catalog.clone(),
        timeouts: llm.timeouts,
        retries: llm.retries,
        max_concurrency: llm.max_concurrency,
        breaker: llm.breaker,
        limits: llm.limits,
        routes: llm.routes,
        proxy,
        ..ModelConfig::default()
    }
}

fn egress(config: &Config, host_aliases: BTreeMap<String, SocketAddr>) -> anyhow::Result<Egress> {
    let resolver: Arc<dyn Resolver> = Arc::new(SystemResolver);
    Egress::new(&config.tool_allow_private_hosts, host_aliases, &resolver)
        .context("the tool executor cannot be set up (TOOL_ALLOW_PRIVATE_HOSTS)")
}

fn tools_config(config: &Config) -> ToolsConfig {
    ToolsConfig {
        default_timeout_ms: config.tool_default_timeout_ms,
        max_timeout_ms: config.tool_max_timeout_ms,
        retry_attempts: config.tool_retry_attempts,
        ..ToolsConfig::default()
    }
}

fn gate(config: &Config, ground: &auth::Ground<'_>) -> Gate {
    let about_callers = GateConfig {
        rate_default: config.rate_limit_default,
        rate_runs: config.rate_limit_runs,
        trusted_proxies: config.trusted_proxies.clone(),
        static_keys: static_keys(config),
        auth_service: Some(auth_service(config)),
    };
    let vault = ground.vault;
    let (tokens, key_maker) = (Arc::new(vault.verifier(config)), Arc::new(vault.key_maker()));
    Gate::new(
        ground.store.clone(),
        ground.bus.clone(),
        ground.clock.clone(),
        tokens,
        key_maker,
        Arc::new(vault.seal()),
        about_callers,
    )
}

/// Nothing that is set up is out of order, or not all of it.
fn models_available(models: Arc<Models>) -> Arc<dyn Fn() -> bool + Send + Sync> {
    Arc::new(move || {
        let mut configured = models.health().into_iter().filter(|provider| provider.configured).peekable();
        configured.peek().is_none() || configured.any(|provider| provider.breaker == BreakerState::Closed)
    })
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
        session_capability: codelab.session_capability,
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

fn api_config(config: &Config) -> ApiConfig {
    ApiConfig {
        default_model: config.default_model.clone(),
        rate_default: config.rate_limit_default,
        rate_runs: config.rate_limit_runs,
        sse_keepalive: config.sse_keepalive,
        test_token: config.allow_test_tokens.then_some(TestToken { tenant_id: first::TENANT, user_id: first::USER }),
        token_ttl: TOKEN_TTL,
        tool_default_timeout_ms: config.tool_default_timeout_ms,
        tool_max_timeout_ms: config.tool_max_timeout_ms,
        static_keys: static_keys(config),
        trusted_proxies: config.trusted_proxies.clone(),
        auth_service: Some(auth_service(config)),
    }
}

fn static_keys(config: &Config) -> HashMap<String, StaticKey> {
    let of = |(key, who): (&String, &crate::config::StaticKey)| {
        let principal = StaticKey {
            tenant_id: who.tenant_id,
            user_id: who.user_id,
            scopes: Scopes::new(who.scopes.iter().cloned()),
        };
        (key.clone(), principal)
    };
    config.auth_api_keys.iter().map(of).collect()
}

/// Whose access tokens open every surface.
fn auth_service(config: &Config) -> AuthServiceTrust {
    AuthServiceTrust { issuer: config.auth.issuer.clone(), audience: config.auth.audience.clone() }
}

fn hostname() -> String {
    std::fs::read_to_string("/proc/sys/kernel/hostname")
        .map_or_else(|_| "localhost".to_owned(), |name| name.trim().to_owned())
}
