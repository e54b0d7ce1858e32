//! Errors as Ollama reports them: `{"error": "…"}`, with an error status or as a line of a stream after status 200.

use http::StatusCode;
use serde_json::Value;

use crate::ModelError;
use crate::error::excerpt;

/// The error for an answer with an error status.
pub(super) fn of_response(status: StatusCode, body: &[u8]) -> ModelError {
    let text = String::from_utf8_lossy(body);
    let message = serde_json::from_str::<Value>(&text)
        .ok()
        .and_then(|body| body.get("error").map(message))
        .unwrap_or_else(|| excerpt(&text));
    let message = if message.is_empty() { "no explanation".to_owned() } else { message };
    let told = format!("it answered {}: {message}", status.as_u16());
    match status.as_u16() {
        429 => ModelError::RateLimited { message: told, retry_after: None },
        408 | 409 | 500.. => ModelError::Unavailable(told),
        _ => ModelError::Rejected(told),
    }
}

/// The error for an error line after status 200. The request was accepted, so the server failed.
pub(super) fn in_stream(error: &Value) -> ModelError {
    ModelError::Unavailable(format!("it broke off: {}", message(error)))
}

/// The text of an error. Gateways in front of Ollama put the error into another object.
fn message(error: &Value) -> String {
    let text = error.as_str().or_else(|| error.get("message").and_then(Value::as_str));
    text.map_or_else(|| excerpt(&error.to_string()), excerpt)
}
