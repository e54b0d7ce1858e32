use artel_domain::SessionId;
use artel_http::caller::RunsRead;
use artel_http::{At, Caller, Problem};
use axum::Json;
use axum::extract::State;

use super::view::SessionView;
use super::{TAG, found};
use crate::App;

/// Read a session with an organisation's agent.
///
/// Needs `runs:read`.
#[utoipa::path(get, path = "/sessions/{session_id}", tag = TAG,
    params(("session_id" = String, Path, min_length = 1, max_length = 200)),
    responses((status = 200, description = "The session.", body = SessionView)))]
pub(crate) async fn get_session(
    State(app): State<App>,
    caller: Caller<RunsRead>,
    At(session): At<SessionId>,
) -> Result<Json<SessionView>, Problem> {
    Ok(Json(found(&app, &app.viewer(&caller), &session).await?.into()))
}
