//! The answer that brings a file's bytes, or a part of them.

use artel_domain::Artifact;
use artel_http::{Problem, Standing};
use axum::BoxError;
use axum::body::{Body, Bytes};
use axum::http::header::{CONTENT_LENGTH, CONTENT_RANGE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};
use futures::{StreamExt as _, TryStream, TryStreamExt as _};

use super::headers::{etag, headers};
use super::known::is_known;
use super::problem;
use super::range::{Part, part};
use crate::App;

/// The bytes of the artifact that `asked` wants: all, a range, or none when the caller has them.
pub(crate) async fn bytes_of(
    app: &App,
    artifact: &Artifact,
    asked: &HeaderMap,
    standing: &Standing,
) -> Result<Response, Problem> {
    let (headers, etag) = (headers(artifact), etag(artifact));
    if is_known(asked, &etag) {
        return Ok((StatusCode::NOT_MODIFIED, headers).into_response());
    }
    let mut answer = match part(asked, artifact.bytes, &etag) {
        Part::Outside => outside(artifact.bytes),
        Part::Whole => {
            let bytes = app.artifacts.read(artifact, None).await.map_err(problem)?;
            sized(bytes, artifact.bytes, standing)
        }
        Part::Bytes(range) => {
            let bytes = app.artifacts.read(artifact, Some(range.clone())).await.map_err(problem)?;
            let mut answer = sized(bytes, range.end - range.start, standing);
            *answer.status_mut() = StatusCode::PARTIAL_CONTENT;
            let said = format!("bytes {}-{}/{}", range.start, range.end - 1, artifact.bytes);
            answer.headers_mut().extend(HeaderValue::from_str(&said).ok().map(|value| (CONTENT_RANGE, value)));
            answer
        }
    };
    answer.headers_mut().extend(headers);
    Ok(answer)
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
