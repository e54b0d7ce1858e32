use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{ArtifactId, SessionId, TenantId, Timestamp, UserId};

/// A file that a user sent or a tool made. Its bytes are in the storage of artifacts, under tenant, id
/// and attempt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Artifact {
    #[serde(rename = "artifact_id")]
    #[schema(rename = "artifact_id")]
    pub id: ArtifactId,
    #[serde(skip)]
    #[schema(ignore)]
    pub tenant_id: TenantId,
    /// Which attempt to store it was finished: its bytes are that attempt's. `None` for a file of an earlier release.
    #[serde(skip)]
    #[schema(ignore)]
    pub attempt: Option<Uuid>,
    /// Whoever made it, or whose run did.
    #[serde(skip)]
    #[schema(ignore)]
    pub owner_id: UserId,
    /// The session that it was made in; `null` for one that was sent outside of any.
    pub session_id: Option<SessionId>,
    /// What it is for, such as `file`, `draft` or `tool_result`.
    pub kind: String,
    #[serde(serialize_with = "crate::names::maybe_shown")]
    pub title: Option<String>,
    /// Found out from the bytes, not from a name.
    pub media_type: String,
    /// Its size.
    #[schema(minimum = 0)]
    pub bytes: u64,
    /// Hex SHA-256 of the bytes.
    pub sha256: String,
    /// It is deleted with its session.
    pub ephemeral: bool,
    pub created_at: Timestamp,
}
