use artel_domain::{AgentId, Credential, CredentialId, Grant, GrantId, TenantId, UserId};
use uuid::Uuid;

use crate::error::{Failure, Outcome};
use crate::values::{json, time};

pub(crate) struct CredentialRow {
    pub(crate) id: Uuid,
    pub(crate) tenant_id: Uuid,
    pub(crate) service_name: String,
    pub(crate) instance_id: String,
    pub(crate) account_label: String,
    pub(crate) user_id: Option<Uuid>,
    pub(crate) created_at: i64,
    pub(crate) last_used_at: Option<i64>,
}

impl TryFrom<CredentialRow> for Credential {
    type Error = Failure;

    fn try_from(row: CredentialRow) -> Outcome<Self> {
        Ok(Self {
            id: CredentialId(row.id),
            tenant_id: TenantId(row.tenant_id),
            service_name: row.service_name,
            instance_id: row.instance_id,
            account_label: row.account_label,
            user_id: row.user_id.map(UserId),
            created_at: time(row.created_at),
            last_used_at: row.last_used_at.map(time),
        })
    }
}

pub(crate) struct GrantRow {
    pub(crate) id: Uuid,
    pub(crate) tenant_id: Uuid,
    pub(crate) agent_id: Uuid,
    pub(crate) credential_id: Uuid,
    pub(crate) scopes: String,
    pub(crate) created_by: Uuid,
    pub(crate) created_at: i64,
}

impl TryFrom<GrantRow> for Grant {
    type Error = Failure;

    fn try_from(row: GrantRow) -> Outcome<Self> {
        Ok(Self {
            id: GrantId(row.id),
            tenant_id: TenantId(row.tenant_id),
            agent_id: AgentId(row.agent_id),
            credential_id: CredentialId(row.credential_id),
            scopes: json("scopes", &row.scopes)?,
            created_by: UserId(row.created_by),
            created_at: time(row.created_at),
        })
    }
}

/// Before, after (each SQL text) and arguments of a query whose rows are credentials.
macro_rules! credentials {
    ($before:tt, $after:tt $(, $arg:expr)* $(,)?) => {
        sqlx::query_as!(
            $crate::rows::CredentialRow,
            $before + r#" id AS "id!: uuid::Uuid", tenant_id AS "tenant_id!: uuid::Uuid", service_name AS "service_name!: String",
                instance_id AS "instance_id!: String", account_label AS "account_label!: String", user_id AS "user_id?: uuid::Uuid",
                created_at AS "created_at!: i64", last_used_at AS "last_used_at?: i64" "# + $after
            $(, $arg)*
        )
    };
}
pub(crate) use credentials;

/// The same for grants.
macro_rules! grants {
    ($before:tt, $after:tt $(, $arg:expr)* $(,)?) => {
        sqlx::query_as!(
            $crate::rows::GrantRow,
            $before + r#" id AS "id!: uuid::Uuid", tenant_id AS "tenant_id!: uuid::Uuid", agent_id AS "agent_id!: uuid::Uuid",
                credential_id AS "credential_id!: uuid::Uuid", scopes AS "scopes!: String", created_by AS "created_by!: uuid::Uuid",
                created_at AS "created_at!: i64" "# + $after
            $(, $arg)*
        )
    };
}
pub(crate) use grants;
