use artel_domain::{Session, SessionId};
use artel_http::Problem;
use artel_store::NewSession;
use axum::http::StatusCode;
use serde_json::Value;

use super::{codes, ensure_team_agent};
use crate::App;
use crate::user::User;

/// What a client may say about a session that it opens.
#[derive(Debug, Clone, Default)]
pub(crate) struct Opening {
    /// A fresh one when absent.
    pub(crate) id: Option<SessionId>,
    pub(crate) title: Option<String>,
    pub(crate) metadata: Option<Value>,
    pub(crate) system_prompt: Option<String>,
}

/// The user's active session of this id, made when nobody has it.
pub(crate) async fn open_session(app: &App, user: &User, id: &SessionId) -> Result<Session, Problem> {
    if app.store.find_session(user.tenant_id, id).await?.is_some() {
        return own_session(app, user, id).await;
    }
    match create_session(app, user, Opening { id: Some(id.clone()), ..Opening::default() }).await {
        // Another connection of theirs was faster.
        Err(problem) if problem.status() == StatusCode::CONFLICT => own_session(app, user, id).await,
        made => made,
    }
}

/// 409 when the tenant has a session of that id, whosever it is.
pub(crate) async fn create_session(app: &App, user: &User, opening: Opening) -> Result<Session, Problem> {
    let id = opening.id.unwrap_or_else(|| SessionId(app.clock.unguessable_uuid().to_string()));
    check_id(&id)?;
    let agent_id = ensure_team_agent(app, user).await?;
    let at = app.clock.now();
    let new = NewSession {
        id: id.clone(),
        tenant_id: user.tenant_id,
        user_id: user.user_id,
        agent_id,
        title: opening.title,
        metadata: opening.metadata,
        system_prompt: opening.system_prompt,
        at,
    };
    let made = app.store.create_session(new, user.audit("session.create", "session", &id, at)).await?;
    made.ok_or_else(|| Problem::conflict("session_exists", format!("There is a session {id} already.")))
}

/// The user's active session, or 404.
pub(crate) async fn own_session(app: &App, user: &User, id: &SessionId) -> Result<Session, Problem> {
    let session = app.store.find_session(user.tenant_id, id).await?;
    session.filter(|session| session.user_id == Some(user.user_id) && session.is_active).ok_or_else(not_found)
}

pub(crate) fn not_found() -> Problem {
    Problem::new(StatusCode::NOT_FOUND, codes::SESSION_NOT_FOUND, "There is no such session.")
}

fn check_id(id: &SessionId) -> Result<(), Problem> {
    let length = id.0.chars().count();
    if (1..=200).contains(&length) && !id.0.chars().any(char::is_control) {
        return Ok(());
    }
    Err(Problem::invalid_field("session_id", "must be 1 to 200 printable characters"))
}
