//! Dialogues: what was said in any session, and the sessions with an organisation's agents.

pub(crate) mod delete;
pub(crate) mod get;
pub(crate) mod list;
pub(crate) mod list_messages;
pub(crate) mod update;
mod view;

use artel_domain::{Session, SessionId};
use artel_http::Problem;
use artel_store::Viewer;

use crate::App;

pub(crate) const TAG: &str = "sessions";

/// The session, when it is one with an organisation's agent, the viewer sees it, and it has not ended.
pub(crate) async fn found(app: &App, viewer: &Viewer, session: &SessionId) -> Result<Session, Problem> {
    let found = if session.is_unique() { app.store.find_organization_session(viewer, session).await? } else { None };
    found.ok_or_else(|| Problem::not_found("session"))
}
