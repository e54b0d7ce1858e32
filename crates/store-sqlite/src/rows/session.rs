use artel_domain::{AgentId, Session, SessionId, Specialist, TenantId, UserId, Visibility};
use uuid::Uuid;

use crate::error::{Failure, Outcome};
use crate::values::{json_or_none, time, word};

pub(crate) struct SessionRow {
    pub(crate) id: String,
    pub(crate) tenant_id: Uuid,
    pub(crate) agent_id: Uuid,
    pub(crate) user_id: Option<Uuid>,
    pub(crate) owner_id: Option<Uuid>,
    pub(crate) visibility: String,
    pub(crate) title: Option<String>,
    pub(crate) description: Option<String>,
    pub(crate) metadata: Option<String>,
    pub(crate) system_prompt: Option<String>,
    pub(crate) specialist: Option<String>,
    pub(crate) is_pinned: bool,
    pub(crate) message_count: i64,
    pub(crate) is_active: bool,
    pub(crate) created_at: i64,
    pub(crate) updated_at: i64,
}

impl TryFrom<SessionRow> for Session {
    type Error = Failure;

    fn try_from(row: SessionRow) -> Outcome<Self> {
        Ok(Self {
            id: SessionId(row.id),
            tenant_id: TenantId(row.tenant_id),
            agent_id: AgentId(row.agent_id),
            user_id: row.user_id.map(UserId),
            owner_id: row.owner_id.map(UserId),
            visibility: word("visibility", &row.visibility, Visibility::parse)?,
            title: row.title,
            description: row.description,
            metadata: json_or_none("metadata", row.metadata.as_deref())?,
            system_prompt: row.system_prompt,
            specialist: row
                .specialist
                .as_deref()
                .map(|text| word("specialist", text, Specialist::parse))
                .transpose()?,
            is_pinned: row.is_pinned,
            message_count: row.message_count,
            is_active: row.is_active,
            created_at: time(row.created_at),
            updated_at: time(row.updated_at),
        })
    }
}

/// Before, after (each SQL text) and arguments of a query whose rows are sessions.
macro_rules! sessions {
    ($before:tt, $after:tt $(, $arg:expr)* $(,)?) => {
        sqlx::query_as!(
            $crate::rows::SessionRow,
            $before + r#" id AS "id!: String", tenant_id AS "tenant_id!: uuid::Uuid", agent_id AS "agent_id!: uuid::Uuid",
                user_id AS "user_id?: uuid::Uuid",
                coalesce(owner_id, user_id) AS "owner_id?: uuid::Uuid",
                coalesce(visibility, iif(user_id IS NULL, 'tenant', 'private')) AS "visibility!: String", title AS "title?: String", description AS "description?: String",
                metadata AS "metadata?: String", system_prompt AS "system_prompt?: String", specialist AS "specialist?: String",
                is_pinned AS "is_pinned!: bool", message_count AS "message_count!: i64", is_active AS "is_active!: bool",
                created_at AS "created_at!: i64", updated_at AS "updated_at!: i64" "# + $after
            $(, $arg)*
        )
    };
}
pub(crate) use sessions;
