use artel_domain::{Artifact, ArtifactId};
use artel_http::caller::RunsRead;
use artel_http::{At, Caller, Checked, Faults, Params, Problem, Standing};
use artel_store::Viewer;
use axum::BoxError;
use axum::body::{Body, Bytes};
use axum::extract::{FromRequestParts as _, State};
use axum::http::header::{CONTENT_LENGTH, CONTENT_RANGE, IF_NONE_MATCH};
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};
use futures::{StreamExt as _, TryStream, TryStreamExt as _};
use serde::Deserialize;
use utoipa::IntoParams;

use super::headers::{etag, headers};
use super::range::{Part, part};
use super::{TAG, problem};
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
    let (headers, etag) = (headers(&artifact), etag(&artifact));
    if parts.headers.get(IF_NONE_MATCH).is_some_and(|known| known.as_bytes() == etag.as_bytes()) {
        return Ok((StatusCode::NOT_MODIFIED, headers).into_response());
    }
    let mut answer = match part(&parts.headers, artifact.bytes, &etag) {
        Part::Outside => outside(artifact.bytes),
        Part::Whole => {
            let bytes = app.artifacts.read(&artifact, None).await.map_err(problem)?;
            sized(bytes, artifact.bytes, &standing)
        }
        Part::Bytes(range) => {
            let bytes = app.artifacts.read(&artifact, Some(range.clone())).await.map_err(problem)?;
            let mut answer = sized(bytes, range.end - range.start, &standing);
            *answer.status_mut() = StatusCode::PARTIAL_CONTENT;
            let said = format!("bytes {}-{}/{}", range.start, range.end - 1, artifact.bytes);
            answer.headers_mut().extend(HeaderValue::from_str(&said).ok().map(|value| (CONTENT_RANGE, value)));
            answer
        }
    };
    answer.headers_mut().extend(headers);
    Ok(answer)
}

/// By a link's token, else as the caller sees it; and for how long it may be read.
async fn found(app: &App, artifact: ArtifactId, parts: &mut Parts) -> Result<(Option<Artifact>, Standing), Problem> {
    let Params(wanted) = Params::<GetArtifact>::from_request_parts(parts, app).await?;
    let linked = wanted.token.and_then(|token| app.artifact_links.open(&token, artifact, app.clock.now()));
    let (viewer, standing) = if let Some(tenant) = linked {
        (Viewer::service(tenant), Standing::permanent())
    } else {
        let caller = Caller::<RunsRead>::from_request_parts(parts, app).await?;
        (app.viewer(&caller), caller.standing.clone())
    };
    Ok((app.store.find_artifact(&viewer, artifact).await?, standing))
}

/// A slow reader's answer ends with their standing, before its length is reached.
#[expect(clippy::disallowed_methods, reason = "the bytes end with the caller's standing")]
fn sized<S>(content: S, bytes: u64, standing: &Standing) -> Response
where
    S: TryStream<Ok = Bytes, Error: Into<BoxError>> + Send + 'static,
{
    let content = content.into_stream().take_until(standing.watch());
    ([(CONTENT_LENGTH, HeaderValue::from(bytes))], Body::from_stream(content)).into_response()
}

fn outside(bytes: u64) -> Response {
    let said = HeaderValue::from_str(&format!("bytes */{bytes}")).ok();
    let mut answer = StatusCode::RANGE_NOT_SATISFIABLE.into_response();
    answer.headers_mut().extend(said.map(|value| (CONTENT_RANGE, value)));
    answer
}
