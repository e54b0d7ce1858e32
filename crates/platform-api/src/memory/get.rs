use artel_domain::UserId;
use artel_http::caller::RunsRead;
use artel_http::{Caller, Checked, Faults, Params, Problem};
use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use axum::response::IntoResponse;
use serde::Deserialize;
use utoipa::IntoParams;

use super::TAG;
use super::place::{Place, whose};
use super::view::tagged;
use crate::App;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct WhoseMemory {
    /// Whose memory; one's own when absent. An administrator may name anybody.
    #[param(nullable = false)]
    pub(super) user_id: Option<UserId>,
}

impl Checked for WhoseMemory {
    fn check(&self, _: &mut Faults) {}
}

/// Read a file of a memory.
///
/// The Markdown text with its front matter, as it was written; `ETag` is its version. The path may have several
/// segments (`preferences/style.md`). Needs `runs:read`.
#[utoipa::path(get, path = "/memory/{path}", tag = TAG,
    params(("path" = String, Path, min_length = 1, max_length = 200), WhoseMemory),
    responses((status = 200, description = "The text.", body = String, content_type = "text/markdown",
        headers(("ETag" = String, description = "The version, in quotation marks.")))))]
pub(crate) async fn get_memory(
    State(app): State<App>,
    caller: Caller<RunsRead>,
    place: Place,
    Params(wanted): Params<WhoseMemory>,
) -> Result<impl IntoResponse, Problem> {
    let path = place.path()?;
    let (viewer, owner) = whose(&app, &caller, wanted.user_id).await?;
    let found = app.store.find_memory(&viewer, owner, &path).await?;
    let (file, content) = found.ok_or_else(|| Problem::not_found("file"))?;
    let headers = [
        (CONTENT_TYPE, "text/markdown; charset=utf-8"),
        (CACHE_CONTROL, "private, no-cache"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        // Somebody's text: a browser must not run anything in it.
        (CONTENT_SECURITY_POLICY, "sandbox; default-src 'none'"),
    ];
    Ok((headers, tagged(file.version), content))
}
