//! `If-Match` and `If-None-Match` of changes.

use artel_domain::{MemoryPath, Refusal};
use artel_http::{Identity, Problem};
use artel_store::Viewer;
use axum::http::header::{IF_MATCH, IF_NONE_MATCH};
use axum::http::{HeaderMap, StatusCode};
use utoipa::IntoParams;

use crate::App;

/// The versions under which a change is made.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "read by `expected`; this is its description")]
pub(crate) struct Conditions {
    /// The version that the file must have, as its `ETag` says it; otherwise 412.
    #[param(rename = "If-Match", nullable = false, max_length = 200, pattern = "^(\\*|\"[0-9]{1,18}\")$")]
    if_match: Option<String>,
    /// `*`: there must be no file; otherwise 412.
    #[param(rename = "If-None-Match", nullable = false, max_length = 1, pattern = "^\\*$")]
    if_none_match: Option<String>,
}

/// The version that the caller's own file at the path must have; 0: there must be none.
///
/// # Errors
/// 412 when it cannot be so, and the store's.
pub(super) async fn expected(
    app: &App,
    caller: &Identity,
    path: &MemoryPath,
    headers: &HeaderMap,
) -> Result<Option<i64>, Problem> {
    let Some(wanted) = headers.get(IF_MATCH) else {
        let must_be_new = headers.get(IF_NONE_MATCH).is_some_and(|value| value == "*");
        return Ok(must_be_new.then_some(0));
    };
    let wanted = wanted.to_str().unwrap_or_default();
    let found = app.store.find_memory(&Viewer::from(&caller.requester()), caller.user_id, path).await?;
    let Some((file, _)) = found else { return Err(other_version(format!("There is no file {path}."))) };
    let own = format!("\"{}\"", file.version);
    if wanted.split(',').map(str::trim).any(|tag| tag == "*" || tag == own) {
        return Ok(Some(file.version));
    }
    Err(other_version(format!("{path} has version {} now, not {wanted}: read it again and merge.", file.version)))
}

/// A refusal of the intent; another version is a condition that did not hold.
pub(super) fn refused(refusal: Refusal) -> Problem {
    if refusal.code == "version_conflict" { other_version(refusal.message) } else { refusal.into() }
}

fn other_version(message: String) -> Problem {
    Problem::new(StatusCode::PRECONDITION_FAILED, "version_conflict", message)
}
