use artel_domain::{Agent, AgentId, AgentKind, AgentStatus, AgentVersion, TenantId, UserId};
use artel_store::Snapshot;
use uuid::Uuid;

use crate::error::{Failure, Outcome};
use crate::values::{json, json_or_none, time, word};

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
    type Error = Failure;

    fn try_from(row: AgentRow) -> Outcome<Self> {
        Ok(Self {
            id: AgentId(row.id),
            tenant_id: TenantId(row.tenant_id),
            owner_user_id: UserId(row.owner_user_id),
            name: row.name,
            system_prompt: row.system_prompt,
            model: row.model,
            llm_params: json_or_none("llm_params", row.llm_params.as_deref())?,
            require_approval: row.require_approval,
            description: row.description,
            avatar_url: row.avatar_url,
            status: word("status", &row.status, AgentStatus::parse)?,
            version: row.version,
            kind: word("kind", &row.kind, AgentKind::parse)?,
            is_enabled: row.is_enabled,
            has_unpublished_changes: row.is_changed,
            created_at: time(row.created_at),
            updated_at: row.updated_at.map(time),
        })
    }
}

/// Before, after (each SQL text) and arguments of a query whose rows are agents.
macro_rules! agents {
    ($before:tt, $after:tt $(, $arg:expr)* $(,)?) => {
        sqlx::query_as!(
            $crate::rows::AgentRow,
            $before + r#" id AS "id!: uuid::Uuid", tenant_id AS "tenant_id!: uuid::Uuid", owner_user_id AS "owner_user_id!: uuid::Uuid",
                name AS "name!: String", system_prompt AS "system_prompt!: String", model AS "model!: String",
                llm_params AS "llm_params?: String", require_approval AS "require_approval!: bool", description AS "description?: String",
                avatar_url AS "avatar_url?: String", status AS "status!: String", version AS "version!: i64",
                kind AS "kind!: String", is_enabled AS "is_enabled!: bool", is_changed AS "is_changed!: bool",
                created_at AS "created_at!: i64", updated_at AS "updated_at?: i64" "# + $after
            $(, $arg)*
        )
    };
}
pub(crate) use agents;

pub(crate) struct VersionRow {
    pub(crate) agent_id: Uuid,
    pub(crate) version: i64,
    pub(crate) snapshot: String,
    pub(crate) created_by: Uuid,
    pub(crate) created_at: i64,
}

impl TryFrom<VersionRow> for AgentVersion {
    type Error = Failure;

    fn try_from(row: VersionRow) -> Outcome<Self> {
        let Snapshot { agent, bindings } = json("snapshot", &row.snapshot)?;
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
