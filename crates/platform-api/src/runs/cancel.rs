use artel_domain::RunId;
use artel_http::caller::RunsWrite;
use artel_http::{At, Caller, Problem};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;

use super::TAG;
use super::view::{RunView, view};
use crate::App;

/// Cancel a run.
///
/// Model and tool calls under way are stopped; the run ends as `failed` with the error `cancelled`. Needs `runs:write`.
#[utoipa::path(post, path = "/runs/{run_id}/cancel", tag = TAG, params(("run_id" = RunId, Path)),
    responses((status = 202, description = "It will end shortly.", body = RunView), (status = 409, response = crate::document::Conflict)))]
pub(crate) async fn cancel_run(
    State(app): State<App>,
    caller: Caller<RunsWrite>,
    At(run): At<RunId>,
) -> Result<(StatusCode, Json<RunView>), Problem> {
    let run = app.intents.cancel_run(&caller.requester(), run).await?;
    Ok((StatusCode::ACCEPTED, Json(view(&app, &app.viewer(&caller), run).await?)))
}
