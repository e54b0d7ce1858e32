//! Why a model did not answer. The variants differ in what a caller does about them.

use std::time::Duration;

/// A model call that failed after all retries. The texts are for people and never hold a key or an address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ModelError {
    /// The provider is down, unreachable or overloaded.
    #[error("the model provider is not available: {0}")]
    Unavailable(String),
    /// The provider limits the rate of requests or tokens. `retry_after`: the time that the provider asks to wait.
    #[error("the model provider limits the rate: {message}{}", retry_hint(*.retry_after))]
    RateLimited { message: String, retry_after: Option<Duration> },
    /// The provider would refuse the same request again: a bad parameter, too long a context.
    #[error("the model provider refused the request: {0}")]
    Rejected(String),
    /// The request cannot be written in the provider's protocol, or is not valid. Nothing was sent.
    #[error("the request cannot be put to the model: {0}")]
    BadRequest(String),
    /// A part of the request (an image, the body) is larger than the provider accepts. Either side may have found this.
    #[error("the request is too large for the model provider: {0}")]
    TooLarge(String),
    /// A time limit of [`crate::Timeouts`] ended the call.
    #[error("the model did not answer in time: {0}")]
    Timeout(String),
    /// The answer does not follow the protocol.
    #[error("the model provider's answer cannot be read: {0}")]
    Protocol(String),
    /// The provider did what it was asked, and what the model wrote is of no use: a call that cannot be read, more than
    /// is taken. The texts and tools of the request may cause that, so it says nothing about the provider.
    #[error("the model provider's answer cannot be used: {0}")]
    Unusable(String),
    /// The operator has not configured the provider.
    #[error("the model provider is not configured: {0}")]
    NotConfigured(String),
    /// The provider does not know the model.
    #[error("the model provider does not know the model: {0}")]
    NotFound(String),
    /// The operator's key or the tenant's, not the key of the caller.
    #[error("the model provider does not accept our key: {0}")]
    KeyRefused(String),
    /// Waiting does not help: somebody must pay for the account.
    #[error("the account at the model provider is used up: {0}")]
    QuotaExhausted(String),
    /// Whose key pays for the call cannot be told at the moment, because the place where keys are kept does not answer.
    /// Nothing was sent.
    #[error("keys of model providers cannot be read at the moment: {0}")]
    KeysUnavailable(String),
    /// The model failed so often that no call is made for a while.
    #[error("the model is not asked at present: {message}{}", retry_hint(Some(*.retry_after)))]
    CircuitOpen { message: String, retry_after: Duration },
}

impl ModelError {
    /// A stable code for programs.
    ///
    /// FROZEN: records of calls and clients' error handling use these codes.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unavailable(_) | Self::KeysUnavailable(_) => "model_unavailable",
            Self::RateLimited { .. } => "model_rate_limited",
            Self::Rejected(_) => "model_rejected",
            Self::BadRequest(_) => "model_bad_request",
            Self::TooLarge(_) => "model_request_too_large",
            Self::Timeout(_) => "model_timeout",
            Self::Protocol(_) | Self::Unusable(_) => "model_protocol_error",
            Self::NotConfigured(_) => "model_not_configured",
            Self::NotFound(_) => "model_not_found",
            Self::KeyRefused(_) => "model_key_refused",
            Self::QuotaExhausted(_) => "model_quota_exhausted",
            Self::CircuitOpen { .. } => "model_circuit_open",
        }
    }

    /// Whether the same request may succeed a little later.
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::Unavailable(_) | Self::RateLimited { .. })
    }

    /// The time to wait before the next call, if it is known.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::RateLimited { retry_after, .. } => *retry_after,
            Self::CircuitOpen { retry_after, .. } => Some(*retry_after),
            _ => None,
        }
    }

    /// Whether another model may succeed. A fault of the request itself fails with every model.
    pub(crate) fn allows_fallback(&self) -> bool {
        !matches!(self, Self::Rejected(_) | Self::BadRequest(_) | Self::TooLarge(_) | Self::KeysUnavailable(_))
    }

    /// Whether the error counts as a failure of the provider. Refusals and rate limits do not: they concern a key. What
    /// the request itself may cause does not either: one tenant would stop the model for all.
    pub(crate) fn is_provider_failure(&self) -> bool {
        matches!(self, Self::Unavailable(_) | Self::Timeout(_) | Self::Protocol(_))
    }

    /// The error for a refusal with this status.
    pub(crate) fn of_status(self, status: u16) -> Self {
        match (self, status) {
            (Self::Rejected(text), 401 | 403) => Self::KeyRefused(text),
            (Self::Rejected(text), 404) => Self::NotFound(text),
            (Self::Rejected(text), 413) => Self::TooLarge(text),
            // Limits that waiting helps against are `RateLimited` already.
            (Self::Rejected(text), 402 | 429) => Self::QuotaExhausted(text),
            (other, _) => other,
        }
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
            | Self::Unusable(message)
            | Self::NotConfigured(message)
            | Self::NotFound(message)
            | Self::KeyRefused(message)
            | Self::QuotaExhausted(message)
            | Self::KeysUnavailable(message)
            | Self::CircuitOpen { message, .. } => message,
        };
        *message = rewrite(message);
        self
    }
}

fn retry_hint(retry_after: Option<Duration>) -> String {
    retry_after.map_or_else(String::new, |wait| format!("; try again in {} s", wait.as_secs_f64().ceil()))
}

/// The error for a stream without its end. `no_json` is a part of it that is not JSON.
pub(crate) fn ended_early(no_json: Option<&str>) -> ModelError {
    let told = |part| format!("the stream ended early, and a part of it is not JSON: `{part}`");
    ModelError::Protocol(no_json.map_or_else(|| "the stream ended early".to_owned(), told))
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
