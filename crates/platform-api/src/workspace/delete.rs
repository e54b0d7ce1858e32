use artel_http::caller::RunsWrite;
use artel_http::{Caller, Problem};
use axum::extract::State;
use axum::http::StatusCode;

use super::TAG;
use super::place::Place;
use crate::App;

/// Delete a file of a session's workspace.
///
/// Needs `runs:write`.
#[utoipa::path(delete, path = "/sessions/{session_id}/files/{path}", tag = TAG,
    params(("session_id" = String, Path, min_length = 1, max_length = 200),
        ("path" = String, Path, min_length = 1, max_length = 1024)),
    responses((status = 204, description = "It is gone."), (status = 422, response = crate::document::Invalid)))]
pub(crate) async fn delete_workspace_file(
    State(app): State<App>,
    caller: Caller<RunsWrite>,
    place: Place,
) -> Result<StatusCode, Problem> {
    let (viewer, session, path) = place.find_to_change(&app, &caller.requester()).await?;
    let audit = caller.audit("workspace.delete", "session", &session.0, app.clock.now());
    let was_there = app.store.delete_workspace_file(&viewer, &session, &path, audit).await?;
    was_there.then_some(StatusCode::NO_CONTENT).ok_or_else(|| Problem::not_found("file"))
}
