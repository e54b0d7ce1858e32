use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{AgentId, SessionId, TenantId, Timestamp};

/// A dialogue. Its runs happen one after the other.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Session {
    pub id: SessionId,
    pub tenant_id: TenantId,
    /// The agent that spoke last.
    pub agent_id: AgentId,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}
