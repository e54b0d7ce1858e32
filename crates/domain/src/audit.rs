//! Who did what: rows are chained by hash within a tenant, so that a changed or removed row shows.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};
use utoipa::ToSchema;

use crate::{ApiKeyId, TenantId, Timestamp, UserId};

/// Who acted, from where.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
pub struct Actor {
    pub user_id: Option<UserId>,
    pub api_key_id: Option<ApiKeyId>,
    pub ip: Option<String>,
}

/// What the caller of a store intent hands over; the store adds the place in the chain.
#[derive(Debug, Clone, PartialEq)]
pub struct AuditEntry {
    pub actor: Actor,
    /// `<entity>.<verb>`, for example `agent.create`.
    pub action: &'static str,
    pub entity_type: &'static str,
    pub entity_id: String,
    pub trace_id: String,
    /// `ok`, or why not.
    pub outcome: String,
    pub details: Option<Value>,
    pub at: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct AuditRow {
    /// Place in the tenant's chain: 1, 2, 3 …
    pub seq: i64,
    pub tenant_id: TenantId,
    pub user_id: Option<UserId>,
    pub api_key_id: Option<ApiKeyId>,
    pub ip: Option<String>,
    pub action: String,
    pub entity_type: String,
    pub entity_id: String,
    pub trace_id: String,
    pub outcome: String,
    #[schema(value_type = Option<Object>)]
    pub details: Option<Value>,
    pub created_at: Timestamp,
    /// Hex SHA-256 over the row before it and this row.
    pub hash: String,
}

impl AuditRow {
    /// The row as it stands after `previous` (the hash of row `seq - 1`, empty for the first).
    pub fn chain(tenant_id: TenantId, seq: i64, previous: &str, entry: &AuditEntry) -> Self {
        let mut row = Self {
            seq,
            tenant_id,
            user_id: entry.actor.user_id,
            api_key_id: entry.actor.api_key_id,
            ip: entry.actor.ip.clone(),
            action: entry.action.to_owned(),
            entity_type: entry.entity_type.to_owned(),
            entity_id: entry.entity_id.clone(),
            trace_id: entry.trace_id.clone(),
            outcome: entry.outcome.clone(),
            details: entry.details.clone(),
            created_at: entry.at,
            hash: String::new(),
        };
        row.hash = row.expected_hash(previous);
        row
    }

    /// What `hash` must be when nothing was changed.
    pub fn expected_hash(&self, previous: &str) -> String {
        let mut hasher = Sha256::new();
        let mut field = |text: &str| {
            hasher.update((text.len() as u64).to_be_bytes());
            hasher.update(text.as_bytes());
        };
        field(previous);
        field(&self.seq.to_string());
        field(&self.tenant_id.to_string());
        field(&self.user_id.map_or_else(String::new, |id| id.to_string()));
        field(&self.api_key_id.map_or_else(String::new, |id| id.to_string()));
        field(self.ip.as_deref().unwrap_or_default());
        field(&self.action);
        field(&self.entity_type);
        field(&self.entity_id);
        field(&self.trace_id);
        field(&self.outcome);
        field(&self.details.as_ref().map_or_else(String::new, crate::digest::of));
        field(&self.created_at.as_microsecond().to_string());
        hex::encode(hasher.finalize())
    }
}
