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
    pub timeouts: Timeouts,
    /// Attempts after the first one.
    pub retries: u32,
    /// Answers longer than this many bytes on the wire are refused.
    pub max_answer_bytes: usize,
    /// Calls that one provider may have under way; the others wait.
    pub max_concurrency: usize,
    pub breaker: BreakerLimits,
    /// Limits of single providers, by their names.
    pub limits: BTreeMap<String, ProviderLimits>,
    /// What happens when a model fails, by its name; and names of the operator's choice.
    pub routes: BTreeMap<String, RouteConfig>,
    /// Another process that makes every call for this one, except those to `demo:`.
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

/// Where a provider is, and the key for it.
#[derive(Debug, Clone, Default)]
pub struct Endpoint {
    /// Ends before the path of the protocol (`/chat/completions`, `/v1/messages`, `/api/chat`); the provider's own
    /// when absent.
    pub base_url: Option<String>,
    /// Servers at the operator's own base URL may need none.
    pub api_key: Option<SecretString>,
}

/// A provider given as data: any server that speaks a protocol we know.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CustomProvider {
    #[serde(default)]
    pub protocol: Protocol,
    pub base_url: String,
    #[serde(default)]
    pub api_key: Option<SecretString>,
    /// The model meant by a bare `custom:<name>`; the provider's own name when absent.
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
    /// Messages: Anthropic, and those who speak its protocol.
    Anthropic,
    /// Ollama's own `/api/chat`.
    Ollama,
}

/// The time limits of a call.
#[derive(Debug, Clone, Copy)]
pub struct Timeouts {
    pub connect: Duration,
    /// From sending the request to the first byte of the answer: a slow machine reads a long prompt in this time.
    pub first_byte: Duration,
    /// Silence in the middle of an answer.
    pub between_chunks: Duration,
    /// The whole call with all its retries.
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

/// When a model that keeps failing is not asked.
#[derive(Debug, Clone, Copy)]
pub struct BreakerLimits {
    /// Failures one after the other; 0 switches the breaker off.
    pub in_a_row: u32,
    /// Or this share of the calls of a window, once it holds so many.
    pub percent: u32,
    pub least_calls: u32,
    pub window: Duration,
    /// The time without calls. After it one call probes.
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

/// What differs for one provider; times are in seconds and may have a fraction.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProviderLimits {
    #[serde(default, deserialize_with = "seconds")]
    pub connect: Option<Duration>,
    #[serde(default, deserialize_with = "seconds")]
    pub first_byte: Option<Duration>,
    #[serde(default, deserialize_with = "seconds")]
    pub between_chunks: Option<Duration>,
    #[serde(default, deserialize_with = "seconds")]
    pub total: Option<Duration>,
    #[serde(default)]
    pub max_concurrency: Option<usize>,
}

/// Longer ones could not be added to a clock.
const LONGEST_TIME: Duration = Duration::from_hours(365 * 24);

fn seconds<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Option<Duration>, D::Error> {
    let Some(seconds) = Option::<f64>::deserialize(from)? else { return Ok(None) };
    let usable = Duration::try_from_secs_f64(seconds).ok().filter(|time| !time.is_zero() && *time <= LONGEST_TIME);
    usable.map(Some).ok_or_else(|| serde::de::Error::custom("a time is a number of seconds above 0, a year at most"))
}

impl Timeouts {
    /// These, except for what the provider has of its own.
    pub(crate) fn with(self, own: ProviderLimits) -> Self {
        Self {
            connect: own.connect.unwrap_or(self.connect),
            first_byte: own.first_byte.unwrap_or(self.first_byte),
            between_chunks: own.between_chunks.unwrap_or(self.between_chunks),
            total: own.total.unwrap_or(self.total),
        }
    }
}

/// What happens when a model fails. Its key is a model's name, or with `model` a name of the operator's choice.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RouteConfig {
    /// The model that the name stands for.
    #[serde(default)]
    pub model: Option<String>,
    /// Asked in this order when the model cannot answer. Their own routes are not followed.
    #[serde(default)]
    pub fallbacks: Vec<String>,
    /// Attempts after the first one, for this model.
    #[serde(default)]
    pub retries: Option<u32>,
}

/// An LLM proxy of this product.
#[derive(Debug, Clone)]
pub struct ProxyEndpoint {
    /// Ends before `/v1/chat/completions`.
    pub url: String,
    /// For the header `x-internal-auth`.
    pub internal_key: Option<SecretString>,
}

/// A configuration that cannot work.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("the base URL of model provider `{provider}` is not usable: {reason}")]
    BaseUrl { provider: String, reason: String },
    #[error("`{0}` is not a name for a custom model provider; use letters, digits, `-`, `_` and `.`")]
    Name(String),
    #[error("the key of model provider `{0}` holds characters that no HTTP header may hold")]
    Key(String),
    #[error("the default model provider `{0}` does not exist")]
    DefaultProvider(String),
    #[error("the route `{name}` cannot be used: {reason}")]
    Route { name: String, reason: String },
    #[error("limits are given for `{0}`, which is no model provider here")]
    Limits(String),
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
