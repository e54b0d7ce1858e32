use artel_domain::{ArtifactId, AuditEntry, SessionId, WorkspaceFile, WorkspacePath};
use async_trait::async_trait;

use crate::{Result, Viewer};

/// The most files of one workspace.
pub const MOST_FILES: u32 = 20_000;
/// The most bytes of one workspace.
pub const MOST_BYTES: u64 = 1024 * 1024 * 1024;

/// What came of putting a file into a workspace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WorkspaceWrite {
    /// `replaced`: there was a file at the path before.
    Written { file: WorkspaceFile, replaced: bool },
    /// No session that the viewer may change, or one that has ended.
    SessionMissing,
    /// No artifact of this session whose bytes are stored.
    ArtifactMissing,
    /// The path names a directory, or one of its directories is a file.
    PathTaken,
    /// The workspace would have more than [`MOST_FILES`] files.
    TooManyFiles,
    /// The workspace would have more than [`MOST_BYTES`] bytes.
    TooManyBytes,
}

/// The workspaces of sessions: which artifact is at which path. Files follow their session to every process.
#[async_trait]
pub trait Workspaces: Send + Sync {
    /// Puts an artifact of the session at the path. The artifact that was there before is condemned: nobody finds it
    /// any more, and a sweep removes its bytes.
    async fn put_workspace_file(
        &self,
        viewer: &Viewer,
        session: &SessionId,
        path: &WorkspacePath,
        artifact: ArtifactId,
        audit: AuditEntry,
    ) -> Result<WorkspaceWrite>;
    /// All files beneath a directory, by path; `None`: the whole workspace.
    async fn list_workspace_files(
        &self,
        viewer: &Viewer,
        session: &SessionId,
        directory: Option<&WorkspacePath>,
    ) -> Result<Vec<WorkspaceFile>>;
    /// The file at the path, when the viewer sees the session.
    async fn find_workspace_file(
        &self,
        viewer: &Viewer,
        session: &SessionId,
        path: &WorkspacePath,
    ) -> Result<Option<WorkspaceFile>>;
    /// Takes the file out of the workspace and condemns its artifact. False when the viewer may not change the session,
    /// or there is no file at the path.
    async fn delete_workspace_file(
        &self,
        viewer: &Viewer,
        session: &SessionId,
        path: &WorkspacePath,
        audit: AuditEntry,
    ) -> Result<bool>;
}
