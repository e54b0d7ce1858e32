use artel_domain::DocumentId;
use artel_http::caller::RunsRead;
use artel_http::{At, Caller, Problem};
use artel_store::Viewer;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;

use super::{TAG, absent, found};
use crate::App;
use crate::artifacts::bytes::bytes_of;

/// Read the file of a document.
///
/// The bytes as they were uploaded. `Range` asks for a part of them. Needs `runs:read`.
#[utoipa::path(get, path = "/documents/{document_id}/content", tag = TAG, params(("document_id" = DocumentId, Path)),
    responses(
        (status = 200, description = "The bytes, under the media type of the file.", body = Vec<u8>, content_type = "*/*"),
        (status = 206, description = "The part that was asked for.", body = Vec<u8>, content_type = "*/*"),
        (status = 304, description = "The caller has it already (`If-None-Match`)."),
        (status = 416, description = "The file has no such part.")))]
pub(crate) async fn get_document_content(
    State(app): State<App>,
    caller: Caller<RunsRead>,
    At(document): At<DocumentId>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let document = found(&app, &caller, document).await?;
    // Whoever reads the document reads its file.
    let viewer = Viewer::service(caller.tenant_id);
    let artifact = app.store.find_artifact(&viewer, document.artifact_id).await?.ok_or_else(absent)?;
    bytes_of(&app, &artifact, &headers, &caller.standing).await
}
