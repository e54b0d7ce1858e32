//! Turns of a dialogue with an organisation's agent: a turn is a run, and what happens in it is a view of its journal.

pub(crate) mod cancel;
mod cursor;
pub(crate) mod input;
mod projection;
pub(crate) mod start;
pub(crate) mod stream;

use artel_domain::{Run, RunId, SessionId};
use artel_http::Problem;
use artel_store::Viewer;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::App;

/// What this resource answers. Operations of one path stand together.
pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::default()
        .routes(routes!(stream::stream_session))
        .routes(routes!(cancel::cancel_turn))
        .routes(routes!(input::answer_turn))
}

/// What a path names.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct TurnAt {
    session_id: SessionId,
    turn_id: RunId,
}

/// A turn, by its ids.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TurnRef {
    session_id: SessionId,
    turn_id: RunId,
}

/// The turn, when the viewer sees it and it is one of this session.
async fn found(app: &App, viewer: &Viewer, session: &SessionId, turn: RunId) -> Result<Run, Problem> {
    let session = crate::sessions::found(app, viewer, session).await?;
    let run = app.store.find_run(viewer, turn).await?.filter(|run| run.session_id == session.id);
    run.ok_or_else(|| Problem::not_found("turn"))
}
