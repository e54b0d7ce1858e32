use serde_json::{Value, json};

use crate::{Failure, Protocol};

/// An error in the words of the provider.
pub(crate) fn error_body(protocol: Protocol, status: u16, failure: &Failure) -> Value {
    let message = failure.message.as_deref().unwrap_or_else(|| message(status));
    match protocol {
        Protocol::OpenAi => {
            let kind = failure.kind.as_deref().unwrap_or_else(|| openai_type(status));
            let code = failure.code.as_deref().or_else(|| openai_code(status));
            json!({ "error": { "message": message, "type": kind, "param": null, "code": code } })
        }
        Protocol::Anthropic => {
            let kind = failure.kind.as_deref().unwrap_or_else(|| anthropic_type(status));
            json!({ "type": "error", "error": { "type": kind, "message": message }, "request_id": "req_mock" })
        }
        Protocol::Ollama => json!({ "error": message }),
    }
}

fn message(status: u16) -> &'static str {
    match status {
        400 => "The request was refused",
        401 => "Incorrect API key provided",
        403 => "This key may not do that",
        404 => "The model does not exist",
        413 => "The request is too large",
        429 => "Rate limit reached",
        529 => "Overloaded",
        _ => "The server had an error while processing the request",
    }
}

fn openai_type(status: u16) -> &'static str {
    match status {
        429 => "requests",
        500.. => "server_error",
        _ => "invalid_request_error",
    }
}

fn openai_code(status: u16) -> Option<&'static str> {
    match status {
        401 => Some("invalid_api_key"),
        404 => Some("model_not_found"),
        429 => Some("rate_limit_exceeded"),
        _ => None,
    }
}

fn anthropic_type(status: u16) -> &'static str {
    match status {
        401 => "authentication_error",
        403 => "permission_error",
        404 => "not_found_error",
        413 => "request_too_large",
        429 => "rate_limit_error",
        504 => "timeout_error",
        529 => "overloaded_error",
        500.. => "api_error",
        _ => "invalid_request_error",
    }
}
