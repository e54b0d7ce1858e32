use artel_domain::{Agent, AgentId, AgentKind, AgentStatus, AgentVersion, TenantId, UserId};
use artel_store::Snapshot;
use uuid::Uuid;

use crate::values::{maybe_parsed, parsed, time, word};

#[derive(Debug)]
pub(crate) struct AgentRow {
    pub(crate) id: Uuid,
    pub(crate) tenant_id: Uuid,
    pub(crate) owner_user_id: Uuid,
    pub(crate) name: String,
    pub(crate) system_prompt: String,
    pub(crate) model: String,
    pub(crate) llm_params: Option<String>,
    pub(crate) require_approval: bool,
    pub(crate) description: Option<String>,
    pub(crate) avatar_url: Option<String>,
    pub(crate) status: String,
    pub(crate) version: i64,
    pub(crate) kind: String,
    pub(crate) is_enabled: bool,
    pub(crate) is_changed: bool,
    pub(crate) created_at: i64,
    pub(crate) updated_at: Option<i64>,
}

impl TryFrom<AgentRow> for Agent {
    type Error = sqlx::Error;

    fn try_from(row: AgentRow) -> sqlx::Result<Self> {
        Ok(Self {
            id: AgentId(row.id),
            tenant_id: TenantId(row.tenant_id),
            owner_user_id: UserId(row.owner_user_id),
            name: row.name,
            system_prompt: row.system_prompt,
            model: row.model,
            llm_params: maybe_parsed(row.llm_params.as_deref())?,
            require_approval: row.require_approval,
            description: row.description,
            avatar_url: row.avatar_url,
            status: word(AgentStatus::parse, &row.status)?,
            version: row.version,
            kind: word(AgentKind::parse, &row.kind)?,
            is_enabled: row.is_enabled,
            has_unpublished_changes: row.is_changed,
            created_at: time(row.created_at),
            updated_at: row.updated_at.map(time),
        })
    }
}

/// `SELECT` of an agent's columns with this rest.
macro_rules! select_agent {
    ($rest:literal $(, $arg:expr)* $(,)?) => {
        sqlx::query_as!(
            $crate::rows::AgentRow,
            "SELECT id, tenant_id, owner_user_id, name, system_prompt, model, llm_params, require_approval, description, avatar_url,
                    status, version, kind, is_enabled, is_changed, created_at, updated_at " + $rest
            $(, $arg)*
        )
    };
}

/// This statement `RETURNING` an agent's columns.
macro_rules! returning_agent {
    ($statement:literal $(, $arg:expr)* $(,)?) => {
        sqlx::query_as!(
            $crate::rows::AgentRow,
            $statement
                + " RETURNING id, tenant_id, owner_user_id, name, system_prompt, model, llm_params, require_approval,
                    description, avatar_url, status, version, kind, is_enabled, is_changed, created_at, updated_at"
            $(, $arg)*
        )
    };
}

pub(crate) use {returning_agent, select_agent};

#[derive(Debug)]
pub(crate) struct VersionRow {
    pub(crate) agent_id: Uuid,
    pub(crate) version: i64,
    pub(crate) snapshot: String,
    pub(crate) created_by: Uuid,
    pub(crate) created_at: i64,
}

impl TryFrom<VersionRow> for AgentVersion {
    type Error = sqlx::Error;

    fn try_from(row: VersionRow) -> sqlx::Result<Self> {
        let Snapshot { agent, bindings } = parsed(&row.snapshot)?;
        Ok(Self {
            agent_id: AgentId(row.agent_id),
            version: row.version,
            agent,
            bindings,
            created_by: UserId(row.created_by),
            created_at: time(row.created_at),
        })
    }
}
