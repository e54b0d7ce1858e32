//! The effective configuration: defaults, then `artel.toml`, then the environment, which wins. Every value is checked
//! before anything starts; a bad one is one line that names the variable, what it must look like, and an example.

mod approval;
mod auth;
mod budget;
mod check;
mod codelab;
mod llm;
mod near;
mod secrets;
mod settings;
mod shares;
mod toolkit;
mod values;

pub(crate) use auth::AuthSettings;
pub(crate) use check::table;
pub(crate) use codelab::CodelabSettings;
pub(crate) use llm::{LlmSettings, OtlpSettings};
use settings::invalid;
pub(crate) use settings::{Invalid, Settings};
pub(crate) use shares::ShareSettings;
pub(crate) use toolkit::ToolkitSettings;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use artel_domain::{RateLimit, TenantId, UserId};
use artel_http::{Origin, TrustedHosts};
use artel_llm::{Catalog, CustomProvider};
use secrecy::SecretString;
use serde::Deserialize;

/// Where the state is.
#[derive(Debug, Clone)]
pub(crate) enum Database {
    Sqlite(PathBuf),
    Postgres(SecretString),
}

/// One of `AUTH_API_KEYS`.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct StaticKey {
    pub(crate) tenant_id: TenantId,
    pub(crate) user_id: UserId,
    #[serde(default)]
    pub(crate) scopes: Vec<String>,
}

#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "each is a setting of its own")]
pub(crate) struct Config {
    pub(crate) data_dir: PathBuf,
    pub(crate) public_addr: SocketAddr,
    pub(crate) llm_proxy_addr: SocketAddr,
    pub(crate) llm_proxy_public: bool,
    /// Where `/health` and `/metrics` are served besides, whatever the roles.
    pub(crate) metrics_addr: Option<SocketAddr>,
    /// `x-internal-auth`
    pub(crate) internal_api_key: Option<SecretString>,
    pub(crate) database: Database,
    pub(crate) redis_url: Option<SecretString>,
    pub(crate) db_pool_size: u32,
    pub(crate) db_max_overflow: u32,
    pub(crate) db_pool_timeout: Duration,
    pub(crate) db_pool_recycle: Duration,
    pub(crate) jwt_secret: Option<SecretString>,
    pub(crate) jwt_audience: String,
    pub(crate) jwt_issuer: String,
    pub(crate) api_key_pepper: Option<SecretString>,
    pub(crate) master_key: Option<SecretString>,
    /// Opens what it sealed, while one master key takes the place of another.
    pub(crate) other_master_key: Option<SecretString>,
    pub(crate) allow_test_tokens: bool,
    /// Names of this installation beside loopback, for what depends on the host that a client asks.
    pub(crate) trusted_hosts: TrustedHosts,
    /// Pages of these may use every surface from a browser.
    pub(crate) cors_origins: Vec<Origin>,
    pub(crate) auth_api_keys: BTreeMap<String, StaticKey>,
    pub(crate) rate_limit_default: RateLimit,
    pub(crate) rate_limit_runs: RateLimit,
    pub(crate) rate_limit_hooks: RateLimit,
    pub(crate) shares: ShareSettings,
    pub(crate) trusted_proxies: Vec<ipnet::IpNet>,
    pub(crate) default_model: String,
    pub(crate) openai_api_key: Option<SecretString>,
    pub(crate) openai_base_url: Option<String>,
    pub(crate) anthropic_api_key: Option<SecretString>,
    pub(crate) anthropic_base_url: Option<String>,
    pub(crate) ollama_api_key: Option<SecretString>,
    pub(crate) ollama_base_url: Option<String>,
    pub(crate) llm_providers: BTreeMap<String, CustomProvider>,
    pub(crate) llm_default_provider: Option<String>,
    pub(crate) llm_catalog: Arc<Catalog>,
    pub(crate) llm: LlmSettings,
    pub(crate) otlp: OtlpSettings,
    pub(crate) tool_default_timeout_ms: u64,
    pub(crate) tool_max_timeout_ms: u64,
    pub(crate) tool_retry_attempts: u32,
    pub(crate) tool_allow_private_hosts: Vec<String>,
    pub(crate) toolkit: ToolkitSettings,
    pub(crate) sse_keepalive: Duration,
    pub(crate) lease: Duration,
    pub(crate) event_retention: Duration,
    /// Without end when absent.
    pub(crate) llm_calls_retention: Option<Duration>,
    /// What services sent by themselves. Without end when absent.
    pub(crate) inbound_events_retention: Option<Duration>,
    pub(crate) max_context_tokens: usize,
    pub(crate) max_context_messages: usize,
    pub(crate) max_steps: u32,
    pub(crate) max_calls_per_step: usize,
    pub(crate) max_repeats: usize,
    pub(crate) worker_max_runs: usize,
    pub(crate) budget: artel_domain::Caps,
    /// The operator's, after the tenants'.
    pub(crate) approval_rules: Vec<artel_domain::ApprovalRule>,
    pub(crate) approval_timeout: Option<Duration>,
    pub(crate) cancel_runs_of_revoked_keys: bool,
    pub(crate) shutdown_grace: Duration,
    /// Connections to all ports together; a share of the limit of open files when absent.
    pub(crate) max_connections: Option<usize>,
    pub(crate) max_connections_per_address: Option<usize>,
    pub(crate) auth: AuthSettings,
    pub(crate) codelab: CodelabSettings,
    pub(crate) log_json: bool,
    pub(crate) log_level: String,
    /// Variables of the environment that look like misspelt settings, each with what is probably meant.
    pub(crate) near_misses: Vec<String>,
    /// Every setting there is: none of them is ever given to a tool as its secret.
    pub(crate) names: Vec<String>,
}

impl Config {
    /// Reads and checks everything.
    pub(crate) fn load() -> Result<Self, Invalid> {
        let mut settings = Settings::load()?;
        let config = Self::read(&mut settings)?;
        match settings.unknown_in_file().first() {
            Some(unknown) => Err(invalid(unknown, settings.why_unknown(unknown), "")),
            None => Ok(config),
        }
    }

    pub(crate) fn read(s: &mut Settings) -> Result<Self, Invalid> {
        let data_dir = PathBuf::from(s.text("ARTEL_DATA_DIR", "./artel-data", "a directory", "/var/lib/artel")?);
        let environment =
            s.one_of("ENVIRONMENT", &["production", "dev", "development", "staging", "test"], "production")?;
        let dev = matches!(environment.as_str(), "dev" | "development");
        s.one_of("JWT_ALGORITHM", &["HS256"], "HS256")?;
        let config = Self {
            public_addr: s.parse(
                "ARTEL_PUBLIC_ADDR",
                // What development makes easy is for this machine.
                if dev { "127.0.0.1:8000" } else { "0.0.0.0:8000" },
                "an address and a port (port 0 picks a free one)",
                "127.0.0.1:8000",
            )?,
            llm_proxy_addr: s.parse(
                "ARTEL_LLM_PROXY_ADDR",
                "127.0.0.1:8002",
                "an address and a port (port 0 picks a free one)",
                "127.0.0.1:8002",
            )?,
            llm_proxy_public: s.flag("LLM_PROXY_PUBLIC", false)?,
            metrics_addr: values::metrics_addr(s)?,
            internal_api_key: values::internal_key(s, dev)?,
            database: values::database(s, &data_dir)?,
            redis_url: values::redis(s)?,
            db_pool_size: s.number("DB_POOL_SIZE", 20, 1..=1000)?,
            db_max_overflow: s.number("DB_MAX_OVERFLOW", 30, 0..=1000)?,
            db_pool_timeout: Duration::from_secs(s.number("DB_POOL_TIMEOUT_SECONDS", 30, 1..=3600)?),
            db_pool_recycle: Duration::from_secs(s.number("DB_POOL_RECYCLE_SECONDS", 1800, 1..=86_400 * 30)?),
            jwt_secret: secrets::secret(s, "JWT_SECRET", 32, dev)?,
            jwt_audience: s.text("JWT_AUDIENCE", "agent-platform", "a name", "agent-platform")?,
            jwt_issuer: s.text("JWT_ISSUER", "agent-platform", "a name", "agent-platform")?,
            api_key_pepper: secrets::secret(s, "API_KEY_PEPPER", 16, dev)?,
            master_key: s.secret("ARTEL_MASTER_KEY", 32)?,
            other_master_key: s.secret("ARTEL_MASTER_KEY_OTHER", 32)?,
            allow_test_tokens: s.flag("ALLOW_TEST_TOKENS", false)? || dev,
            trusted_hosts: TrustedHosts::new(&s.list(
                "TRUSTED_HOSTS",
                "host names, separated by commas",
                "artel.test",
            )?),
            cors_origins: s.list(
                "CORS_ALLOWED_ORIGINS",
                "origins (https://host or https://host:port, without a path; no *), separated by commas",
                "https://app.example.com",
            )?,
            auth_api_keys: values::static_keys(s, dev)?,
            rate_limit_default: s.parse(
                "RATE_LIMIT_DEFAULT",
                "100/minute",
                "a rate N/second, N/minute, N/hour or N/day",
                "100/minute",
            )?,
            rate_limit_runs: s.parse(
                "RATE_LIMIT_RUNS",
                "20/minute",
                "a rate N/second, N/minute, N/hour or N/day",
                "20/minute",
            )?,
            rate_limit_hooks: s.parse(
                "RATE_LIMIT_HOOKS",
                "100/second",
                "a rate N/second, N/minute, N/hour or N/day",
                "100/second",
            )?,
            shares: shares::shares(s)?,
            trusted_proxies: values::networks(s)?,
            default_model: s.text(
                "PYDANTICAI_DEFAULT_MODEL",
                "openai:gpt-4o-mini",
                "a model as provider:model",
                "openai:gpt-4o-mini",
            )?,
            openai_api_key: s.secret("OPENAI_API_KEY", 1)?,
            openai_base_url: values::base_url(s, "OPENAI_BASE_URL", "https://api.openai.com/v1")?,
            anthropic_api_key: s.secret("ANTHROPIC_API_KEY", 1)?,
            anthropic_base_url: values::base_url(s, "ANTHROPIC_BASE_URL", "https://api.anthropic.com")?,
            ollama_api_key: s.secret("OLLAMA_API_KEY", 1)?,
            ollama_base_url: values::ollama_url(s)?,
            llm_providers: s.json_secret(
                "LLM_PROVIDERS",
                r#"{"local": {"base_url": "http://127.0.0.1:8080/v1", "model": "qwen"}}"#,
            )?,
            llm_default_provider: s.given("LLM_DEFAULT_PROVIDER"),
            llm_catalog: values::catalog(s)?,
            llm: llm::llm(s)?,
            otlp: llm::otlp(s)?,
            tool_default_timeout_ms: s.number("TOOL_DEFAULT_TIMEOUT_MS", 15_000, 1..=3_600_000)?,
            tool_max_timeout_ms: s.number("TOOL_MAX_TIMEOUT_MS", 60_000, 1..=3_600_000)?,
            tool_retry_attempts: s.number("TOOL_RETRY_ATTEMPTS", 2, 0..=20)?,
            tool_allow_private_hosts: s.list(
                "TOOL_ALLOW_PRIVATE_HOSTS",
                "host names or host:port, separated by commas",
                "tool-mock,10.0.0.5:9000",
            )?,
            toolkit: toolkit::toolkit(s)?,
            sse_keepalive: Duration::from_secs(s.number("SSE_KEEPALIVE_SECONDS", 15, 1..=3600)?),
            lease: Duration::from_secs(s.number("LEASE_SECONDS", 10, 1..=600)?),
            event_retention: Duration::from_secs(s.number("EVENT_RETENTION_SECONDS", 86_400, 1..=86_400 * 365)?),
            llm_calls_retention: values::retention(s, "LLM_CALLS_RETENTION_DAYS", 90)?,
            inbound_events_retention: values::retention(s, "EVENTS_RETENTION_DAYS", 30)?,
            max_context_tokens: s.number("MAX_CONTEXT_TOKENS", 8000, 256..=10_000_000)?,
            max_context_messages: s.number("MAX_CONTEXT_MESSAGES", 50, 2..=100_000)?,
            max_steps: s.number("MAX_STEPS", 50, 1..=10_000)?,
            max_calls_per_step: s.number("MAX_TOOL_CALLS_PER_STEP", 128, 1..=10_000)?,
            max_repeats: s.number("MAX_REPEATS", 3, 0..=10_000)?,
            worker_max_runs: s.number("WORKER_MAX_RUNS", 256, 1..=100_000)?,
            budget: budget::caps(s)?,
            approval_rules: approval::rules(s)?,
            approval_timeout: approval::timeout(s)?,
            cancel_runs_of_revoked_keys: s.flag("CANCEL_RUNS_OF_REVOKED_KEYS", true)?,
            shutdown_grace: Duration::from_secs(s.number("SHUTDOWN_GRACE_SECONDS", 30, 0..=3600)?),
            max_connections: s.number_if_given("MAX_CONNECTIONS", 16..=1_000_000, 10_000)?,
            max_connections_per_address: s.number_if_given("MAX_CONNECTIONS_PER_ADDRESS", 1..=1_000_000, 1_000)?,
            auth: auth::auth(s, &environment)?,
            codelab: codelab::codelab(s, dev)?,
            log_json: s.one_of("LOG_FORMAT", &["json", "pretty"], if dev { "pretty" } else { "json" })? == "json",
            log_level: values::log_level(s)?,
            near_misses: s.near_misses(),
            names: s.effective().iter().map(|setting| setting.name.to_owned()).collect(),
            data_dir,
        };
        values::check_timeouts(&config)?;
        Ok(config)
    }
}

#[cfg(test)]
mod tests;
