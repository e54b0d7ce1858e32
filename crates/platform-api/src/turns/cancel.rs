use artel_domain::RunId;
use artel_http::caller::RunsWrite;
use artel_http::{At, Caller, Problem};
use artel_store::Viewer;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;

use super::{TurnAt, TurnRef, found};
use crate::App;
use crate::sessions::TAG;

/// Cancel a turn.
///
/// What is under way is broken off, and the stream ends with `turn_cancelled`. Needs `runs:write`.
#[utoipa::path(post, path = "/sessions/{session_id}/turns/{turn_id}/cancel", tag = TAG,
    params(("session_id" = String, Path, min_length = 1, max_length = 200), ("turn_id" = RunId, Path)),
    responses((status = 202, description = "It will end shortly.", body = TurnRef),
        (status = 409, response = crate::document::Conflict)))]
pub(crate) async fn cancel_turn(
    State(app): State<App>,
    caller: Caller<RunsWrite>,
    At(TurnAt { session_id, turn_id }): At<TurnAt>,
) -> Result<(StatusCode, Json<TurnRef>), Problem> {
    let run = found(&app, &Viewer::from(&caller.requester()), &session_id, turn_id).await?;
    let run = app.intents.cancel_run(&caller.requester(), run.id).await?;
    Ok((StatusCode::ACCEPTED, Json(TurnRef { session_id: run.session_id.shown(), turn_id: run.id })))
}
