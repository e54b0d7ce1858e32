use artel_domain::{Artifact, ArtifactId, AuditEntry, TenantId};
use artel_store::{ArtifactEnd, NewArtifact, StoredBytes, Viewer};
use bytes::Bytes;
use object_store::buffered::BufWriter;
use sha2::{Digest as _, Sha256};
use tokio::io::AsyncWriteExt as _;
use uuid::Uuid;

use crate::error::ArtifactError;
use crate::ground::Ground;
use crate::media::{HEAD, media_type};
use crate::place::delete;

/// The largest file, in bytes.
pub const LARGEST: u64 = 100 * 1024 * 1024;
/// What a file has in memory at most; S3 takes no smaller parts.
const PART: usize = 5 * 1024 * 1024;
const PARTS_AT_ONCE: usize = 2;

/// A file that is being stored. One that is dropped before its end is never found; a sweep removes what is left of it.
pub struct Upload {
    ground: Ground,
    tenant: TenantId,
    artifact: ArtifactId,
    attempt: Uuid,
    writer: BufWriter,
    digest: Sha256,
    head: Vec<u8>,
    bytes: u64,
}

impl Upload {
    pub(crate) fn new(ground: Ground, new: &NewArtifact) -> Self {
        let attempt = ground.clock.uuid();
        let path = ground.place.path(new.tenant_id, new.id, Some(attempt));
        let writer = BufWriter::with_capacity(ground.place.objects.clone(), path, PART);
        Self {
            ground,
            tenant: new.tenant_id,
            artifact: new.id,
            attempt,
            writer: writer.with_max_concurrency(PARTS_AT_ONCE),
            digest: Sha256::new(),
            head: Vec::new(),
            bytes: 0,
        }
    }

    /// Stores the next bytes; waits while the storage is slower than they come.
    ///
    /// # Errors
    /// [`ArtifactError::TooLarge`] for a file beyond [`LARGEST`].
    pub async fn write(&mut self, bytes: Bytes) -> Result<(), ArtifactError> {
        self.bytes += bytes.len() as u64;
        if self.bytes > LARGEST {
            self.writer.abort().await?;
            return Err(ArtifactError::TooLarge);
        }
        self.digest.update(&bytes);
        let wanted = HEAD.saturating_sub(self.head.len()).min(bytes.len());
        self.head.extend_from_slice(&bytes[..wanted]);
        Ok(self.writer.put(bytes).await?)
    }

    /// All bytes are there: the artifact can be found from now on. When another attempt under the id was finished
    /// first, with the same bytes, the artifact is that one.
    ///
    /// # Arguments
    /// * `told`: the media type, where the maker knows it; else the bytes tell it.
    ///
    /// # Errors
    /// [`ArtifactError::Other`] when the attempt that was finished first had other bytes, [`ArtifactError::Ended`] when
    /// it took so long that a sweep ended it, [`ArtifactError::Full`] when the tenant may not have so many bytes.
    pub async fn finish(
        mut self,
        title: Option<String>,
        told: Option<&str>,
        audit: AuditEntry,
    ) -> Result<Artifact, ArtifactError> {
        self.writer.shutdown().await?;
        let is_whole = self.bytes <= self.head.len() as u64;
        let sha256 = hex::encode(self.digest.finalize());
        let stored = StoredBytes {
            attempt: self.attempt,
            title,
            media_type: told.unwrap_or_else(|| media_type(&self.head, is_whole)).to_owned(),
            bytes: self.bytes,
            sha256: sha256.clone(),
            at: self.ground.clock.now(),
            most_of_tenant: self.ground.most_of_tenant,
        };
        let (ground, tenant, id) = (&self.ground, self.tenant, self.artifact);
        match ground.rows.finish_artifact(tenant, id, stored, audit).await? {
            ArtifactEnd::Stored(made) => return Ok(*made),
            ArtifactEnd::Full { used } => {
                // Its row stays begun, so that the same request may be made again when there is room.
                delete(&*ground.place.objects, &ground.place.path(tenant, id, Some(self.attempt))).await?;
                return Err(ArtifactError::Full { used, most: ground.most_of_tenant.unwrap_or(used) });
            }
            ArtifactEnd::Gone => {}
        }
        let first = ground.rows.find_artifact(&Viewer::service(tenant), id).await?;
        match first {
            // The answer to this very statement was lost, and the store made it again.
            Some(first) if first.attempt == Some(self.attempt) => Ok(first),
            first => {
                delete(&*ground.place.objects, &ground.place.path(tenant, id, Some(self.attempt))).await?;
                let first = first.ok_or(ArtifactError::Ended)?;
                if first.sha256 == sha256 { Ok(first) } else { Err(ArtifactError::Other) }
            }
        }
    }
}
