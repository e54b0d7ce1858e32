//! What is wrong with a frame that cannot be read.

use artel_http::Problem;
use axum::http::StatusCode;

/// Why a message cannot be understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Unreadable {
    code: &'static str,
    message: String,
}

impl Unreadable {
    pub(super) fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }
}

impl From<Unreadable> for Problem {
    fn from(unreadable: Unreadable) -> Self {
        Self::new(StatusCode::BAD_REQUEST, unreadable.code, unreadable.message)
    }
}
