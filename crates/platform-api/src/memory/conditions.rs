//! `If-Match` and `If-None-Match` of changes.

use artel_domain::{MemoryPath, Refusal};
use artel_http::{Identity, Problem};
use artel_store::Viewer;
use axum::http::header::{IF_MATCH, IF_NONE_MATCH};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
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
    /// `*`: there must be no file; a version: the file must have another one. Otherwise 412.
    #[param(rename = "If-None-Match", nullable = false, max_length = 200, pattern = "^(\\*|\"[0-9]{1,18}\")$")]
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
    let (wanted, unwanted) = (headers.get(IF_MATCH), headers.get(IF_NONE_MATCH));
    match (wanted, unwanted) {
        (None, None) => return Ok(None),
        // The store decides it with the change, so that the same request made again finds what it made.
        (None, Some(unwanted)) if unwanted == "*" => return Ok(Some(0)),
        _ => {}
    }
    let found = app.store.find_memory(&Viewer::from(&caller.requester()), caller.user_id, path).await?;
    let version = found.map(|(file, _)| file.version);
    match (wanted, version) {
        (Some(_), None) => return Err(other_version(format!("There is no file {path}."))),
        (Some(wanted), Some(version)) if !names(wanted, version) => {
            let wanted = wanted.to_str().unwrap_or_default();
            return Err(other_version(format!(
                "{path} has version {version} now, not {wanted}: read it again and merge."
            )));
        }
        _ => {}
    }
    match (unwanted, version) {
        (Some(unwanted), Some(version)) if names(unwanted, version) => {
            Err(other_version(format!("{path} is there and has version {version}: read it and merge, or leave it.")))
        }
        _ => Ok(Some(version.unwrap_or(0))),
    }
}

/// One of the tags is `*` or the version's.
fn names(tags: &HeaderValue, version: i64) -> bool {
    let own = format!("\"{version}\"");
    tags.to_str().unwrap_or_default().split(',').map(str::trim).any(|tag| tag == "*" || tag == own)
}

/// A refusal of the intent; another version is a condition that did not hold.
pub(super) fn refused(refusal: Refusal) -> Problem {
    if refusal.code == "version_conflict" { other_version(refusal.message) } else { refusal.into() }
}

fn other_version(message: String) -> Problem {
    Problem::new(StatusCode::PRECONDITION_FAILED, "version_conflict", message)
}
