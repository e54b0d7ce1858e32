use artel_domain::{SessionId, Specialist, Timestamp};
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::{Message, Turnover};
use crate::App;
use crate::extract::InPath;
use crate::fault::Fault;
use crate::user::User;

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Dialogue {
    session_id: SessionId,
    /// Oldest first.
    messages: Vec<Message>,
    /// Of `messages`.
    message_count: usize,
    last_activity: Timestamp,
    current_agent: Specialist,
    agent_history: Vec<AgentChange>,
    /// There were older messages than these. Left out when there were none.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[schema(required = false)]
    is_truncated: bool,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AgentChange {
    from: Specialist,
    to: Specialist,
    reason: String,
    timestamp: Timestamp,
}

impl From<&Turnover> for AgentChange {
    fn from(turnover: &Turnover) -> Self {
        Self { from: turnover.from, to: turnover.to, reason: turnover.reason.clone(), timestamp: turnover.at }
    }
}

/// Read what was said in a session: its newest messages, all of them unless it is very long.
#[utoipa::path(get, path = "/sessions/{session_id}/history", tag = crate::sessions::TAG, params(("session_id" = String, Path, description = "The session.", min_length = 1, max_length = 200)),
    responses((status = OK, description = "What was said.", body = Dialogue)))]
pub(crate) async fn get_history(
    State(app): State<App>,
    user: User,
    InPath(id): InPath,
) -> Result<Json<Dialogue>, Fault> {
    let session = app.intents.own_session(&user.requester(), &id).await?;
    let story = super::read(&app, &user.viewer(), &session.id).await?;
    Ok(Json(Dialogue {
        message_count: story.messages.len(),
        messages: story.messages,
        last_activity: session.updated_at,
        current_agent: session.specialist.unwrap_or(app.config.first),
        agent_history: story.turnovers.iter().map(AgentChange::from).collect(),
        is_truncated: story.is_cut,
        session_id: id,
    }))
}
