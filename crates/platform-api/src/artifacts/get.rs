use artel_domain::{Artifact, ArtifactId};
use artel_http::caller::RunsRead;
use artel_http::{At, Caller, Checked, Faults, Params, Problem, Standing};
use artel_store::Viewer;
use axum::extract::{FromRequestParts as _, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::Response;
use serde::Deserialize;
use utoipa::IntoParams;

use super::TAG;
use super::bytes::bytes_of;
use crate::App;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct GetArtifact {
    /// From `POST /artifacts/{artifact_id}/link`: opens the file without a credential.
    #[param(nullable = false, min_length = 1, max_length = 1000)]
    token: Option<String>,
}

impl Checked for GetArtifact {
    fn check(&self, faults: &mut Faults) {
        faults.length("token", self.token.as_deref(), 1..=1000);
    }
}

/// Read a file's bytes.
///
/// `Range` asks for a part of them. Needs `runs:read`, or the token of a link.
#[utoipa::path(get, path = "/artifacts/{artifact_id}", tag = TAG, params(("artifact_id" = ArtifactId, Path), GetArtifact),
    responses(
        (status = 200, description = "The bytes, under the media type of the file.", body = Vec<u8>, content_type = "*/*"),
        (status = 206, description = "The part that was asked for.", body = Vec<u8>, content_type = "*/*"),
        (status = 304, description = "The caller has it already (`If-None-Match`)."),
        (status = 416, description = "The file has no such part.")))]
pub(crate) async fn get_artifact(
    State(app): State<App>,
    At(artifact): At<ArtifactId>,
    mut parts: Parts,
) -> Result<Response, Problem> {
    let (artifact, standing) = found(&app, artifact, &mut parts).await?;
    let artifact = artifact.ok_or_else(|| Problem::not_found("artifact"))?;
    bytes_of(&app, &artifact, &parts.headers, &standing).await
}

/// By a link's token, else as the caller sees it; and for how long it may be read.
async fn found(app: &App, artifact: ArtifactId, parts: &mut Parts) -> Result<(Option<Artifact>, Standing), Problem> {
    let Params(wanted) = Params::<GetArtifact>::from_request_parts(parts, app).await?;
    let linked = match wanted.token {
        Some(token) => linked(app, &token, artifact).await?,
        None => None,
    };
    let (viewer, standing) = if let Some(linked) = linked {
        linked
    } else {
        let caller = Caller::<RunsRead>::from_request_parts(parts, app).await?;
        (app.viewer(&caller), caller.standing.clone())
    };
    Ok((app.store.find_artifact(&viewer, artifact).await?, standing))
}

/// Who may read by the link's token; `None` when it opens nothing, also because its maker's access has ended.
async fn linked(app: &App, token: &str, artifact: ArtifactId) -> Result<Option<(Viewer, Standing)>, Problem> {
    let Some(link) = app.artifact_links.open(token, artifact, app.clock.now()) else { return Ok(None) };
    let standing = link.basis.map_or_else(Standing::permanent, |basis| app.gate.standing(basis));
    match standing.ensure().await {
        Ok(()) => Ok(Some((Viewer::service(link.tenant), standing))),
        Err(problem) if problem.status() == StatusCode::UNAUTHORIZED => Ok(None),
        Err(problem) => Err(problem),
    }
}
