use artel_http::{Checked, Faults};
use axum::Json;
use axum::extract::State;
use serde::Deserialize;

use super::check_title;
use super::view::SessionView;
use crate::App;
use crate::extract::{InPath, Said};
use crate::fault::Fault;
use crate::refusals;
use crate::user::User;

#[derive(Debug, Deserialize)]
pub(crate) struct RenameSession {
    title: String,
}

impl Checked for RenameSession {
    fn check(&self, faults: &mut Faults) {
        check_title(Some(&self.title), faults);
    }
}

/// Give a session a title.
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
