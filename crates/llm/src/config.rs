//! What the operator says about model providers.

use std::collections::BTreeMap;
use std::time::Duration;

use secrecy::SecretString;
use serde::Deserialize;

/// Everything [`crate::Models`] needs to know.
#[derive(Debug, Clone)]
pub struct Config {
    /// `openai:`
    pub openai: Endpoint,
    /// `custom:<name>`
    pub custom: BTreeMap<String, CustomProvider>,
    /// The provider of names without prefix that are not OpenAI's: `openai`, `demo` or `custom:<name>`.
    pub default_provider: Option<String>,
    pub timeouts: Timeouts,
    /// Attempts after the first one.
    pub retries: u32,
    /// Answers longer than this many bytes on the wire are refused.
    pub max_answer_bytes: usize,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            openai: Endpoint::default(),
            custom: BTreeMap::new(),
            default_provider: None,
            timeouts: Timeouts::default(),
            retries: 2,
            max_answer_bytes: 16 * 1024 * 1024,
        }
    }
}

/// Where OpenAI is, and the key for it.
#[derive(Debug, Clone, Default)]
pub struct Endpoint {
    /// Ends before `/chat/completions`; OpenAI's own when absent.
    pub base_url: Option<String>,
    /// Servers at a base URL of one's own may need none.
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
}

/// How long to wait for what.
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
    #[error("the HTTP client for model providers cannot be built")]
    Client(#[source] reqwest::Error),
}
