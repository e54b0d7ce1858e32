use serde_json::Value;

use crate::words::words;
use crate::{AgentId, SessionId, Specialist, TenantId, Timestamp, UserId};

words! {
    /// Who sees a session besides its owner. It is set when the session is made.
    Visibility {
        /// Administrators, who leave an audit row.
        Private = "private",
        /// Every user of the tenant, by scope.
        Tenant = "tenant",
    }
}

/// A dialogue. Its runs happen one after the other.
#[derive(Debug, Clone, PartialEq)]
pub struct Session {
    pub id: SessionId,
    pub tenant_id: TenantId,
    /// The agent that spoke last.
    pub agent_id: AgentId,
    /// Whose dialogue with the specialists it is; absent in sessions that runs of other agents made.
    pub user_id: Option<UserId>,
    /// The user who began it. Absent when an older release made the session and no run of it is known.
    pub owner_id: Option<UserId>,
    pub visibility: Visibility,
    /// The first input until somebody names it, cut to 500 characters.
    pub title: Option<String>,
    pub description: Option<String>,
    pub metadata: Option<Value>,
    /// What every specialist is told in this session, beside its own prompt.
    pub system_prompt: Option<String>,
    /// Whose turn it is among the specialists.
    pub specialist: Option<Specialist>,
    /// The user chose the specialist: inputs are not routed.
    pub is_pinned: bool,
    /// Of users, models and tools.
    pub message_count: i64,
    /// Ended sessions are kept, and answer no more.
    pub is_active: bool,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}
