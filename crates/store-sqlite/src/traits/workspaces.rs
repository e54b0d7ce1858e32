use artel_domain::{ArtifactId, AuditEntry, SessionId, WorkspaceFile, WorkspacePath};
use artel_store::{Result, Viewer, WorkspaceWrite, Workspaces};
use async_trait::async_trait;

use crate::access;
use crate::store::SqliteStore;
use crate::workspaces::{self, Place};

#[async_trait]
impl Workspaces for SqliteStore {
    async fn put_workspace_file(
        &self,
        viewer: &Viewer,
        session: &SessionId,
        path: &WorkspacePath,
        artifact: ArtifactId,
        audit: AuditEntry,
    ) -> Result<WorkspaceWrite> {
        let input = (viewer.clone(), session.clone(), path.clone(), artifact, audit);
        self.write(input, |(viewer, session, path, artifact, audit), tx| {
            Box::pin(async move { workspaces::put(tx, &Place { viewer, session, path }, *artifact, audit).await })
        })
        .await
    }

    async fn list_workspace_files(
        &self,
        viewer: &Viewer,
        session: &SessionId,
        directory: Option<&WorkspacePath>,
    ) -> Result<Vec<WorkspaceFile>> {
        access::note(self, viewer, [session]).await?;
        Ok(workspaces::list(&self.reads, viewer, session, directory).await?)
    }

    async fn find_workspace_file(
        &self,
        viewer: &Viewer,
        session: &SessionId,
        path: &WorkspacePath,
    ) -> Result<Option<WorkspaceFile>> {
        access::note(self, viewer, [session]).await?;
        Ok(workspaces::find(&self.reads, viewer, session, path).await?)
    }

    async fn delete_workspace_file(
        &self,
        viewer: &Viewer,
        session: &SessionId,
        path: &WorkspacePath,
        audit: AuditEntry,
    ) -> Result<bool> {
        let input = (viewer.clone(), session.clone(), path.clone(), audit);
        self.write(input, |(viewer, session, path, audit), tx| {
            Box::pin(async move { workspaces::delete(tx, &Place { viewer, session, path }, audit).await })
        })
        .await
    }
}
