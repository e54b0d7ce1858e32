//! OAuth errors: a code, a text, and members for clients of other conventions.

use std::error::Error;

use artel_http::trace;
use artel_identity::{KeyError, NoEntropy, SealedKeyError};
use artel_store::StoreError;
use axum::Json;
use axum::http::StatusCode;
use axum::http::header::{HeaderName, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};

type Cause = Box<dyn Error + Send + Sync>;

/// Why a request of the auth service failed. The cause of a 5xx goes to the log, never to the client.
#[derive(Debug)]
pub(crate) struct OAuthError(Box<Inner>);

#[derive(Debug)]
struct Inner {
    status: StatusCode,
    code: &'static str,
    description: String,
    /// Members beside the usual ones.
    members: Map<String, Value>,
    headers: Vec<(HeaderName, HeaderValue)>,
    cause: Option<Cause>,
}

impl OAuthError {
    pub(crate) fn new(status: StatusCode, code: &'static str, description: impl Into<String>) -> Self {
        let (members, headers) = (Map::new(), Vec::new());
        Self(Box::new(Inner { status, code, description: description.into(), members, headers, cause: None }))
    }

    /// 400: a parameter is missing, repeated or not valid.
    pub(crate) fn invalid_request(description: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "invalid_request", description)
    }

    /// 401: a password or refresh token is not valid. CodeLab's IDE recognises a wrong password by this status.
    pub(crate) fn invalid_grant(description: impl Into<String>) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "invalid_grant", description)
    }

    /// 400: the code is not valid. RFC 6749 requires this status, and no older client uses codes.
    pub(crate) fn invalid_code(description: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "invalid_grant", description)
    }

    /// 401: the client is unknown or not authenticated. The text is the same for all reasons.
    pub(crate) fn invalid_client() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "invalid_client", "Client authentication failed")
            .with_header(WWW_AUTHENTICATE, HeaderValue::from_static(r#"Basic realm="artel""#))
    }

    /// 401: the client may not use this grant or endpoint.
    pub(crate) fn unauthorized_client(description: impl Into<String>) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "unauthorized_client", description)
    }

    /// 400.
    pub(crate) fn invalid_scope(description: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "invalid_scope", description)
    }

    /// 400.
    pub(crate) fn unsupported_grant_type() -> Self {
        Self::new(StatusCode::BAD_REQUEST, "unsupported_grant_type", "This grant type is not supported")
    }

    /// 422: a field of a well-formed request is not valid.
    pub(crate) fn invalid_field(field: &str, message: impl std::fmt::Display) -> Self {
        let errors = json!([{ "field": field, "message": message.to_string() }]);
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "validation_error", message.to_string())
            .with_member("field_errors", errors)
    }

    /// 401 with the challenge of RFC 6750.
    pub(crate) fn invalid_token(description: &'static str) -> Self {
        let challenge = HeaderValue::from_static(r#"Bearer realm="artel", error="invalid_token""#);
        Self::new(StatusCode::UNAUTHORIZED, "invalid_token", description).with_header(WWW_AUTHENTICATE, challenge)
    }

    /// 401: the request has no token.
    pub(crate) fn no_token() -> Self {
        let challenge = HeaderValue::from_static(r#"Bearer realm="artel""#);
        Self::new(StatusCode::UNAUTHORIZED, "unauthorized", "Authentication required")
            .with_header(WWW_AUTHENTICATE, challenge)
    }

    /// 429.
    pub(crate) fn rate_limited(retry_after_seconds: u64) -> Self {
        let text = "Too many requests. Please try again later.";
        Self::new(StatusCode::TOO_MANY_REQUESTS, "rate_limit_exceeded", text).retry_after(retry_after_seconds)
    }

    /// 500.
    pub(crate) fn internal(cause: impl Into<Cause>) -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "server_error", "Something went wrong on our side.").because(cause)
    }

    /// 503: a dependency is down, so the request is refused.
    pub(crate) fn unavailable(cause: impl Into<Cause>) -> Self {
        let text = "The service cannot answer this right now. Please try again.";
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "temporarily_unavailable", text).because(cause).retry_after(1)
    }

    #[must_use]
    pub(crate) fn with_header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.0.headers.push((name, value));
        self
    }

    #[must_use]
    pub(crate) fn with_member(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.0.members.insert(name.to_owned(), value.into());
        self
    }

    #[must_use]
    pub(crate) fn retry_after(self, seconds: u64) -> Self {
        self.with_member("retry_after", seconds).with_header(RETRY_AFTER, HeaderValue::from(seconds))
    }

    #[must_use]
    fn because(mut self, cause: impl Into<Cause>) -> Self {
        self.0.cause = Some(cause.into());
        self
    }

    pub(crate) fn status(&self) -> StatusCode {
        self.0.status
    }

    pub(crate) fn code(&self) -> &'static str {
        self.0.code
    }

    pub(crate) fn description(&self) -> &str {
        &self.0.description
    }

    /// The headers, for a response with another body (a page). Logs the cause of a 5xx.
    pub(crate) fn into_headers(self) -> Vec<(HeaderName, HeaderValue)> {
        self.log();
        self.0.headers
    }

    fn log(&self) {
        if self.0.status.is_server_error() {
            let cause = self.0.cause.as_deref().map(ToString::to_string);
            tracing::error!(status = %self.0.status, code = self.0.code, cause, "the request failed");
        }
    }
}

impl std::fmt::Display for OAuthError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.0.cause {
            Some(cause) => write!(f, "{} ({cause})", self.0.description),
            None => f.write_str(&self.0.description),
        }
    }
}

impl From<StoreError> for OAuthError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Unavailable(_) => Self::unavailable(error),
            StoreError::Duplicate(what) => {
                Self::new(StatusCode::CONFLICT, "already_exists", format!("{what} exists already."))
            }
            StoreError::Fenced | StoreError::Answered | StoreError::ReadOnlyAgent | StoreError::Broken(_) => {
                Self::internal(error)
            }
        }
    }
}

impl From<KeyError> for OAuthError {
    fn from(error: KeyError) -> Self {
        Self::internal(error)
    }
}

impl From<SealedKeyError> for OAuthError {
    fn from(error: SealedKeyError) -> Self {
        Self::internal(error)
    }
}

impl From<NoEntropy> for OAuthError {
    fn from(error: NoEntropy) -> Self {
        Self::internal(error)
    }
}

impl IntoResponse for OAuthError {
    fn into_response(self) -> Response {
        self.log();
        let Inner { status, code, description, members, headers, .. } = *self.0;
        let mut body = json!({
            "error": code,
            "error_description": description,
            "message": description,
            "detail": description,
            "trace_id": trace::current(),
        });
        if let Value::Object(body) = &mut body {
            body.extend(members);
        }
        let mut response = (status, Json(body)).into_response();
        response.headers_mut().extend(headers);
        response
    }
}
