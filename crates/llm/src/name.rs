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
/// The provider names of the operator's own endpoints begin with this.
pub(crate) const CUSTOM: &str = "custom:";

/// The internal provider for a call through an LLM proxy of this product. Users cannot name it.
pub(crate) const PROXY: &str = "proxy";

/// A full model name: which provider, and what that provider calls the model.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ModelName {
    provider: String,
    model: String,
}

impl ModelName {
    /// Joins a provider's name and a model's name. Neither is checked.
    pub fn new(provider: impl Into<String>, model: impl Into<String>) -> Self {
        Self { provider: provider.into(), model: model.into() }
    }

    /// `openai`, `anthropic`, `ollama`, `demo` or `custom:<name>`.
    pub fn provider(&self) -> &str {
        &self.provider
    }

    /// The model's name as the provider knows it; may itself contain colons.
    pub fn model(&self) -> &str {
        &self.model
    }
}

impl fmt::Display for ModelName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.provider, self.model)
    }
}

/// Reads the full form. Short forms need the configuration: [`crate::Models::check`].
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

/// Why a model name cannot be used. The text names valid choices.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UnknownModel {
    #[error("`{0}` is not a model name; write `provider:model`, for example `openai:gpt-4o-mini` or `demo:echo`")]
    Malformed(String),
    #[error("unknown model provider `{provider}`; known providers: {}", .known.join(", "))]
    Provider { provider: String, known: Vec<String> },
    #[error("`demo:{variant}` does not exist; the demo models are {known}")]
    Demo { variant: String, known: String },
}
