//! Errors in the words of these surfaces. Every client that exists looks for another key, so that each body has all of
//! them.

use artel_domain::Refusal;
use artel_http::{Problem, ProblemBody};
use artel_store::StoreError;
use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use crate::refusals;

/// A [`Problem`] on its way to a client of CodeLab.
#[derive(Debug)]
pub(crate) struct Fault(Problem);

#[derive(Serialize, ToSchema)]
#[schema(as = Fault)]
pub(crate) struct Body {
    #[serde(flatten)]
    problem: ProblemBody,
    /// The message again, where OAuth's clients look for it.
    error_description: String,
}

impl Fault {
    /// 401 of the internal port.
    pub(crate) fn unauthorized() -> Self {
        Self(Problem::unauthenticated("unauthorized", "unauthorized"))
    }

    /// 400: one member of the request is not what it must be.
    pub(crate) fn bad_request(message: impl Into<String>) -> Self {
        Self(Problem::new(StatusCode::BAD_REQUEST, "invalid_request", message))
    }

    #[cfg(test)]
    pub(crate) fn status(&self) -> StatusCode {
        self.0.status()
    }
}

impl From<Problem> for Fault {
    fn from(problem: Problem) -> Self {
        Self(problem)
    }
}

impl From<Refusal> for Fault {
    fn from(refusal: Refusal) -> Self {
        Self(refusals::problem(refusal))
    }
}

impl From<StoreError> for Fault {
    fn from(error: StoreError) -> Self {
        Self(error.into())
    }
}

impl IntoResponse for Fault {
    fn into_response(self) -> Response {
        let code = self.0.code();
        let (status, headers, mut problem) = self.0.into_parts();
        if let Some((word, message)) = in_other_words(code) {
            word.clone_into(&mut problem.error);
            if let Some(message) = message {
                message.clone_into(&mut problem.message);
                message.clone_into(&mut problem.detail);
            }
        }
        let error_description = problem.message.clone();
        (status, headers, Json(Body { problem, error_description })).into_response()
    }
}

/// What these surfaces call it, and the text where clients know one.
fn in_other_words(code: &str) -> Option<(&'static str, Option<&'static str>)> {
    Some(match code {
        "unauthenticated" => ("unauthorized", Some("Authentication required")),
        "token_expired" | "invalid_credentials" => ("invalid_token", None),
        "rate_limited" => ("rate_limit_exceeded", Some("Too many requests")),
        "unavailable" => ("AGENT_UNAVAILABLE", None),
        "internal_error" => ("INTERNAL_ERROR", None),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use axum::body::to_bytes;
    use rstest::rstest;
    use serde_json::Value;

    use super::*;

    #[rstest]
    #[case::nothing_shown(
        Problem::unauthenticated("unauthenticated", "Send a token."),
        401,
        "unauthorized",
        "Authentication required"
    )]
    #[case::an_old_token(
        Problem::unauthenticated("token_expired", "The token has expired."),
        401,
        "invalid_token",
        "The token has expired."
    )]
    #[case::too_many(Problem::too_many("Slow down.", 60), 429, "rate_limit_exceeded", "Too many requests")]
    #[case::the_store_is_away(
        Problem::unavailable("away"),
        503,
        "AGENT_UNAVAILABLE",
        "A service that Artel depends on is not available."
    )]
    #[case::another(Problem::forbidden("agent_not_allowed", "No."), 403, "agent_not_allowed", "No.")]
    #[tokio::test]
    async fn every_key_that_some_client_reads_is_there(
        #[case] problem: Problem,
        #[case] status: u16,
        #[case] code: &str,
        #[case] text: &str,
    ) {
        let response = Fault::from(problem).into_response();
        assert_eq!(response.status(), status);
        let body: Value = serde_json::from_slice(&to_bytes(response.into_body(), 10_000).await.unwrap()).unwrap();
        assert_eq!(body["error"], code);
        for key in ["message", "detail", "error_description"] {
            assert_eq!(body[key], text, "{key}");
        }
        assert_eq!(body.get("retry_after").is_some(), matches!(status, 429 | 503));
    }
}
