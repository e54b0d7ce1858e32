use artel_domain::{AgentId, Session, SessionId, Specialist, TenantId, UserId, Visibility};
use uuid::Uuid;

use crate::values::{maybe_parsed, time, word};

#[derive(Debug)]
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
    type Error = sqlx::Error;

    fn try_from(row: SessionRow) -> sqlx::Result<Self> {
        Ok(Self {
            id: SessionId(row.id),
            tenant_id: TenantId(row.tenant_id),
            agent_id: AgentId(row.agent_id),
            user_id: row.user_id.map(UserId),
            owner_id: row.owner_id.map(UserId),
            visibility: word(Visibility::parse, &row.visibility)?,
            title: row.title,
            description: row.description,
            metadata: maybe_parsed(row.metadata.as_deref())?,
            system_prompt: row.system_prompt,
            specialist: row.specialist.map(|text| word(Specialist::parse, &text)).transpose()?,
            is_pinned: row.is_pinned,
            message_count: row.message_count,
            is_active: row.is_active,
            created_at: time(row.created_at),
            updated_at: time(row.updated_at),
        })
    }
}

/// Before and after (each SQL text) a session's columns.
macro_rules! sessions {
    ($before:literal, $after:literal $(, $arg:expr)* $(,)?) => {
        sqlx::query_as!(
            $crate::rows::SessionRow,
            $before + r#" id, tenant_id, agent_id, user_id, coalesce(owner_id, user_id) AS owner_id,
                    coalesce(visibility, CASE WHEN user_id IS NULL THEN 'tenant' ELSE 'private' END) AS "visibility!", title, description,
                    metadata, system_prompt, specialist, is_pinned, message_count, is_active, created_at, updated_at "# + $after
            $(, $arg)*
        )
    };
}

pub(crate) use sessions;
