use artel_domain::{AgentId, ApiKey, ApiKeyId, TenantId, UserId};
use artel_store::{HeldKey, KeyInLine};
use uuid::Uuid;

use crate::error::{Failure, Outcome};
use crate::values::{json, time};

pub(crate) struct ApiKeyRow {
    pub(crate) id: Uuid,
    pub(crate) tenant_id: Uuid,
    pub(crate) user_id: Uuid,
    pub(crate) agent_id: Option<Uuid>,
    pub(crate) name: Option<String>,
    pub(crate) last4: String,
    pub(crate) scopes: String,
    pub(crate) daily_limit: Option<i64>,
    pub(crate) created_at: i64,
    pub(crate) expires_at: Option<i64>,
    pub(crate) revoked_at: Option<i64>,
    /// JSON: id, daily limit, `expires_at` and `revoked_at` of the keys above it, from below.
    pub(crate) above: String,
}

/// Id, daily limit, `expires_at` and `revoked_at`.
type Above = (Uuid, Option<i64>, Option<i64>, Option<i64>);

impl TryFrom<ApiKeyRow> for HeldKey {
    type Error = Failure;

    fn try_from(row: ApiKeyRow) -> Outcome<Self> {
        let above: Vec<Above> = json("above", &row.above)?;
        let first = |own: Option<i64>, of: fn(&Above) -> Option<i64>| above.iter().filter_map(of).chain(own).min();
        let key = ApiKey {
            id: ApiKeyId(row.id),
            tenant_id: TenantId(row.tenant_id),
            user_id: UserId(row.user_id),
            agent_id: row.agent_id.map(AgentId),
            name: row.name,
            last4: row.last4,
            scopes: json("scopes", &row.scopes)?,
            daily_limit: row.daily_limit,
            created_at: time(row.created_at),
            expires_at: first(row.expires_at, |above| above.2).map(time),
            revoked_at: first(row.revoked_at, |above| above.3).map(time),
            parent_id: above.first().map(|parent| ApiKeyId(parent.0)),
        };
        let own = KeyInLine { id: key.id, daily_limit: key.daily_limit };
        let above = above.iter().map(|above| KeyInLine { id: ApiKeyId(above.0), daily_limit: above.1 });
        let line = std::iter::once(own).chain(above).collect();
        Ok(Self { key, line })
    }
}
