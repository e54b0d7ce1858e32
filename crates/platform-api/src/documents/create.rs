use artel_domain::{ArtifactId, DocumentId};
use artel_http::caller::RunsWrite;
use artel_http::{Attempt, Caller, Problem, check_coding};
use artel_store::{DocumentStart, NewArtifact, NewDocument};
use axum::Json;
use axum::extract::multipart::MultipartRejection;
use axum::extract::{Multipart, State};
use axum::http::{HeaderMap, StatusCode};
use uuid::Uuid;

use super::TAG;
use super::create_form::{CreateDocument, receive};
use super::view::DocumentView;
use crate::App;
use crate::artifacts::problem;

/// Upload a document.
///
/// The file is stored as it comes, at most 100 MiB, and read afterwards: `state` is `processing` first, then `ready` or
/// `failed`. A file that is a document already, and that the caller reads, is that document; one that had failed is
/// read again. Needs `runs:write`.
#[utoipa::path(post, path = "/documents", tag = TAG, params(crate::document::IdempotencyKey),
    request_body(content = CreateDocument, content_type = "multipart/form-data"),
    responses((status = 202, description = "The document.", body = DocumentView),
        (status = 409, response = crate::document::Conflict)))]
pub(crate) async fn create_document(
    State(app): State<App>,
    caller: Caller<RunsWrite>,
    attempt: Attempt,
    headers: HeaderMap,
    form: Result<Multipart, MultipartRejection>,
) -> Result<(StatusCode, Json<DocumentView>), Problem> {
    check_coding(&headers)?;
    let form = form.map_err(|_| not_a_form())?;
    // A retry of the same caller finds the same document; its bytes come anew, and go when they are there already.
    let id = DocumentId(attempt.key().map_or_else(
        || app.clock.uuid(),
        |key| Uuid::new_v5(&caller.tenant_id.0, format!("document/{}/{key}", caller.account()).as_bytes()),
    ));
    let artifact_id = ArtifactId(app.clock.uuid());
    let new = NewArtifact {
        id: artifact_id,
        tenant_id: caller.tenant_id,
        owner_id: caller.user_id,
        session_id: None,
        kind: "document".to_owned(),
        is_ephemeral: false,
        at: app.clock.now(),
    };
    let received = receive(&app.artifacts, new, form).await?;
    let title = received.title.or_else(|| received.name.clone()).filter(|title| !title.trim().is_empty());
    let audit = caller.audit("artifact.create", "artifact", artifact_id, app.clock.now());
    let stored = received.upload.finish(received.name, None, audit).await.map_err(problem)?;
    let new = NewDocument {
        id,
        tenant_id: caller.tenant_id,
        owner_id: caller.user_id,
        artifact_id,
        title: title.unwrap_or_else(|| "Document".to_owned()),
        tags: received.tags,
        readers: received.readers,
        bytes: stored.bytes,
        sha256: stored.sha256,
        at: app.clock.now(),
    };
    let audit = caller.audit("document.create", "document", id, app.clock.now());
    match app.store.create_document(new, audit).await? {
        DocumentStart::New(document) | DocumentStart::Same(document) => {
            Ok((StatusCode::ACCEPTED, Json(DocumentView::from(*document))))
        }
        DocumentStart::Taken => Err(Problem::invalid_field("Idempotency-Key", "was used with another file")),
    }
}

fn not_a_form() -> Problem {
    let message = "Send the file as multipart/form-data with the member 'file'.";
    Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type", message)
}
