use artel_domain::{AgentId, Session, SessionId, TenantId, Timestamp, UserId};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

/// A dialogue with an organisation's agent.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Session)]
pub(crate) struct SessionView {
    id: SessionId,
    org_id: TenantId,
    /// The agent that spoke last.
    agent_id: AgentId,
    /// Whose it is.
    user_id: Option<UserId>,
    /// The first message, until somebody names the session.
    #[serde(serialize_with = "artel_domain::names::maybe_shown")]
    title: Option<String>,
    #[schema(value_type = Option<Object>)]
    metadata: Option<Value>,
    created_at: Timestamp,
    updated_at: Timestamp,
}

impl From<Session> for SessionView {
    fn from(session: Session) -> Self {
        let Session { tenant_id, agent_id, owner_id, title, metadata, created_at, updated_at, .. } = session;
        let (id, org_id, user_id) = (session.id.shown(), tenant_id, owner_id);
        Self { id, org_id, agent_id, user_id, title, metadata, created_at, updated_at }
    }
}
