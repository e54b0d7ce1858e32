//! Model names: `provider:model`.

use std::fmt;
use std::str::FromStr;

/// The provider of OpenAI's models.
pub(crate) const OPENAI: &str = "openai";
/// The provider of Anthropic's models.
pub(crate) const ANTHROPIC: &str = "anthropic";
/// The provider for the operator's Ollama server.
pub(crate) const OLLAMA: &str = "ollama";
/// The provider of the built-in models.
pub(crate) const DEMO: &str = "demo";
/// The provider names of the operator's own endpoints begin with this prefix.
pub(crate) const CUSTOM: &str = "custom:";

/// The internal provider of a call through an LLM proxy of this product. Users cannot write this name.
pub(crate) const PROXY: &str = "proxy";

/// A full model name: the provider, and the provider's own name for the model.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ModelName {
    provider: String,
    model: String,
}

impl ModelName {
    /// Joins the name of a provider and the name of a model. Neither is checked.
    pub fn new(provider: impl Into<String>, model: impl Into<String>) -> Self {
        Self { provider: provider.into(), model: model.into() }
    }

    /// `openai`, `anthropic`, `ollama`, `demo` or `custom:<name>`.
    pub fn provider(&self) -> &str {
        &self.provider
    }

    /// The provider whose members an answer holds. Behind an LLM proxy of this product it is the one that was asked
    /// for.
    pub fn origin(&self) -> String {
        let asked_for = (self.provider == PROXY).then(|| self.model.parse::<Self>().ok()).flatten();
        asked_for.map_or_else(|| self.provider.clone(), |behind| behind.provider)
    }

    /// The provider's own name for the model. It may contain colons.
    pub fn model(&self) -> &str {
        &self.model
    }
}

impl fmt::Display for ModelName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.provider, self.model)
    }
}

/// Reads the full form. Short forms need the configuration, see [`crate::Models::check`].
impl FromStr for ModelName {
    type Err = UnknownModel;

    fn from_str(text: &str) -> Result<Self, UnknownModel> {
        let malformed = || UnknownModel::Malformed(text.to_owned());
        let (prefix, rest) = match text.strip_prefix(CUSTOM) {
            Some(rest) => (CUSTOM, rest),
            None => ("", text),
        };
        let (provider, model) = rest.split_once(':').ok_or_else(malformed)?;
        if provider.trim().is_empty() || model.trim().is_empty() {
            return Err(malformed());
        }
        Ok(Self::new(format!("{prefix}{}", provider.trim()), model.trim()))
    }
}

/// Why a model name cannot be used. The text lists valid choices.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UnknownModel {
    /// The text is not a model name.
    #[error("`{0}` is not a model name; write `provider:model`, for example `openai:gpt-4o-mini` or `demo:echo`")]
    Malformed(String),
    /// The provider is not configured. `known` lists the providers that are.
    #[error("unknown model provider `{provider}`; known providers: {}", .known.join(", "))]
    Provider { provider: String, known: Vec<String> },
    /// The demo has no such variant. `known` lists its variants.
    #[error("`demo:{variant}` does not exist; the demo models are {known}")]
    Demo { variant: String, known: String },
}
