//! The one error at the edge: every library error becomes a [`Problem`], every problem the same JSON body.

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use artel_domain::{Fault, Refusal, RefusalKind};
use artel_identity::NoDataKey;
use artel_store::StoreError;
use axum::Json;
use axum::http::header::{HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, HeaderName, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::trace;

type Cause = Box<dyn Error + Send + Sync>;

/// The code of a 403, kept with the answer for whoever records it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RefusedBecause(pub(crate) &'static str);

/// Why a request was not served. 5xx causes go to the log, never to the client.
#[derive(Debug)]
pub struct Problem(Box<Inner>);

#[derive(Debug)]
struct Inner {
    status: StatusCode,
    code: &'static str,
    message: String,
    field_errors: Vec<FieldError>,
    details: Option<Value>,
    retry_after: Option<u64>,
    headers: Vec<(HeaderName, HeaderValue)>,
    cause: Option<Cause>,
}

/// What is wrong with one member of the request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FieldError {
    /// Where: `name`, `llm_params.temperature`, `allowed_domains[0]`; empty for the body as a whole.
    pub field: String,
    pub message: String,
}

/// The body of every 4xx and 5xx answer.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Problem)]
pub struct ProblemBody {
    /// A code for programs.
    pub error: String,
    /// A text for people.
    pub message: String,
    /// The same text.
    pub detail: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Object, required = false, nullable = false)]
    pub details: Option<Value>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub field_errors: Vec<FieldError>,
    /// Seconds after which another try may succeed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub retry_after: Option<u64>,
    /// The log has the request under this id.
    pub trace_id: String,
}

impl Problem {
    /// `code`: a word for programs. `message`: a sentence for people that says what to do.
    pub fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self(Box::new(Inner {
            status,
            code,
            message: message.into(),
            field_errors: Vec::new(),
            details: None,
            retry_after: None,
            headers: Vec::new(),
            cause: None,
        }))
    }

    /// 400: the request cannot be read.
    pub fn malformed(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "malformed_request", message)
    }

    /// 401, with the challenge that HTTP asks for.
    pub fn unauthenticated(code: &'static str, message: impl Into<String>) -> Self {
        let challenge = match code {
            "unauthenticated" => HeaderValue::from_static(r#"Bearer realm="artel""#),
            _ => HeaderValue::from_static(r#"Bearer realm="artel", error="invalid_token""#),
        };
        Self::new(StatusCode::UNAUTHORIZED, code, message).with_header(WWW_AUTHENTICATE, challenge)
    }

    /// 403: known, but not allowed.
    pub fn forbidden(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, code, message)
    }

    /// 404: absent or another tenant's, which nobody can tell apart.
    pub fn not_found(what: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", format!("There is no such {what}."))
    }

    /// 409.
    pub fn conflict(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, code, message)
    }

    /// 422: well-formed but wrong in these places.
    pub fn invalid(field_errors: Vec<FieldError>) -> Self {
        let mut problem = Self::new(StatusCode::UNPROCESSABLE_ENTITY, "validation_error", summary(&field_errors));
        problem.0.field_errors = field_errors;
        problem
    }

    /// 422 about one place.
    pub fn invalid_field(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self::invalid(vec![FieldError { field: field.into(), message: message.into() }])
    }

    /// 429.
    pub fn too_many(message: impl Into<String>, retry_after_seconds: u64) -> Self {
        Self::new(StatusCode::TOO_MANY_REQUESTS, "rate_limited", message).retry_after(retry_after_seconds)
    }

    /// 500, with what went wrong for the log.
    pub fn internal(cause: impl Into<Cause>) -> Self {
        let problem =
            Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal_error", "Something went wrong on our side.");
        problem.because(cause)
    }

    /// 503: a dependency is down.
    pub fn unavailable(cause: impl Into<Cause>) -> Self {
        let problem = Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "unavailable",
            "A service that Artel depends on is not available.",
        );
        problem.because(cause).retry_after(1)
    }

    /// 503 or 500, for an error of the store that several hear of.
    pub(crate) fn of_store(error: Arc<StoreError>) -> Self {
        match &*error {
            StoreError::Unavailable(_) => Self::unavailable(error),
            _ => Self::internal(error),
        }
    }

    /// The answer carries this header too.
    #[must_use]
    pub fn with_header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.0.headers.push((name, value));
        self
    }

    /// What a program needs to know beside the code.
    #[must_use]
    pub fn with_details(mut self, details: Value) -> Self {
        self.0.details = Some(details);
        self
    }

    /// What is wrong with which member of the request.
    #[must_use]
    pub fn with_field_errors(mut self, field_errors: Vec<FieldError>) -> Self {
        self.0.field_errors = field_errors;
        self
    }

    /// The cause, for the log alone: the caller never sees it.
    #[must_use]
    pub fn because(mut self, cause: impl Into<Cause>) -> Self {
        self.0.cause = Some(cause.into());
        self
    }

    /// With the header that says after how many seconds to ask again.
    #[must_use]
    pub fn retry_after(mut self, seconds: u64) -> Self {
        self.0.retry_after = Some(seconds);
        self.with_header(RETRY_AFTER, HeaderValue::from(seconds))
    }

    /// The status of the answer.
    pub fn status(&self) -> StatusCode {
        self.0.status
    }

    /// The code for programs.
    pub fn code(&self) -> &'static str {
        self.0.code
    }

    /// The text for people.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// A header of the answer.
    pub fn header(&self, name: &HeaderName) -> Option<&HeaderValue> {
        self.0.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value)
    }

    /// How long to wait before another try.
    pub fn wait(&self) -> Option<Duration> {
        self.0.retry_after.map(Duration::from_secs)
    }

    /// The answer in its parts, for surfaces that say more in it than others. Logs like [`Problem::log`].
    pub fn into_parts(self) -> (StatusCode, HeaderMap, ProblemBody) {
        self.log();
        let Inner { status, code, message, field_errors, details, retry_after, headers, cause: _ } = *self.0;
        let body = ProblemBody {
            error: code.to_owned(),
            detail: message.clone(),
            message,
            details,
            field_errors,
            retry_after,
            trace_id: trace::current(),
        };
        (status, headers.into_iter().collect(), body)
    }

    /// What goes into the log before the problem becomes an answer: the cause of a 5xx, which no client is told.
    pub fn log(&self) {
        let Inner { status, code, cause, .. } = &*self.0;
        if status.is_server_error() {
            tracing::error!(%status, code, cause = cause.as_deref().map(chain), "the request failed");
        }
    }
}

/// The sentence for people when there are field errors.
fn summary(errors: &[FieldError]) -> String {
    match errors {
        [only] if only.field.is_empty() => format!("The request is invalid: {}.", only.message),
        [only] => format!("The request is invalid: {}: {}.", only.field, only.message),
        several => format!("The request is invalid in {} places.", several.len()),
    }
}

impl From<Fault> for FieldError {
    fn from(fault: Fault) -> Self {
        Self { field: fault.field, message: fault.message }
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        let Refusal { kind, subject, code, message, details, faults } = refusal;
        let problem = match kind {
            RefusalKind::Forbidden => Self::forbidden(code, message),
            RefusalKind::Absent => Self::new(StatusCode::NOT_FOUND, code, message),
            RefusalKind::Conflict => Self::conflict(code, message),
            RefusalKind::TooLarge => Self::new(StatusCode::PAYLOAD_TOO_LARGE, code, message),
            RefusalKind::Invalid if !faults.is_empty() => Self::invalid(faults.into_iter().map(Into::into).collect()),
            RefusalKind::Invalid => Self::invalid_field(subject.as_str(), message),
            RefusalKind::TooMany { retry_after_seconds } => Self::too_many(message, retry_after_seconds),
            RefusalKind::Unavailable(cause) => Self::unavailable(cause),
            RefusalKind::Internal(cause) => Self::internal(cause),
        };
        match details {
            Some(details) => problem.with_details(*details),
            None => problem,
        }
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        if matches!(error, StoreError::ReadOnlyAgent) {
            let message = "This agent is built in. An administrator can change its settings: PUT /v1/builtin-agents/{builtin_agent}.";
            return Self::new(StatusCode::BAD_REQUEST, "builtin_agent_read_only", message);
        }
        Refusal::from(error).into()
    }
}

impl From<NoDataKey> for Problem {
    fn from(error: NoDataKey) -> Self {
        match error {
            NoDataKey::NotNow(_) => Self::unavailable(error),
            NoDataKey::Seal(_) => Self::internal(error),
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let refused = (self.0.status == StatusCode::FORBIDDEN).then_some(RefusedBecause(self.0.code));
        let (status, headers, body) = self.into_parts();
        let mut response = (status, headers, Json(body)).into_response();
        if let Some(refused) = refused {
            response.extensions_mut().insert(refused);
        }
        response
    }
}

/// The error and all it came from, on one line.
fn chain(error: &(dyn Error + Send + Sync + 'static)) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        if !text.contains(&cause_text) {
            text.push_str(": ");
            text.push_str(&cause_text);
        }
        source = cause.source();
    }
    text
}

#[cfg(test)]
mod tests;
