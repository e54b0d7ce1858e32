//! Why a model did not answer, by what a caller does about it.

use std::time::Duration;

/// A model call that failed after all retries. The texts are for people and never hold a key or an address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ModelError {
    /// The provider is down, unreachable or overloaded.
    #[error("the model provider is not available: {0}")]
    Unavailable(String),
    #[error("the model provider limits the rate: {message}{}", retry_hint(*.retry_after))]
    RateLimited { message: String, retry_after: Option<Duration> },
    /// The provider will refuse the same request again: wrong key, unknown model, bad parameter, exhausted quota, too long a context.
    #[error("the model provider refused the request: {0}")]
    Rejected(String),
    /// The request cannot be written in the provider's protocol, or makes no sense: found before anything was sent.
    #[error("the request cannot be put to the model: {0}")]
    BadRequest(String),
    /// More than the provider takes in one request (an image, the body), whoever of us found it.
    #[error("the request is too large for the model provider: {0}")]
    TooLarge(String),
    #[error("the model did not answer in time: {0}")]
    Timeout(String),
    /// What came back is not the protocol.
    #[error("the model provider's answer cannot be read: {0}")]
    Protocol(String),
    #[error("the model provider is not configured: {0}")]
    NotConfigured(String),
}

impl ModelError {
    /// A stable word for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unavailable(_) => "model_unavailable",
            Self::RateLimited { .. } => "model_rate_limited",
            Self::Rejected(_) => "model_rejected",
            Self::BadRequest(_) => "model_bad_request",
            Self::TooLarge(_) => "model_request_too_large",
            Self::Timeout(_) => "model_timeout",
            Self::Protocol(_) => "model_protocol_error",
            Self::NotConfigured(_) => "model_not_configured",
        }
    }

    /// Whether the same request may succeed a little later.
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::Unavailable(_) | Self::RateLimited { .. })
    }

    /// The same error with its text rewritten.
    pub(crate) fn map_message(mut self, rewrite: impl FnOnce(&str) -> String) -> Self {
        let message = match &mut self {
            Self::RateLimited { message, .. }
            | Self::Unavailable(message)
            | Self::Rejected(message)
            | Self::BadRequest(message)
            | Self::TooLarge(message)
            | Self::Timeout(message)
            | Self::Protocol(message)
            | Self::NotConfigured(message) => message,
        };
        *message = rewrite(message);
        self
    }
}

fn retry_hint(retry_after: Option<Duration>) -> String {
    retry_after.map_or_else(String::new, |wait| format!("; try again in {} s", wait.as_secs_f64().ceil()))
}

/// The beginning of a foreign text on one line, short enough for an error message.
pub(crate) fn excerpt(text: &str) -> String {
    const LONGEST: usize = 200;
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(LONGEST) {
        Some((cut, _)) => format!("{}…", &line[..cut]),
        None => line,
    }
}
