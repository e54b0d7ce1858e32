use artel_domain::{AgentId, Credential, CredentialId, Grant, GrantId, TenantId, UserId};
use uuid::Uuid;

use crate::values::{parsed, time};

#[derive(Debug)]
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

impl From<CredentialRow> for Credential {
    fn from(row: CredentialRow) -> Self {
        Self {
            id: CredentialId(row.id),
            tenant_id: TenantId(row.tenant_id),
            service_name: row.service_name,
            instance_id: row.instance_id,
            account_label: row.account_label,
            user_id: row.user_id.map(UserId),
            created_at: time(row.created_at),
            last_used_at: row.last_used_at.map(time),
        }
    }
}

#[derive(Debug)]
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
    type Error = sqlx::Error;

    fn try_from(row: GrantRow) -> sqlx::Result<Self> {
        Ok(Self {
            id: GrantId(row.id),
            tenant_id: TenantId(row.tenant_id),
            agent_id: AgentId(row.agent_id),
            credential_id: CredentialId(row.credential_id),
            scopes: parsed(&row.scopes)?,
            created_by: UserId(row.created_by),
            created_at: time(row.created_at),
        })
    }
}

/// Before and after (each SQL text) a credential's columns.
macro_rules! credentials {
    ($before:literal, $after:literal $(, $arg:expr)* $(,)?) => {
        sqlx::query_as!(
            $crate::rows::CredentialRow,
            $before + r#" id, tenant_id, service_name, instance_id, account_label, user_id, created_at, last_used_at "# + $after
            $(, $arg)*
        )
    };
}

pub(crate) use credentials;

/// The same for grants.
macro_rules! grants {
    ($before:literal, $after:literal $(, $arg:expr)* $(,)?) => {
        sqlx::query_as!(
            $crate::rows::GrantRow,
            $before + r#" id, tenant_id, agent_id, credential_id, scopes, created_by, created_at "# + $after
            $(, $arg)*
        )
    };
}

pub(crate) use grants;
