use artel_domain::ArtifactId;
use artel_http::caller::{RunsWrite, other_agent};
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
    ensure_own_agents(&app, &caller, artifact).await?;
    let audit = caller.audit("artifact.delete", "artifact", artifact, app.clock.now());
    if app.store.delete_artifact(&app.viewer(&caller), artifact, audit).await? {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(Problem::not_found("artifact"))
    }
}

/// A key for one agent deletes what was made in that agent's sessions, and no other file.
async fn ensure_own_agents(app: &App, caller: &Caller<RunsWrite>, artifact: ArtifactId) -> Result<(), Problem> {
    let Some(only) = caller.agent_id else { return Ok(()) };
    let viewer = app.viewer(caller);
    let found = app.store.find_artifact(&viewer, artifact).await?.ok_or_else(|| Problem::not_found("artifact"))?;
    let session = match &found.session_id {
        Some(session) => app.store.find_session(&viewer, session).await?,
        None => None,
    };
    if session.is_some_and(|session| session.agent_id == only) { Ok(()) } else { Err(other_agent()) }
}
