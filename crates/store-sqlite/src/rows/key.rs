use artel_domain::{AgentId, ApiKey, ApiKeyId, TenantId, UserId};
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
}

impl TryFrom<ApiKeyRow> for ApiKey {
    type Error = Failure;

    fn try_from(row: ApiKeyRow) -> Outcome<Self> {
        Ok(Self {
            id: ApiKeyId(row.id),
            tenant_id: TenantId(row.tenant_id),
            user_id: UserId(row.user_id),
            agent_id: row.agent_id.map(AgentId),
            name: row.name,
            last4: row.last4,
            scopes: json("scopes", &row.scopes)?,
            daily_limit: row.daily_limit,
            created_at: time(row.created_at),
            expires_at: row.expires_at.map(time),
            revoked_at: row.revoked_at.map(time),
        })
    }
}
