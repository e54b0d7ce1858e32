use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{AgentId, ApiKeyId, TenantId, Timestamp, UserId};

/// An API key without the key itself, of which only a keyed hash is stored.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ApiKey {
    pub id: ApiKeyId,
    pub tenant_id: TenantId,
    pub user_id: UserId,
    /// The only agent that this key may run, if any.
    pub agent_id: Option<AgentId>,
    #[serde(serialize_with = "crate::names::maybe_shown")]
    pub name: Option<String>,
    pub last4: String,
    pub scopes: Vec<String>,
    /// Runs that the key may start in a day (UTC).
    pub daily_limit: Option<i64>,
    pub created_at: Timestamp,
    pub expires_at: Option<Timestamp>,
    pub revoked_at: Option<Timestamp>,
    /// The key that made this one: this one ends with it, and its runs count against the limits of both.
    #[serde(default)]
    pub parent_id: Option<ApiKeyId>,
}
