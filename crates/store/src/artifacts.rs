use artel_domain::{Artifact, ArtifactId, AuditEntry, SessionId, TenantId, Timestamp, UserId};
use async_trait::async_trait;
use uuid::Uuid;

use crate::{Result, Viewer};

/// An artifact whose bytes are about to be stored.
#[derive(Debug, Clone)]
pub struct NewArtifact {
    pub id: ArtifactId,
    pub tenant_id: TenantId,
    pub owner_id: UserId,
    pub session_id: Option<SessionId>,
    /// A word such as `file`.
    pub kind: String,
    pub is_ephemeral: bool,
    pub at: Timestamp,
}

/// What is known when all bytes are stored.
#[derive(Debug, Clone)]
pub struct StoredBytes {
    /// Whose bytes they are, when more than one attempt was begun.
    pub attempt: Uuid,
    pub title: Option<String>,
    pub media_type: String,
    pub bytes: u64,
    /// Hex.
    pub sha256: String,
    pub at: Timestamp,
    /// The most that all stored artifacts of the tenant may have together with this one, in bytes; `None`: any number.
    pub most_of_tenant: Option<u64>,
}

/// What came of finishing an artifact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ArtifactEnd {
    /// It is there.
    Stored(Box<Artifact>),
    /// The tenant's artifacts would have more bytes than they may. Nothing changed. `used`: what they have, in bytes.
    Full { used: u64 },
    /// Another attempt was finished, or the artifact was condemned meanwhile. Nothing changed.
    Gone,
}

/// Whether bytes may be stored under an artifact's id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ArtifactStart {
    /// Store them, then say [`Artifacts::finish_artifact`].
    Store,
    /// The id has its bytes already: an earlier attempt was finished.
    Exists(Box<Artifact>),
    /// The id was deleted, or belongs to another user.
    Taken,
}

/// Artifacts: files of users and of tools. Their bytes are elsewhere, under tenant, id and attempt: two attempts under
/// one id never write over each other, and the one whose [`Artifacts::finish_artifact`] comes first is the artifact.
///
/// The row comes before the first byte and goes after the last one, so that no bytes are there without a row: whatever
/// was broken off is found by [`Artifacts::condemn_artifacts`].
#[async_trait]
pub trait Artifacts: Send + Sync {
    /// Reserves the id. Nobody finds the artifact before it is finished. An attempt that was broken off may be begun
    /// again.
    async fn begin_artifact(&self, new: NewArtifact) -> Result<ArtifactStart>;
    /// The bytes are stored: the artifact is there, if the tenant may have so many. Artifacts that are finished at once
    /// are counted one after the other. Deleted ones do not count.
    async fn finish_artifact(
        &self,
        tenant: TenantId,
        artifact: ArtifactId,
        stored: StoredBytes,
        audit: AuditEntry,
    ) -> Result<ArtifactEnd>;
    /// The artifact, when the viewer owns it or sees its session. Not an ephemeral one whose session has ended. An
    /// administrator's look into another user's private session leaves a row.
    async fn find_artifact(&self, viewer: &Viewer, artifact: ArtifactId) -> Result<Option<Artifact>>;
    /// Nobody finds the artifact from then on; its bytes go with the next sweep. False when the viewer may not change
    /// it, or there is none.
    async fn delete_artifact(&self, viewer: &Viewer, artifact: ArtifactId, audit: AuditEntry) -> Result<bool>;
    /// Artifacts whose bytes are to be removed, at most `limit`: those that were deleted, those that were begun before
    /// `before` and never finished, and ephemeral ones of sessions that have ended. From then on nobody can finish or
    /// find them.
    async fn condemn_artifacts(&self, before: Timestamp, limit: u32) -> Result<Vec<(TenantId, ArtifactId)>>;
    /// Their bytes are gone: their rows go too. How many.
    async fn forget_artifacts(&self, artifacts: &[(TenantId, ArtifactId)]) -> Result<u64>;
}
