//! What went wrong, in the words that clients know.

use artel_domain::RunFailure;
use artel_http::{Loss, Problem};
use serde_json::json;

use super::wire::{Frame, error};
use crate::codes;

/// A run that ended without an answer. Clients that do not know our codes know these.
pub(super) fn of_run(code: &RunFailure, message: &str) -> Frame {
    let word = match code {
        RunFailure::ContextTooLarge => codes::CONTEXT_TOO_LARGE,
        // Journals of earlier releases may hold the word in lower case.
        RunFailure::Other(word) if word.eq_ignore_ascii_case(codes::CONTEXT_TOO_LARGE) => codes::CONTEXT_TOO_LARGE,
        code if code.is_of_the_model() => "LLM_ERROR",
        _ => "AGENT_ERROR",
    };
    error(word, message, Some(&json!({ "code": code })))
}

/// The last frame of a client whose access was ended.
pub(crate) fn access_ended(loss: Loss) -> Frame {
    let code = match loss {
        Loss::Revoked => "ACCESS_REVOKED",
        Loss::Expired => "TOKEN_EXPIRED",
    };
    error(code, loss.message(), None)
}

/// A frame or request of the client that was refused.
pub(crate) fn of_problem(problem: &Problem) -> Frame {
    problem.log();
    let wait = problem.wait();
    let mut frame = error(word(problem), problem.message(), None);
    if let Some(wait) = wait {
        frame.0.insert("retry_after".to_owned(), wait.as_secs().max(1).into());
    }
    frame
}

fn word(problem: &Problem) -> &'static str {
    match problem.code() {
        own if own.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_') => own,
        "rate_limited" => "RATE_LIMIT_EXCEEDED",
        "token_expired" => "TOKEN_EXPIRED",
        "invalid_token" | "invalid_credentials" => "TOKEN_INVALID",
        "unauthenticated" | "insufficient_scope" | "agent_not_allowed" => "UNAUTHORIZED",
        "not_found" => codes::SESSION_NOT_FOUND,
        "validation_error" | "malformed_request" => codes::INVALID_FORMAT,
        "unavailable" => codes::AGENT_UNAVAILABLE,
        "internal_error" => "INTERNAL_ERROR",
        _ => codes::INVALID_MESSAGE,
    }
}
