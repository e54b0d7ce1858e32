use artel_domain::{Artifact, ArtifactId};
use artel_http::caller::RunsRead;
use artel_http::{At, Caller, Problem};
use axum::Json;
use axum::extract::State;

use super::TAG;
use crate::App;

/// Read what is known of a file.
///
/// Needs `runs:read`.
#[utoipa::path(get, path = "/artifacts/{artifact_id}/meta", tag = TAG, params(("artifact_id" = ArtifactId, Path)),
    responses((status = 200, description = "The artifact.", body = Artifact)))]
pub(crate) async fn get_artifact_meta(
    State(app): State<App>,
    caller: Caller<RunsRead>,
    At(artifact): At<ArtifactId>,
) -> Result<Json<Artifact>, Problem> {
    let found = app.store.find_artifact(&app.viewer(&caller), artifact).await?;
    found.map(Json).ok_or_else(|| Problem::not_found("artifact"))
}
