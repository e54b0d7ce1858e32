use artel_domain::{ApiKeyId, AuditRow, TenantId, UserId};
use uuid::Uuid;

use crate::error::{Failure, Outcome};
use crate::values::{json_or_none, time};

pub(crate) struct AuditLogRow {
    pub(crate) tenant_id: Uuid,
    pub(crate) seq: i64,
    pub(crate) user_id: Option<Uuid>,
    pub(crate) api_key_id: Option<Uuid>,
    pub(crate) ip: Option<String>,
    pub(crate) action: String,
    pub(crate) entity_type: String,
    pub(crate) entity_id: String,
    pub(crate) trace_id: String,
    pub(crate) outcome: String,
    pub(crate) details: Option<String>,
    pub(crate) created_at: i64,
    pub(crate) hash: String,
}

impl TryFrom<AuditLogRow> for AuditRow {
    type Error = Failure;

    fn try_from(row: AuditLogRow) -> Outcome<Self> {
        Ok(Self {
            seq: row.seq,
            tenant_id: TenantId(row.tenant_id),
            user_id: row.user_id.map(UserId),
            api_key_id: row.api_key_id.map(ApiKeyId),
            ip: row.ip,
            action: row.action,
            entity_type: row.entity_type,
            entity_id: row.entity_id,
            trace_id: row.trace_id,
            outcome: row.outcome,
            details: json_or_none("details", row.details.as_deref())?,
            created_at: time(row.created_at),
            hash: row.hash,
        })
    }
}
