use artel_domain::{ArtifactId, AuditEntry, SessionId, WorkspaceFile, WorkspacePath};
use artel_store::{Result, Viewer, WorkspaceWrite, Workspaces};
use async_trait::async_trait;

use crate::access;
use crate::error::{retrying, within};
use crate::store::PostgresStore;
use crate::workspaces::{self, Place};

#[async_trait]
impl Workspaces for PostgresStore {
    async fn put_workspace_file(
        &self,
        viewer: &Viewer,
        session: &SessionId,
        path: &WorkspacePath,
        artifact: ArtifactId,
        audit: AuditEntry,
    ) -> Result<WorkspaceWrite> {
        let place = Place { viewer, session, path };
        retrying(|| workspaces::put(&self.pool, &place, artifact, &audit)).await
    }

    async fn list_workspace_files(
        &self,
        viewer: &Viewer,
        session: &SessionId,
        directory: Option<&WorkspacePath>,
    ) -> Result<Vec<WorkspaceFile>> {
        access::note(self, viewer, [session]).await?;
        within(workspaces::list(&self.pool, viewer, session, directory)).await
    }

    async fn find_workspace_file(
        &self,
        viewer: &Viewer,
        session: &SessionId,
        path: &WorkspacePath,
    ) -> Result<Option<WorkspaceFile>> {
        access::note(self, viewer, [session]).await?;
        within(workspaces::find(&self.pool, viewer, session, path)).await
    }

    async fn delete_workspace_file(
        &self,
        viewer: &Viewer,
        session: &SessionId,
        path: &WorkspacePath,
        audit: AuditEntry,
    ) -> Result<bool> {
        let place = Place { viewer, session, path };
        retrying(|| workspaces::delete(&self.pool, &place, &audit)).await
    }
}
