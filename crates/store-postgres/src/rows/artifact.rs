use artel_domain::{Artifact, ArtifactId, SessionId, TenantId, UserId};
use uuid::Uuid;

use crate::values::{number, time};

#[derive(Debug)]
pub(crate) struct ArtifactRow {
    pub(crate) id: Uuid,
    pub(crate) attempt: Option<Uuid>,
    pub(crate) tenant_id: Uuid,
    pub(crate) owner_id: Uuid,
    pub(crate) session_id: Option<String>,
    pub(crate) kind: String,
    pub(crate) title: Option<String>,
    pub(crate) media_type: String,
    pub(crate) bytes: i64,
    pub(crate) sha256: String,
    pub(crate) is_ephemeral: bool,
    pub(crate) created_at: i64,
}

impl TryFrom<ArtifactRow> for Artifact {
    type Error = sqlx::Error;

    fn try_from(row: ArtifactRow) -> sqlx::Result<Self> {
        Ok(Self {
            id: ArtifactId(row.id),
            attempt: row.attempt,
            tenant_id: TenantId(row.tenant_id),
            owner_id: UserId(row.owner_id),
            session_id: row.session_id.map(SessionId),
            kind: row.kind,
            title: row.title,
            media_type: row.media_type,
            bytes: number(row.bytes)?,
            sha256: row.sha256,
            ephemeral: row.is_ephemeral,
            created_at: time(row.created_at),
        })
    }
}

/// Before and after (each SQL text) an artifact's columns.
macro_rules! artifacts {
    ($before:literal, $after:literal $(, $arg:expr)* $(,)?) => {
        sqlx::query_as!(
            $crate::rows::ArtifactRow,
            $before + r#" id, attempt, tenant_id, owner_id, session_id, kind, title, media_type, bytes, sha256, is_ephemeral, created_at "# + $after
            $(, $arg)*
        )
    };
}

pub(crate) use artifacts;
