//! Errors as servers of this protocol report them: with an error status, or inside a stream after status 200.

use http::StatusCode;
use serde_json::Value;

use crate::ModelError;
use crate::error::excerpt;

/// The error for an answer with an error status.
pub(super) fn of_response(status: StatusCode, body: &[u8]) -> ModelError {
    let body_read = ErrorBody::read(body);
    let told = format!("it answered {}: {}", status.as_u16(), body_read.message);
    body_read.classify(status, told)
}

/// The error for an error chunk after status 200.
pub(super) fn in_stream(body: &[u8]) -> ModelError {
    let body_read = ErrorBody::read(body);
    let status = body_read.status();
    let told = format!("it broke off: {}", body_read.message);
    body_read.classify(status, told)
}

/// The parts of an error, wherever the server put them.
#[derive(Debug)]
struct ErrorBody {
    message: String,
    /// `type` and `code`.
    words: Vec<String>,
    code: Option<u16>,
}

impl ErrorBody {
    fn read(body: &[u8]) -> Self {
        let text = String::from_utf8_lossy(body);
        let Ok(value) = serde_json::from_str::<Value>(&text) else {
            return Self::plain(&text);
        };
        // Gemini puts the error into a list, most servers into `error`; older versions of vLLM put it at the top.
        let outer = value.get(0).unwrap_or(&value);
        let inner = outer.get("error").filter(|error| !error.is_null()).unwrap_or(outer);
        let member = |name: &str| inner.get(name).filter(|value| !value.is_null());
        let message = inner.as_str().or_else(|| member("message").or_else(|| member("detail")).and_then(Value::as_str));
        Self {
            message: excerpt(message.unwrap_or(&text)),
            words: ["type", "code"].iter().filter_map(|name| member(name)?.as_str().map(str::to_owned)).collect(),
            code: member("code")
                .and_then(|code| code.as_u64().or_else(|| code.as_str()?.parse().ok()))
                .and_then(|code| code.try_into().ok()),
        }
    }

    fn plain(text: &str) -> Self {
        let message = excerpt(text);
        Self {
            message: if message.is_empty() { "no explanation".to_owned() } else { message },
            words: Vec::new(),
            code: None,
        }
    }

    fn says(&self, part: &str) -> bool {
        self.words.iter().any(|word| word.to_ascii_lowercase().contains(part))
    }

    /// The HTTP status that belongs to the error, for an error after status 200.
    fn status(&self) -> StatusCode {
        if let Some(status) = self.code.and_then(|code| StatusCode::from_u16(code).ok()) {
            return status;
        }
        if self.says("rate_limit") {
            StatusCode::TOO_MANY_REQUESTS
        } else if self.says("invalid")
            || self.says("badrequest")
            || self.says("bad_request")
            || self.says("context_length")
        {
            StatusCode::BAD_REQUEST
        } else {
            StatusCode::BAD_GATEWAY
        }
    }

    fn classify(&self, status: StatusCode, told: String) -> ModelError {
        match status.as_u16() {
            // A used-up account is reported as 429 too, but waiting does not help.
            429 if self.says("insufficient_quota") => ModelError::Rejected(told),
            429 => ModelError::RateLimited { message: told, retry_after: None },
            408 | 409 | 500.. => ModelError::Unavailable(told),
            _ => ModelError::Rejected(told),
        }
    }
}
