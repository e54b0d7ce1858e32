//! The operator's configuration of model providers.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use secrecy::SecretString;
use serde::Deserialize;

use crate::Catalog;

/// The configuration of [`crate::Models`].
#[derive(Debug, Clone)]
pub struct Config {
    /// `openai:`
    pub openai: Endpoint,
    /// `anthropic:`
    pub anthropic: Endpoint,
    /// `ollama:`; there is none without a base URL.
    pub ollama: Endpoint,
    /// `custom:<name>`
    pub custom: BTreeMap<String, CustomProvider>,
    /// The table of models.
    pub catalog: Arc<Catalog>,
    /// The provider of names without prefix that are not in the table: `openai`, `anthropic`, `ollama`, `demo` or
    /// `custom:<name>`.
    pub default_provider: Option<String>,
    /// The time limits of all providers that have none of their own.
    pub timeouts: Timeouts,
    /// Attempts after the first one.
    pub retries: u32,
    /// Answers longer than this many bytes on the wire are refused.
    pub max_answer_bytes: usize,
    /// Calls that one provider may have under way; the others wait.
    pub max_concurrency: usize,
    /// The limits of the circuit breakers.
    pub breaker: BreakerLimits,
    /// Limits of single providers, by their names.
    pub limits: BTreeMap<String, ProviderLimits>,
    /// What happens when a model fails, by its name; and names of the operator's choice.
    pub routes: BTreeMap<String, RouteConfig>,
    /// An LLM proxy of this product, in another process, that makes every call except those to `demo:`.
    pub proxy: Option<ProxyEndpoint>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            openai: Endpoint::default(),
            anthropic: Endpoint::default(),
            ollama: Endpoint::default(),
            catalog: Arc::default(),
            custom: BTreeMap::new(),
            default_provider: None,
            timeouts: Timeouts::default(),
            retries: 2,
            max_answer_bytes: 16 * 1024 * 1024,
            max_concurrency: 4096,
            breaker: BreakerLimits::default(),
            limits: BTreeMap::new(),
            routes: BTreeMap::new(),
            proxy: None,
        }
    }
}

/// The address of a provider, and the key for it.
#[derive(Debug, Clone, Default)]
pub struct Endpoint {
    /// The base URL, without the path of the protocol (`/chat/completions`, `/v1/messages`, `/api/chat`). Absent: the
    /// provider's own.
    pub base_url: Option<String>,
    /// Absent: servers at the operator's own base URL may need no key.
    pub api_key: Option<SecretString>,
}

/// A provider that is configured as data: any server that speaks a known protocol.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CustomProvider {
    /// The wire protocol that the server speaks.
    #[serde(default)]
    pub protocol: Protocol,
    /// The base URL, without the path of the protocol.
    pub base_url: String,
    /// The key; absent when the server needs none.
    #[serde(default)]
    pub api_key: Option<SecretString>,
    /// The model of a bare `custom:<name>`. Absent: the name of the provider.
    #[serde(default)]
    pub model: Option<String>,
}

/// A wire protocol.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Protocol {
    /// Chat Completions: OpenAI, vLLM, llama.cpp, LM Studio, OpenRouter and many more.
    #[default]
    OpenAi,
    /// Messages: Anthropic, and servers that speak its protocol.
    Anthropic,
    /// Ollama's own `/api/chat`.
    Ollama,
}

/// The time limits of a call.
#[derive(Debug, Clone, Copy)]
pub struct Timeouts {
    /// Name resolution, TCP and the TLS handshake together.
    pub connect: Duration,
    /// From sending the request to the first byte of the answer. A slow machine needs this time to read a long prompt.
    pub first_byte: Duration,
    /// The longest time between two chunks of an answer.
    pub between_chunks: Duration,
    /// The whole call with all its attempts.
    pub total: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            first_byte: Duration::from_mins(3),
            between_chunks: Duration::from_mins(1),
            total: Duration::from_mins(10),
        }
    }
}

/// When the circuit breaker of a failing model opens, and for how long.
#[derive(Debug, Clone, Copy)]
pub struct BreakerLimits {
    /// Consecutive failures; 0 switches the breaker off.
    pub in_a_row: u32,
    /// The percentage of failed calls in a window that opens it too, once the window holds the minimum of calls.
    pub percent: u32,
    /// The minimum of calls in a window before `percent` counts.
    pub least_calls: u32,
    /// The length of a window.
    pub window: Duration,
    /// How long no call is made. After it one call probes.
    pub open_for: Duration,
}

impl Default for BreakerLimits {
    fn default() -> Self {
        Self {
            in_a_row: 5,
            percent: 50,
            least_calls: 20,
            window: Duration::from_mins(1),
            open_for: Duration::from_secs(30),
        }
    }
}

/// Limits of one provider that differ from the common ones. Times are in seconds and may have a fraction.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProviderLimits {
    /// See [`Timeouts::connect`].
    #[serde(default, deserialize_with = "seconds")]
    pub connect: Option<Duration>,
    /// See [`Timeouts::first_byte`].
    #[serde(default, deserialize_with = "seconds")]
    pub first_byte: Option<Duration>,
    /// See [`Timeouts::between_chunks`].
    #[serde(default, deserialize_with = "seconds")]
    pub between_chunks: Option<Duration>,
    /// See [`Timeouts::total`].
    #[serde(default, deserialize_with = "seconds")]
    pub total: Option<Duration>,
    /// See [`Config::max_concurrency`].
    #[serde(default)]
    pub max_concurrency: Option<usize>,
}

/// The longest time limit. A longer one could overflow when it is added to a clock.
const LONGEST_TIME: Duration = Duration::from_hours(365 * 24);

fn seconds<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Option<Duration>, D::Error> {
    let Some(seconds) = Option::<f64>::deserialize(from)? else { return Ok(None) };
    let usable = Duration::try_from_secs_f64(seconds).ok().filter(|time| !time.is_zero() && *time <= LONGEST_TIME);
    usable.map(Some).ok_or_else(|| serde::de::Error::custom("a time is a number of seconds above 0, a year at most"))
}

impl Timeouts {
    /// These limits with the provider's own ones in place of the common ones.
    pub(crate) fn with(self, own: ProviderLimits) -> Self {
        Self {
            connect: own.connect.unwrap_or(self.connect),
            first_byte: own.first_byte.unwrap_or(self.first_byte),
            between_chunks: own.between_chunks.unwrap_or(self.between_chunks),
            total: own.total.unwrap_or(self.total),
        }
    }
}

/// What happens when a model fails. The key of the map is a model's name, or with `model` a name that the operator
/// chose.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RouteConfig {
    /// The model that the name stands for.
    #[serde(default)]
    pub model: Option<String>,
    /// The models to call in this order when the model cannot answer. Their own routes are not followed.
    #[serde(default)]
    pub fallbacks: Vec<String>,
    /// Attempts after the first one, for this model.
    #[serde(default)]
    pub retries: Option<u32>,
}

/// The address of an LLM proxy of this product.
#[derive(Debug, Clone)]
pub struct ProxyEndpoint {
    /// The base URL, without `/v1/chat/completions`.
    pub url: String,
    /// The value of the header `x-internal-auth`.
    pub internal_key: Option<SecretString>,
}

/// A configuration that cannot work.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// A base URL that cannot be used.
    #[error("the base URL of model provider `{provider}` is not usable: {reason}")]
    BaseUrl { provider: String, reason: String },
    /// A custom provider whose name has illegal characters.
    #[error("`{0}` is not a name for a custom model provider; use letters, digits, `-`, `_` and `.`")]
    Name(String),
    /// A key with characters that a header cannot hold. It names the provider.
    #[error("the key of model provider `{0}` holds characters that no HTTP header may hold")]
    Key(String),
    /// [`Config::default_provider`] is not a provider.
    #[error("the default model provider `{0}` does not exist")]
    DefaultProvider(String),
    /// A route that cannot work.
    #[error("the route `{name}` cannot be used: {reason}")]
    Route { name: String, reason: String },
    /// Limits for a provider that is not configured.
    #[error("limits are given for `{0}`, which is no model provider here")]
    Limits(String),
    /// The TLS library cannot be configured.
    #[error("the HTTP client for model providers cannot be built")]
    Client(#[source] rustls::Error),
}

#[cfg(test)]
mod tests {
    use super::*;

    fn total(seconds: &str) -> Result<Option<Duration>, serde_json::Error> {
        serde_json::from_str(&format!(r#"{{ "total": {seconds} }}"#)).map(|limits: ProviderLimits| limits.total)
    }

    #[test]
    fn a_time_of_a_provider_can_be_added_to_a_clock() {
        assert_eq!(total("0.5").unwrap(), Some(Duration::from_millis(500)));
        assert_eq!(total("31536000").unwrap(), Some(LONGEST_TIME));
        assert_eq!(total("null").unwrap(), None);
        for wrong in ["0", "-1", "31536001", "1e300", "\"10\""] {
            assert!(total(wrong).is_err(), "{wrong}");
        }
    }
}
