//! Bodies that are compressed are not read: the answer says so, and how to send them.

use artel_egress::content_coding;
use axum::http::header::{ACCEPT_ENCODING, CONTENT_ENCODING, HeaderValue};
use axum::http::{HeaderMap, StatusCode};

use crate::Problem;

/// 415 when the headers say that the body is compressed.
pub fn check_coding(headers: &HeaderMap) -> Result<(), Problem> {
    let mut said = headers.get_all(CONTENT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    let Some(coding) = said.find_map(content_coding) else { return Ok(()) };
    let message = format!("The body is compressed ({coding}), which is not read here; send it as it is.");
    let problem = Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_content_encoding", message);
    Err(problem.with_header(ACCEPT_ENCODING, HeaderValue::from_static("identity")))
}
