//! What models and tools are called with.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::Context as _;
use artel_connector_engine::{Executor, ExecutorDeps};
use artel_egress::{Egress, Resolver, SystemResolver};
use artel_http::Ground;
use artel_identity::Keyring;
use artel_llm::{Config as ModelConfig, Endpoint, ProxyEndpoint};
use artel_store::Store;
use artel_tools::ToolsConfig;
use artel_tools_services::StoredTokens;

use crate::config::Config;
use crate::vault::Vault;

pub(super) fn model_config(config: &Config, vault: &Vault) -> ModelConfig {
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

pub(crate) fn egress(config: &Config, host_aliases: BTreeMap<String, SocketAddr>) -> anyhow::Result<Egress> {
    let resolver: Arc<dyn Resolver> = Arc::new(SystemResolver);
    Egress::new(&config.tool_allow_private_hosts, host_aliases, &resolver)
        .context("the tool executor cannot be set up (TOOL_ALLOW_PRIVATE_HOSTS)")
}

/// Calls external services. Tokens that it obtains on the way are in the store, for all processes.
pub(super) fn executor(ground: &Ground<dyn Store>, keyring: Arc<Keyring>, egress: Arc<Egress>) -> Executor {
    let (bus, clock) = (ground.bus.clone(), ground.clock.clone());
    let tokens = StoredTokens::new(ground.store.clone(), keyring, clock.clone());
    Executor::new(ExecutorDeps { egress, bus, clock, tokens: Arc::new(tokens) })
}

pub(super) fn tools_config(config: &Config) -> ToolsConfig {
    ToolsConfig {
        default_timeout_ms: config.tool_default_timeout_ms,
        max_timeout_ms: config.tool_max_timeout_ms,
        retry_attempts: config.tool_retry_attempts,
        ..ToolsConfig::default()
    }
}
