use artel_http::{Checked, Faults};
use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use utoipa::ToSchema;

use super::check_title;
use super::view::SessionView;
use crate::App;
use crate::extract::{InPath, Said};
use crate::fault::Fault;
use crate::refusals;
use crate::user::User;

#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct RenameSession {
    #[schema(schema_with = crate::shapes::title)]
    title: String,
}

impl Checked for RenameSession {
    fn check(&self, faults: &mut Faults) {
        check_title(Some(&self.title), faults);
    }
}

/// Give a session a title.
#[utoipa::path(patch, path = "/sessions/{session_id}", tag = super::TAG, params(("session_id" = String, Path, description = "The session.", min_length = 1, max_length = 200)),
    request_body(content = RenameSession, example = json!({ "title": "A parser for dates" })),
    responses((status = OK, description = "The session.", body = SessionView)))]
pub(crate) async fn rename_session(
    State(app): State<App>,
    user: User,
    InPath(id): InPath,
    Said(wanted): Said<RenameSession>,
) -> Result<Json<SessionView>, Fault> {
    let session = app.intents.own_session(&user.requester(), &id).await?;
    app.intents.check_agent_of_session(&user.requester(), &session)?;
    let id = session.id;
    let audit = user.requester().audit("session.rename", "session", &id, app.clock.now());
    let renamed = app.store.rename_session(&user.viewer(), &id, &wanted.title, audit).await?;
    let session = renamed.ok_or_else(refusals::no_session)?;
    Ok(Json(SessionView::of(&app, session)))
}
