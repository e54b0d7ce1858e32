use artel_domain::{AgentId, AuditEntry, Session, SessionId, TenantId, Timestamp, UserId};
use async_trait::async_trait;
use serde_json::Value;

use crate::{Page, Result, Viewer};

/// A dialogue with an organisation's agent, to be stored before its first run.
#[derive(Debug, Clone)]
pub struct NewOrganizationSession {
    /// A UUID.
    pub id: SessionId,
    pub tenant_id: TenantId,
    pub owner_id: UserId,
    pub agent_id: AgentId,
    pub title: String,
    pub metadata: Option<Value>,
    pub at: Timestamp,
}

#[derive(Debug, Clone, Default)]
pub struct OrganizationSessionFilter {
    /// The agent that spoke last.
    pub agent_id: Option<AgentId>,
    /// A part of the title, compared by [`artel_domain::caseless()`].
    pub q: Option<String>,
}

/// Users' dialogues with an organisation's agents: private, and known to no other surface's lists. One that was ended
/// ([`crate::Sessions::end_session`]) is absent here. In their runs the tools of the catalogue are offered
/// ([`crate::TurnRecord::in_organization`]).
#[async_trait]
pub trait OrganizationSessions: Send + Sync {
    /// When the owner has such a session of this id (a retried request), it is returned and nothing is written. `None`:
    /// the id is another session's, or the session has ended.
    async fn create_organization_session(
        &self,
        new: NewOrganizationSession,
        audit: AuditEntry,
    ) -> Result<Option<Session>>;
    async fn find_organization_session(&self, viewer: &Viewer, session: &SessionId) -> Result<Option<Session>>;
    /// Newest activity first: the page and the number of all that match.
    async fn list_organization_sessions(
        &self,
        viewer: &Viewer,
        filter: OrganizationSessionFilter,
        page: Page,
    ) -> Result<(Vec<Session>, i64)>;
    /// `None`: the viewer has no such session.
    async fn rename_organization_session(
        &self,
        viewer: &Viewer,
        session: &SessionId,
        title: &str,
        audit: AuditEntry,
    ) -> Result<Option<Session>>;
}
