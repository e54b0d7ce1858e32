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
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::App;

pub(crate) const TAG: &str = "sessions";

/// What this resource answers. Operations of one path stand together.
pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::default()
        .routes(routes!(list_messages::list_session_messages))
        .routes(routes!(list::list_sessions))
        .routes(routes!(get::get_session, update::update_session, delete::delete_session))
}

/// The session, when it is one with an organisation's agent, the viewer sees it, and it has not ended.
pub(crate) async fn found(app: &App, viewer: &Viewer, session: &SessionId) -> Result<Session, Problem> {
    let found = if session.is_unique() { app.store.find_organization_session(viewer, session).await? } else { None };
    found.ok_or_else(|| Problem::not_found("session"))
}
