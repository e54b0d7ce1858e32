use artel_domain::SessionId;
use artel_http::caller::RunsWrite;
use artel_http::{At, Body, Caller, Checked, Faults, Problem};
use artel_store::Viewer;
use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use utoipa::ToSchema;

use super::view::SessionView;
use super::{TAG, found};
use crate::App;

/// What is absent stays as it is.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct UpdateSession {
    #[schema(schema_with = crate::document::maybe_title)]
    title: Option<String>,
}

impl Checked for UpdateSession {
    fn check(&self, faults: &mut Faults) {
        faults.seen("title", self.title.as_deref(), 1..=500);
    }
}

/// Name a session.
///
/// Its owner does. Needs `runs:write`.
#[utoipa::path(patch, path = "/sessions/{session_id}", tag = TAG,
    params(("session_id" = String, Path, min_length = 1, max_length = 200)), request_body = UpdateSession,
    responses((status = 200, description = "The session as it is now.", body = SessionView)))]
pub(crate) async fn update_session(
    State(app): State<App>,
    caller: Caller<RunsWrite>,
    At(session): At<SessionId>,
    body: Body<UpdateSession>,
) -> Result<Json<SessionView>, Problem> {
    let viewer = Viewer::from(&caller.requester());
    let known = found(&app, &viewer, &session).await?;
    app.intents.check_agent_of_session(&caller.requester(), &known)?;
    let Some(title) = body.value.title else { return Ok(Json(known.into())) };
    let audit = caller.audit("session.rename", "session", &known.id, app.clock.now());
    let renamed = app.store.rename_organization_session(&viewer, &known.id, &title, audit).await?;
    renamed.map(|session| Json(session.into())).ok_or_else(|| Problem::not_found("session"))
}
