use artel_domain::{Hook, HookId, InboundEvent, InboundEventId, JsonText, TenantId, UserId};
use uuid::Uuid;

use crate::error::{Failure, Outcome};
use crate::values::time;

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
    type Error = Failure;

    fn try_from(row: InboundEventRow) -> Outcome<Self> {
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

/// Before, after (each SQL text) and arguments of a query whose rows are hooks.
macro_rules! hooks {
    ($before:tt, $after:tt $(, $arg:expr)* $(,)?) => {
        sqlx::query_as!(
            $crate::rows::HookRow,
            $before + r#" id AS "id!: uuid::Uuid", tenant_id AS "tenant_id!: uuid::Uuid", connector_key AS "connector_key!: String",
                last4 AS "last4!: String", sealed IS NOT NULL AS "has_secret!: bool", created_by AS "created_by!: uuid::Uuid",
                created_at AS "created_at!: i64", last_refused_at AS "last_refused_at?: i64" "# + $after
            $(, $arg)*
        )
    };
}
pub(crate) use hooks;
