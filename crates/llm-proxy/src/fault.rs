//! The error of this surface, in the form that clients of OpenAI's API expect.

use std::time::Duration;

use artel_http::{Loss, Problem, trace};
use artel_llm::{ModelError, UnknownModel};
use axum::http::StatusCode;
use axum::http::header::{ACCEPT_ENCODING, CONTENT_TYPE, HeaderName, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use crate::inbound::InvalidRequest;

/// Why a request was not answered.
#[derive(Debug, Clone)]
pub(crate) struct Fault(Box<Inner>);

#[derive(Debug, Clone)]
struct Inner {
    status: StatusCode,
    kind: &'static str,
    code: Option<&'static str>,
    param: Option<String>,
    message: String,
    retry_after: Option<Duration>,
    headers: Vec<(HeaderName, HeaderValue)>,
    trace_id: String,
}

#[derive(Serialize)]
struct Body<'a> {
    error: Error<'a>,
}

#[derive(Serialize)]
struct Error<'a> {
    message: &'a str,
    r#type: &'static str,
    param: Option<&'a str>,
    code: Option<&'static str>,
    /// The id under which the log has the request.
    trace_id: &'a str,
}

impl Fault {
    fn new(status: StatusCode, kind: &'static str, code: &'static str, message: impl Into<String>) -> Self {
        let inner = Inner {
            status,
            kind,
            code: Some(code),
            param: None,
            message: message.into(),
            retry_after: None,
            headers: Vec::new(),
            trace_id: trace::current(),
        };
        Self(Box::new(inner))
    }

    fn invalid(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "invalid_request_error", code, message)
    }

    /// 401: the internal key is wrong.
    pub(crate) fn wrong_key() -> Self {
        let message = "InvalidRequest value in x-internal-auth.";
        Self::new(StatusCode::UNAUTHORIZED, "authentication_error", "invalid_api_key", message)
    }

    /// 401: the request has no key.
    pub(crate) fn no_key() -> Self {
        let message =
            "Show a key: x-internal-auth, or 'Authorization: Bearer <key or token with the scope llm:invoke>'.";
        let challenge = HeaderValue::from_static(r#"Bearer realm="artel""#);
        let fault = Self::new(StatusCode::UNAUTHORIZED, "authentication_error", "missing_api_key", message);
        fault.with_header(WWW_AUTHENTICATE, challenge)
    }

    /// 401: the caller's key or token was good when the answer began.
    pub(crate) fn access_ended(loss: Loss) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "authentication_error", loss.code(), loss.message())
    }

    /// 400: `x-artel-tenant` cannot name an account.
    pub(crate) fn bad_tenant() -> Self {
        Self::invalid("invalid_tenant", "x-artel-tenant must be 1 to 64 letters, digits, '-', '_', '.' or ':'.")
    }

    /// 413: the body is longer than the limit.
    pub(crate) fn too_large(limit_bytes: usize) -> Self {
        let message = format!(
            "The request is larger than {} MiB. Send fewer or smaller images, or link to them by URL.",
            limit_bytes >> 20
        );
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "invalid_request_error", "request_too_large", message)
    }

    /// 400: the body did not arrive completely.
    pub(crate) fn broken_body() -> Self {
        Self::invalid("malformed_request", "The request's body broke off.")
    }

    pub(crate) fn no_route(path: &str) -> Self {
        let message = format!("There is nothing at {path}.");
        Self::new(StatusCode::NOT_FOUND, "invalid_request_error", "unknown_url", message)
    }

    pub(crate) fn wrong_method() -> Self {
        let message = "This path does not know that method; see the Allow header.";
        Self::new(StatusCode::METHOD_NOT_ALLOWED, "invalid_request_error", "method_not_allowed", message)
    }

    /// 500: a delta came before the opening of the answer.
    pub(crate) fn out_of_order() -> Self {
        tracing::error!("a model's answer came without its opening");
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "api_error", "internal_error", "Something went wrong on our side.")
    }

    /// Writes the error as the data of an event, for a stream that has begun.
    pub(crate) fn write_event(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(b"data: ");
        out.extend_from_slice(&self.body());
        out.extend_from_slice(b"\n\n");
    }

    /// Replaces the trace id, for code that cannot reach the request's own.
    #[must_use]
    pub(crate) fn traced(mut self, id: &str) -> Self {
        id.clone_into(&mut self.0.trace_id);
        self
    }

    #[must_use]
    fn with_header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.0.headers.push((name, value));
        self
    }

    #[must_use]
    fn with_param(mut self, param: &str) -> Self {
        self.0.param = Some(param.to_owned()).filter(|param| !param.is_empty());
        self
    }

    #[must_use]
    fn retry_after(mut self, wait: Option<Duration>) -> Self {
        self.0.retry_after = wait;
        self
    }

    /// A retry is of no use. OpenAI's clients look at `x-should-retry` before they look at the status.
    #[must_use]
    fn not_retryable(self) -> Self {
        self.with_header(HeaderName::from_static("x-should-retry"), HeaderValue::from_static("false"))
    }

    fn body(&self) -> Vec<u8> {
        let Inner { kind, code, param, message, trace_id, .. } = &*self.0;
        let error = Error { message, r#type: kind, param: param.as_deref(), code: *code, trace_id };
        serde_json::to_vec(&Body { error }).unwrap_or_default()
    }
}

impl From<InvalidRequest> for Fault {
    fn from(wrong: InvalidRequest) -> Self {
        Self::invalid("invalid_value", wrong.message()).with_param(&wrong.param)
    }
}

impl From<UnknownModel> for Fault {
    fn from(unknown: UnknownModel) -> Self {
        let fault = Self::new(
            StatusCode::NOT_FOUND,
            "invalid_request_error",
            "model_not_found",
            sentence(&unknown.to_string()),
        );
        fault.with_param("model")
    }
}

/// A failure of the provider is a 5xx, unless the client can do something about it.
impl From<ModelError> for Fault {
    fn from(error: ModelError) -> Self {
        let text = sentence(&error.to_string());
        let wait = error.retry_after();
        let ours = |status, code| Self::new(status, "api_error", code, text.clone());
        match error {
            ModelError::RateLimited { .. } => {
                Self::new(StatusCode::TOO_MANY_REQUESTS, "rate_limit_error", "rate_limit_exceeded", text)
                    .retry_after(wait)
            }
            ModelError::QuotaExhausted(_) => {
                Self::new(StatusCode::TOO_MANY_REQUESTS, "insufficient_quota", "insufficient_quota", text)
                    .not_retryable()
            }
            ModelError::NotFound(_) => {
                Self::new(StatusCode::NOT_FOUND, "invalid_request_error", "model_not_found", text).with_param("model")
            }
            // The provider refused the operator's key. The client's own key is valid.
            ModelError::KeyRefused(_) => ours(StatusCode::BAD_GATEWAY, "provider_auth").not_retryable(),
            ModelError::CircuitOpen { .. } => ours(StatusCode::SERVICE_UNAVAILABLE, "circuit_open").retry_after(wait),
            ModelError::Rejected(_) => Self::invalid("rejected_by_provider", text),
            ModelError::BadRequest(_) => Self::invalid("unsupported_by_provider", text),
            ModelError::TooLarge(_) => {
                Self::new(StatusCode::PAYLOAD_TOO_LARGE, "invalid_request_error", "request_too_large", text)
            }
            ModelError::KeysUnavailable(_) => ours(StatusCode::SERVICE_UNAVAILABLE, "unavailable"),
            ModelError::Unavailable(_) => ours(StatusCode::BAD_GATEWAY, "provider_unavailable"),
            ModelError::Protocol(_) | ModelError::Unusable(_) => ours(StatusCode::BAD_GATEWAY, "provider_protocol"),
            ModelError::Timeout(_) => ours(StatusCode::GATEWAY_TIMEOUT, "provider_timeout"),
            ModelError::NotConfigured(_) => {
                ours(StatusCode::SERVICE_UNAVAILABLE, "provider_not_configured").not_retryable()
            }
        }
    }
}

/// The platform's own refusals (unknown token, missing scope, a store that is down), in the form of this surface.
impl From<Problem> for Fault {
    fn from(problem: Problem) -> Self {
        let kind = match problem.status() {
            StatusCode::UNAUTHORIZED => "authentication_error",
            StatusCode::FORBIDDEN => "permission_error",
            StatusCode::TOO_MANY_REQUESTS => "rate_limit_error",
            status if status.is_server_error() => "api_error",
            _ => "invalid_request_error",
        };
        problem.log();
        let fault = Self::new(problem.status(), kind, problem.code(), problem.message()).retry_after(problem.wait());
        match problem.header(&ACCEPT_ENCODING) {
            Some(codings) => fault.with_header(ACCEPT_ENCODING, codings.clone()),
            None => fault,
        }
    }
}

impl IntoResponse for Fault {
    fn into_response(self) -> Response {
        let body = self.body();
        let Inner { status, retry_after, headers, trace_id, .. } = *self.0;
        let mut response =
            (status, [(CONTENT_TYPE, HeaderValue::from_static("application/json"))], body).into_response();
        let answer = response.headers_mut();
        answer.extend(HeaderValue::try_from(&trace_id).ok().map(|id| (HeaderName::from_static("x-request-id"), id)));
        if let Some(wait) = retry_after {
            // Rounded up, because an earlier retry would fail.
            answer.insert(RETRY_AFTER, HeaderValue::from(wait.as_secs_f64().ceil() as u64));
            answer.insert("retry-after-ms", HeaderValue::from(wait.as_millis() as u64));
        }
        answer.extend(headers);
        response
    }
}

/// Makes a sentence of a library's error text, which begins in lower case and has no full stop.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(char::to_uppercase).into_iter().flatten();
    let text: String = first.chain(letters).collect();
    if text.ends_with(['.', '!', '?', '…']) { text } else { format!("{text}.") }
}
