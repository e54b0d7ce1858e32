use artel_http::caller::RunsRead;
use artel_http::{Caller, Problem};
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;

use super::TAG;
use super::place::Place;
use crate::App;
use crate::artifacts::bytes::bytes_of;

/// Read a file of a session's workspace.
///
/// The path may have several segments (`reports/2026.csv`). `Range` asks for a part. Needs `runs:read`.
#[utoipa::path(get, path = "/sessions/{session_id}/files/{path}", tag = TAG,
    params(("session_id" = String, Path, min_length = 1, max_length = 200),
        ("path" = String, Path, min_length = 1, max_length = 1024)),
    responses(
        (status = 200, description = "The bytes, under the media type of the file.", body = Vec<u8>, content_type = "*/*"),
        (status = 206, description = "The part that was asked for.", body = Vec<u8>, content_type = "*/*"),
        (status = 304, description = "The caller has it already (`If-None-Match`)."),
        (status = 422, response = crate::document::Invalid),
        (status = 416, description = "The file has no such part.")))]
pub(crate) async fn get_workspace_file(
    State(app): State<App>,
    caller: Caller<RunsRead>,
    place: Place,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let viewer = app.viewer(&caller);
    let (session, path) = place.find(&app, &viewer).await?;
    let file = app.store.find_workspace_file(&viewer, &session, &path).await?;
    let file = file.ok_or_else(|| Problem::not_found("file"))?;
    let artifact = app.store.find_artifact(&viewer, file.artifact_id).await?;
    let mut artifact = artifact.ok_or_else(|| Problem::not_found("file"))?;
    artifact.title = Some(path.file_name().to_owned());
    bytes_of(&app, &artifact, &headers, &caller.standing).await
}
