use artel_domain::{Artifact, ArtifactId};
use artel_http::caller::RunsWrite;
use artel_http::{Attempt, Caller, Problem, check_coding};
use artel_store::NewArtifact;
use axum::Json;
use axum::extract::multipart::MultipartRejection;
use axum::extract::{Multipart, State};
use axum::http::{HeaderMap, StatusCode};
use uuid::Uuid;

use super::create_form::{CreateArtifact, Received, receive};
use super::{TAG, problem};
use crate::App;

/// Send a file.
///
/// The bytes are stored as they come; at most 100 MiB. The media type is told by the bytes, not by the name. With an
/// `Idempotency-Key`, the same file sent again by the same caller is the same artifact. Needs `runs:write`.
#[utoipa::path(post, path = "/artifacts", tag = TAG, params(crate::document::IdempotencyKey),
    request_body(content = CreateArtifact, content_type = "multipart/form-data"),
    responses((status = 201, description = "The artifact.", body = Artifact), (status = 409, response = crate::document::Conflict)))]
pub(crate) async fn create_artifact(
    State(app): State<App>,
    caller: Caller<RunsWrite>,
    attempt: Attempt,
    headers: HeaderMap,
    form: Result<Multipart, MultipartRejection>,
) -> Result<(StatusCode, Json<Artifact>), Problem> {
    check_coding(&headers)?;
    let form = form.map_err(|_| not_a_form())?;
    // A retry of the same caller finds the same id.
    let id = ArtifactId(attempt.key().map_or_else(
        || app.clock.uuid(),
        |key| Uuid::new_v5(&caller.tenant_id.0, format!("artifact/{}/{key}", caller.account()).as_bytes()),
    ));
    let new = NewArtifact {
        id,
        tenant_id: caller.tenant_id,
        owner_id: caller.user_id,
        session_id: None,
        kind: "file".to_owned(),
        is_ephemeral: false,
        at: app.clock.now(),
    };
    let artifact = match receive(&app.artifacts, new, form).await? {
        Received::New { upload, title } => {
            let audit = caller.audit("artifact.create", "artifact", id, app.clock.now());
            upload.finish(title, None, audit).await.map_err(problem)?
        }
        Received::Again { artifact, sha256 } if artifact.sha256 == sha256 => *artifact,
        Received::Again { .. } => {
            return Err(Problem::invalid_field("Idempotency-Key", "was used with another file"));
        }
    };
    Ok((StatusCode::CREATED, Json(artifact)))
}

fn not_a_form() -> Problem {
    let message = "Send the file as multipart/form-data with the member 'file'.";
    Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type", message)
}
