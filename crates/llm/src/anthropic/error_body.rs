//! Errors as Anthropic reports them: with an error status, or as an event after status 200.

use http::StatusCode;
use serde_json::Value;

use crate::ModelError;
use crate::error::excerpt;

/// The error for an answer with an error status.
pub(super) fn of_response(status: StatusCode, body: &[u8]) -> ModelError {
    let body_read = ErrorBody::read(body);
    let told = format!("it answered {}: {}", status.as_u16(), body_read.message);
    body_read.classify(status.as_u16(), told)
}

/// The error for an error event after status 200.
pub(super) fn in_stream(body: &[u8]) -> ModelError {
    let body_read = ErrorBody::read(body);
    let told = format!("it broke off: {}", body_read.message);
    body_read.classify(body_read.status(), told)
}

/// The parts of an error body.
#[derive(Debug)]
struct ErrorBody {
    /// `invalid_request_error`, `overloaded_error`, …; empty when the body is not Anthropic's.
    kind: String,
    message: String,
}

impl ErrorBody {
    /// Reads `{"type": "error", "error": {"type", "message"}}`. A gateway in front of the API may answer with a web
    /// page instead.
    fn read(body: &[u8]) -> Self {
        let text = String::from_utf8_lossy(body);
        let value: Value = serde_json::from_str(&text).unwrap_or_default();
        let error = value.get("error").unwrap_or(&value);
        let member = |name: &str| error.get(name).and_then(Value::as_str);
        let message = excerpt(error.as_str().or_else(|| member("message")).unwrap_or(&text));
        let message = if message.is_empty() { "no explanation".to_owned() } else { message };
        Self { kind: member("type").unwrap_or_default().to_owned(), message }
    }

    /// The HTTP status that belongs to the kind of error, for an error after status 200.
    fn status(&self) -> u16 {
        match self.kind.as_str() {
            "invalid_request_error" => 400,
            "authentication_error" => 401,
            "billing_error" => 402,
            "permission_error" => 403,
            "not_found_error" => 404,
            "request_too_large" => 413,
            "rate_limit_error" => 429,
            "overloaded_error" => 529,
            _ => 500,
        }
    }

    fn classify(&self, status: u16, told: String) -> ModelError {
        match status {
            // The API reports an image over the limit as an invalid request. Only this text tells the difference.
            400 if self.message.contains("image exceeds") => ModelError::TooLarge(told),
            413 => ModelError::TooLarge(told),
            429 => ModelError::RateLimited { message: told, retry_after: None },
            408 | 409 | 500.. => ModelError::Unavailable(told),
            _ => ModelError::Rejected(told),
        }
    }
}
