use artel_domain::{Artifact, ArtifactId, AuditEntry, TenantId, Timestamp};
use artel_store::{ArtifactEnd, ArtifactStart, Artifacts, NewArtifact, Result, StoredBytes, Viewer};
use async_trait::async_trait;

use crate::error::{retrying, within};
use crate::store::PostgresStore;
use crate::{access, artifacts};

#[async_trait]
impl Artifacts for PostgresStore {
    async fn begin_artifact(&self, new: NewArtifact) -> Result<ArtifactStart> {
        retrying(|| artifacts::begin(&self.pool, &new)).await
    }

    async fn finish_artifact(
        &self,
        tenant: TenantId,
        artifact: ArtifactId,
        stored: StoredBytes,
        audit: AuditEntry,
    ) -> Result<ArtifactEnd> {
        retrying(|| artifacts::finish(&self.pool, tenant, artifact, &stored, &audit)).await
    }

    async fn find_artifact(&self, viewer: &Viewer, artifact: ArtifactId) -> Result<Option<Artifact>> {
        let found = within(artifacts::find(&self.pool, viewer, artifact)).await?;
        access::note(self, viewer, found.iter().filter_map(|artifact| artifact.session_id.as_ref())).await?;
        Ok(found)
    }

    async fn delete_artifact(&self, viewer: &Viewer, artifact: ArtifactId, audit: AuditEntry) -> Result<bool> {
        retrying(|| artifacts::delete(&self.pool, viewer, artifact, &audit)).await
    }

    async fn condemn_artifacts(&self, before: Timestamp, limit: u32) -> Result<Vec<(TenantId, ArtifactId)>> {
        retrying(|| artifacts::condemn(&self.pool, before, limit)).await
    }

    async fn forget_artifacts(&self, artifacts: &[(TenantId, ArtifactId)]) -> Result<u64> {
        retrying(|| artifacts::forget(&self.pool, artifacts)).await
    }
}
