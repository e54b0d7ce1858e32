use artel_domain::ArtifactId;
use artel_http::caller::RunsWrite;
use artel_http::{At, Caller, Problem};
use axum::extract::State;
use axum::http::StatusCode;

use super::TAG;
use crate::App;

/// Delete a file.
///
/// Its bytes are removed within minutes. Needs `runs:write`.
#[utoipa::path(delete, path = "/artifacts/{artifact_id}", tag = TAG, params(("artifact_id" = ArtifactId, Path)),
    responses((status = 204, description = "It is gone.")))]
pub(crate) async fn delete_artifact(
    State(app): State<App>,
    caller: Caller<RunsWrite>,
    At(artifact): At<ArtifactId>,
) -> Result<StatusCode, Problem> {
    let audit = caller.audit("artifact.delete", "artifact", artifact, app.clock.now());
    if app.store.delete_artifact(&app.viewer(&caller), artifact, audit).await? {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(Problem::not_found("artifact"))
    }
}
