use artel_domain::SessionId;
use artel_http::caller::RunsWrite;
use artel_http::{At, Caller, Problem};
use axum::extract::State;
use axum::http::StatusCode;

use super::TAG;
use crate::App;

/// End a session.
///
/// Its turns are cancelled; the records of its runs stay readable for its owner. Needs `runs:write`.
#[utoipa::path(delete, path = "/sessions/{session_id}", tag = TAG,
    params(("session_id" = String, Path, min_length = 1, max_length = 200)),
    responses((status = 204, description = "It has ended.")))]
pub(crate) async fn delete_session(
    State(app): State<App>,
    caller: Caller<RunsWrite>,
    At(session): At<SessionId>,
) -> Result<StatusCode, Problem> {
    if !session.is_unique() {
        return Err(Problem::not_found("session"));
    }
    app.intents.end_organization_session(&caller.requester(), &session).await?;
    Ok(StatusCode::NO_CONTENT)
}
