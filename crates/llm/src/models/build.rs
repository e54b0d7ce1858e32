//! Builds the providers of a configuration.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use http::Uri;
use secrecy::{ExposeSecret, SecretString};
use url::Url;

use crate::anthropic::Anthropic;
use crate::breaker::Breakers;
use crate::client::HttpClient;
use crate::dialect::Dialect;
use crate::name::{ANTHROPIC, CUSTOM, OLLAMA, OPENAI, PROXY};
use crate::ollama::Ollama;
use crate::openai::OpenAi;
use crate::upstream::{LastOutcomes, Slots, Upstream};
use crate::{BreakerLimits, Config, ConfigError, Endpoint, Protocol, ProviderLimits};

const OPENAI_BASE_URL: &str = "https://api.openai.com/v1";
const ANTHROPIC_BASE_URL: &str = "https://api.anthropic.com";

type Upstreams = BTreeMap<String, Arc<Upstream>>;
type BareNames = BTreeMap<String, String>;

/// All providers by name, and the models that a bare `custom:<name>` means.
pub(super) fn upstreams(config: &Config) -> Result<(Upstreams, BareNames), ConfigError> {
    let mut builder = Builder { config, clients: BTreeMap::new(), upstreams: BTreeMap::new() };
    let mut bare_names = BTreeMap::new();
    builder.add(plan(OPENAI, Protocol::OpenAi, OPENAI_BASE_URL, &config.openai))?;
    builder.add(plan(ANTHROPIC, Protocol::Anthropic, ANTHROPIC_BASE_URL, &config.anthropic))?;
    // Ollama has no default address, because it runs on the operator's own machine.
    if let Some(base_url) = &config.ollama.base_url {
        builder.add(plan(OLLAMA, Protocol::Ollama, base_url, &config.ollama))?;
    }
    for (name, custom) in &config.custom {
        check_custom_name(name)?;
        let provider = format!("{CUSTOM}{name}");
        bare_names.insert(provider.clone(), custom.model.clone().unwrap_or_else(|| name.clone()));
        let (base_url, key) = (custom.base_url.clone(), custom.api_key.clone());
        builder.add(Plan { provider, protocol: custom.protocol, base_url, key, needs_key: false })?;
    }
    match config.limits.keys().find(|provider| !builder.upstreams.contains_key(*provider)) {
        Some(unknown) => Err(ConfigError::Limits(unknown.clone())),
        None => Ok((builder.upstreams, bare_names)),
    }
}

/// The LLM proxy that makes the calls, if there is one. It has circuit breakers and limits of its own.
pub(super) fn proxy(config: &Config) -> Result<Option<Upstream>, ConfigError> {
    let Some(proxy) = &config.proxy else { return Ok(None) };
    let base_url = format!("{}/v1", proxy.url.trim().trim_end_matches('/'));
    let key = proxy.internal_key.clone();
    let plan = Plan { provider: PROXY.to_owned(), protocol: Protocol::OpenAi, base_url, key, needs_key: false };
    let limits = ProviderLimits { max_concurrency: Some(usize::MAX), ..ProviderLimits::default() };
    let breaker = BreakerLimits { in_a_row: 0, ..config.breaker };
    let http = HttpClient::new(config.timeouts.connect).map_err(ConfigError::Client)?;
    Ok(Some(Upstream { is_proxy: true, ..plan.build(config, limits, breaker, http)? }))
}

/// A built-in provider. At its default address it needs a key; at an address of the operator it may need none.
fn plan(provider: &str, protocol: Protocol, own_url: &str, endpoint: &Endpoint) -> Plan {
    Plan {
        provider: provider.to_owned(),
        protocol,
        base_url: endpoint.base_url.clone().unwrap_or_else(|| own_url.to_owned()),
        key: endpoint.api_key.clone(),
        needs_key: endpoint.base_url.is_none(),
    }
}

struct Plan {
    provider: String,
    protocol: Protocol,
    base_url: String,
    key: Option<SecretString>,
    needs_key: bool,
}

struct Builder<'a> {
    config: &'a Config,
    /// One client for each connect timeout. Each client has its own connections and certificates.
    clients: BTreeMap<Duration, HttpClient>,
    upstreams: Upstreams,
}

impl Builder<'_> {
    fn add(&mut self, plan: Plan) -> Result<(), ConfigError> {
        let limits = self.config.limits.get(&plan.provider).copied().unwrap_or_default();
        let connect = self.config.timeouts.with(limits).connect;
        let http = match self.clients.get(&connect) {
            Some(http) => http.clone(),
            None => {
                self.clients.entry(connect).or_insert(HttpClient::new(connect).map_err(ConfigError::Client)?).clone()
            }
        };
        let name = plan.provider.clone();
        self.upstreams.insert(name, Arc::new(plan.build(self.config, limits, self.config.breaker, http)?));
        Ok(())
    }
}

impl Plan {
    fn build(
        self,
        config: &Config,
        limits: ProviderLimits,
        breaker: BreakerLimits,
        http: HttpClient,
    ) -> Result<Upstream, ConfigError> {
        let dialect: Arc<dyn Dialect> = match self.protocol {
            Protocol::OpenAi => Arc::new(OpenAi { is_official: self.provider == OPENAI && self.needs_key }),
            Protocol::Anthropic => Arc::new(Anthropic::new(config.catalog.clone())),
            Protocol::Ollama => Arc::new(Ollama::new(config.catalog.clone())),
        };
        let key = self.key.filter(|key| !key.expose_secret().trim().is_empty());
        if dialect.headers(key.as_ref().map(ExposeSecret::expose_secret)).is_none() {
            return Err(ConfigError::Key(self.provider));
        }
        let unusable =
            |reason: &str| ConfigError::BaseUrl { provider: self.provider.clone(), reason: reason.to_owned() };
        Ok(Upstream {
            url: endpoint(&self.base_url, dialect.path()).map_err(unusable)?,
            embeddings_url: dialect
                .embeddings()
                .map(|vectors| endpoint(&self.base_url, vectors.path()))
                .transpose()
                .map_err(unusable)?,
            protocol: self.protocol,
            name: self.provider,
            dialect,
            key,
            needs_key: self.needs_key,
            http,
            timeouts: config.timeouts.with(limits),
            slots: Slots::new(limits.max_concurrency.unwrap_or(config.max_concurrency)),
            breakers: Breakers::new(breaker),
            last_outcomes: LastOutcomes::default(),
            is_proxy: false,
        })
    }
}

/// The base URL with the dialect's path. A query (`?api-version=…`) is kept.
pub(super) fn endpoint(base_url: &str, path: &[&str]) -> Result<Uri, &'static str> {
    let mut url = Url::parse(base_url.trim()).map_err(|_| "it is not a URL")?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err("it must begin with http:// or https://");
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("it holds a user name or password; give the key as the API key");
    }
    // Where the path begins with the version, operators write the base URL with the version or without it.
    let is_versioned = url.path().trim_end_matches('/').ends_with("/v1");
    let path = path.strip_prefix(&["v1"]).filter(|_| is_versioned).unwrap_or(path);
    let mut segments = url.path_segments_mut().map_err(|()| "it has no path")?;
    segments.pop_if_empty().extend(path);
    drop(segments);
    Uri::try_from(url.as_str()).map_err(|_| "it is not a URL that can be asked")
}

fn check_custom_name(name: &str) -> Result<(), ConfigError> {
    let allowed = |character: char| character.is_ascii_alphanumeric() || "-_.".contains(character);
    if !name.is_empty() && name.chars().all(allowed) { Ok(()) } else { Err(ConfigError::Name(name.to_owned())) }
}
