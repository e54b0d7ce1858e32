use artel_domain::{Artifact, ArtifactId, SessionId, TenantId, UserId};
use uuid::Uuid;

use crate::error::{Failure, Outcome};
use crate::values::{number, time};

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
    type Error = Failure;

    fn try_from(row: ArtifactRow) -> Outcome<Self> {
        Ok(Self {
            id: ArtifactId(row.id),
            attempt: row.attempt,
            tenant_id: TenantId(row.tenant_id),
            owner_id: UserId(row.owner_id),
            session_id: row.session_id.map(SessionId),
            kind: row.kind,
            title: row.title,
            media_type: row.media_type,
            bytes: number("bytes", row.bytes)?,
            sha256: row.sha256,
            ephemeral: row.is_ephemeral,
            created_at: time(row.created_at),
        })
    }
}

/// Before, after (each SQL text) and arguments of a query whose rows are artifacts.
macro_rules! artifacts {
    ($before:tt, $after:tt $(, $arg:expr)* $(,)?) => {
        sqlx::query_as!(
            $crate::rows::ArtifactRow,
            $before + r#" id AS "id!: uuid::Uuid", attempt AS "attempt?: uuid::Uuid", tenant_id AS "tenant_id!: uuid::Uuid",
                owner_id AS "owner_id!: uuid::Uuid", session_id AS "session_id?: String", kind AS "kind!: String", title AS "title?: String",
                media_type AS "media_type!: String", bytes AS "bytes!: i64", sha256 AS "sha256!: String",
                is_ephemeral AS "is_ephemeral!: bool", created_at AS "created_at!: i64" "# + $after
            $(, $arg)*
        )
    };
}
pub(crate) use artifacts;
