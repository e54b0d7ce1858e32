use artel_domain::{Artifact, ArtifactId, AuditEntry, TenantId, Timestamp};
use artel_store::{ArtifactEnd, ArtifactStart, Artifacts, NewArtifact, Result, StoredBytes, Viewer};
use async_trait::async_trait;

use crate::store::SqliteStore;
use crate::{access, artifacts};

#[async_trait]
impl Artifacts for SqliteStore {
    async fn begin_artifact(&self, new: NewArtifact) -> Result<ArtifactStart> {
        self.write(new, |new, tx| Box::pin(artifacts::begin(tx, new))).await
    }

    async fn finish_artifact(
        &self,
        tenant: TenantId,
        artifact: ArtifactId,
        stored: StoredBytes,
        audit: AuditEntry,
    ) -> Result<ArtifactEnd> {
        self.write((tenant, artifact, stored, audit), |(tenant, artifact, stored, audit), tx| {
            Box::pin(artifacts::finish(tx, *tenant, *artifact, stored, audit))
        })
        .await
    }

    async fn find_artifact(&self, viewer: &Viewer, artifact: ArtifactId) -> Result<Option<Artifact>> {
        let found = artifacts::find(&self.reads, viewer, artifact).await?;
        access::note(self, viewer, found.iter().filter_map(|artifact| artifact.session_id.as_ref())).await?;
        Ok(found)
    }

    async fn delete_artifact(&self, viewer: &Viewer, artifact: ArtifactId, audit: AuditEntry) -> Result<bool> {
        self.write((viewer.clone(), artifact, audit), |(viewer, artifact, audit), tx| {
            Box::pin(artifacts::delete(tx, viewer, *artifact, audit))
        })
        .await
    }

    async fn condemn_artifacts(&self, before: Timestamp, limit: u32) -> Result<Vec<(TenantId, ArtifactId)>> {
        self.write((before, limit), |(before, limit), tx| Box::pin(artifacts::condemn(tx, *before, *limit))).await
    }

    async fn forget_artifacts(&self, artifacts: &[(TenantId, ArtifactId)]) -> Result<u64> {
        self.write(artifacts.to_vec(), |artifacts, tx| Box::pin(artifacts::forget(tx, artifacts))).await
    }
}
