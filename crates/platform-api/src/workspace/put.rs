use artel_artifacts::{Beginning, Upload};
use artel_domain::{ArtifactId, SessionId, WorkspacePath};
use artel_http::caller::RunsWrite;
use artel_http::{Caller, Problem, check_coding};
use artel_store::{NewArtifact, WorkspaceWrite};
use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use futures::StreamExt as _;

use super::TAG;
use super::entry::WorkspaceEntry;
use super::place::Place;
use crate::App;
use crate::artifacts::problem;

/// Write a file into a session's workspace.
///
/// The body is the file, at most 100 MiB. A file that is there is replaced. A workspace has at most 20,000 files and
/// 1 GiB. Needs `runs:write`.
#[utoipa::path(put, path = "/sessions/{session_id}/files/{path}", tag = TAG,
    params(("session_id" = String, Path, min_length = 1, max_length = 200),
        ("path" = String, Path, min_length = 1, max_length = 1024)),
    request_body(content = Option<Vec<u8>>, content_type = "application/octet-stream"),
    responses((status = 200, description = "It was replaced.", body = WorkspaceEntry),
        (status = 201, description = "It is new.", body = WorkspaceEntry),
        (status = 409, response = crate::document::Conflict)))]
pub(crate) async fn put_workspace_file(
    State(app): State<App>,
    caller: Caller<RunsWrite>,
    place: Place,
    headers: HeaderMap,
    body: Body,
) -> Result<(StatusCode, Json<WorkspaceEntry>), Problem> {
    check_coding(&headers)?;
    let (viewer, session, path) = place.find_to_change(&app, &caller.requester()).await?;
    let artifact = store(&app, &caller, &session, body).await?;
    let audit = caller.audit("workspace.write", "session", &session.0, app.clock.now());
    let written = app.store.put_workspace_file(&viewer, &session, &path, artifact, audit).await?;
    if let WorkspaceWrite::Written { file, replaced } = written {
        let status = if replaced { StatusCode::OK } else { StatusCode::CREATED };
        return Ok((status, Json(file.into())));
    }
    // The bytes are at no path: they go with the next sweep.
    let audit = caller.audit("artifact.delete", "artifact", artifact, app.clock.now());
    app.store.delete_artifact(&viewer, artifact, audit).await?;
    Err(refused(&written, &path))
}

/// The body as an artifact of the session.
async fn store(app: &App, caller: &Caller<RunsWrite>, session: &SessionId, body: Body) -> Result<ArtifactId, Problem> {
    let id = ArtifactId(app.clock.uuid());
    let new = NewArtifact {
        id,
        tenant_id: caller.tenant_id,
        owner_id: caller.user_id,
        session_id: Some(session.clone()),
        kind: "workspace_file".to_owned(),
        is_ephemeral: true,
        at: app.clock.now(),
    };
    if let Beginning::Upload(upload) = app.artifacts.begin(new).await.map_err(problem)? {
        let upload = received(*upload, body).await?;
        let audit = caller.audit("artifact.create", "artifact", id, app.clock.now());
        upload.finish(None, None, audit).await.map_err(problem)?;
    }
    Ok(id)
}

async fn received(mut upload: Upload, body: Body) -> Result<Upload, Problem> {
    let mut body = body.into_data_stream();
    while let Some(bytes) = body.next().await {
        let bytes = bytes.map_err(|_| Problem::malformed("The body could not be read to its end; send it again."))?;
        upload.write(bytes).await.map_err(problem)?;
    }
    Ok(upload)
}

fn refused(written: &WorkspaceWrite, path: &WorkspacePath) -> Problem {
    match written {
        WorkspaceWrite::PathTaken => Problem::conflict(
            "path_taken",
            format!("{path} is a directory, or lies in a file; choose another path or delete what is there."),
        ),
        WorkspaceWrite::TooManyFiles => {
            Problem::conflict("workspace_full", "The workspace has 20000 files; delete some first.")
        }
        WorkspaceWrite::TooManyBytes => {
            Problem::conflict("workspace_full", "The workspace would have more than 1 GiB; delete some files first.")
        }
        _ => Problem::not_found("session"),
    }
}
