use artel_domain::{Hook, HookId, InboundEvent, InboundEventId, JsonText, TenantId, UserId};
use uuid::Uuid;

use crate::values::time;

#[derive(Debug)]
pub(crate) struct HookRow {
    pub(crate) id: Uuid,
    pub(crate) tenant_id: Uuid,
    pub(crate) connector_key: String,
    pub(crate) last4: String,
    pub(crate) has_secret: bool,
    pub(crate) created_by: Uuid,
    pub(crate) created_at: i64,
    pub(crate) last_refused_at: Option<i64>,
}

impl From<HookRow> for Hook {
    fn from(row: HookRow) -> Self {
        Self {
            id: HookId(row.id),
            tenant_id: TenantId(row.tenant_id),
            connector_key: row.connector_key,
            last4: row.last4,
            has_secret: row.has_secret,
            created_by: UserId(row.created_by),
            created_at: time(row.created_at),
            last_refused_at: row.last_refused_at.map(time),
        }
    }
}

#[derive(Debug)]
pub(crate) struct InboundEventRow {
    pub(crate) id: Uuid,
    pub(crate) tenant_id: Uuid,
    pub(crate) hook_id: Uuid,
    pub(crate) service: String,
    pub(crate) kind: Option<String>,
    pub(crate) delivery_id: String,
    pub(crate) payload: String,
    pub(crate) received_at: i64,
}

impl TryFrom<InboundEventRow> for InboundEvent {
    type Error = sqlx::Error;

    fn try_from(row: InboundEventRow) -> sqlx::Result<Self> {
        Ok(Self {
            id: InboundEventId(row.id),
            tenant_id: TenantId(row.tenant_id),
            hook_id: HookId(row.hook_id),
            service: row.service,
            kind: row.kind,
            received_at: time(row.received_at),
            delivery_id: row.delivery_id,
            payload: JsonText::new(row.payload),
        })
    }
}

/// Before and after (each SQL text) a hook's columns.
macro_rules! hooks {
    ($before:literal, $after:literal $(, $arg:expr)* $(,)?) => {
        sqlx::query_as!(
            $crate::rows::HookRow,
            $before + r#" id, tenant_id, connector_key, last4, sealed IS NOT NULL AS "has_secret!", created_by, created_at,
                last_refused_at "# + $after
            $(, $arg)*
        )
    };
}

pub(crate) use hooks;
