use serde::{Deserialize, Serialize};

/// The wire protocols that the mock speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Protocol {
    /// `POST …/chat/completions`
    OpenAi,
    /// `POST …/messages`
    Anthropic,
    /// `POST …/api/chat`
    Ollama,
}

impl Protocol {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::OpenAi, Self::Anthropic, Self::Ollama];
}

/// The purpose of a request.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Endpoint {
    /// An answer of a model.
    #[default]
    Chat,
    /// The list of models.
    Models,
    /// Vectors.
    Embeddings,
    /// Anthropic's `…/messages/count_tokens`.
    CountTokens,
}

/// The protocol and endpoint of a request. Everything before the known end of a path belongs to the operator's base
/// URL, so one mock can stand for several providers.
pub(crate) fn endpoint(method: &str, path: &str, is_anthropic: bool) -> Option<(Protocol, Endpoint)> {
    let listing = if is_anthropic { Protocol::Anthropic } else { Protocol::OpenAi };
    let known: [(&str, &str, Protocol, Endpoint); 8] = [
        ("POST", "/chat/completions", Protocol::OpenAi, Endpoint::Chat),
        ("POST", "/messages", Protocol::Anthropic, Endpoint::Chat),
        ("POST", "/messages/count_tokens", Protocol::Anthropic, Endpoint::CountTokens),
        ("POST", "/api/chat", Protocol::Ollama, Endpoint::Chat),
        ("GET", "/api/tags", Protocol::Ollama, Endpoint::Models),
        ("POST", "/api/embed", Protocol::Ollama, Endpoint::Embeddings),
        ("GET", "/models", listing, Endpoint::Models),
        ("POST", "/embeddings", Protocol::OpenAi, Endpoint::Embeddings),
    ];
    let found = known.into_iter().find(|(verb, end, ..)| *verb == method && path.ends_with(end))?;
    Some((found.2, found.3))
}
