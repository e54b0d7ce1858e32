use artel_domain::{ArtifactId, WorkspaceFile, WorkspacePath};
use uuid::Uuid;

use crate::values::{number, time};

#[derive(Debug)]
pub(crate) struct WorkspaceFileRow {
    pub(crate) path: String,
    pub(crate) artifact_id: Uuid,
    pub(crate) bytes: i64,
    pub(crate) modified_at: i64,
}

impl TryFrom<WorkspaceFileRow> for WorkspaceFile {
    type Error = sqlx::Error;

    fn try_from(row: WorkspaceFileRow) -> sqlx::Result<Self> {
        Ok(Self {
            path: WorkspacePath::parse(&row.path).map_err(|error| sqlx::Error::Decode(error.into()))?,
            artifact_id: ArtifactId(row.artifact_id),
            bytes: number(row.bytes)?,
            modified_at: time(row.modified_at),
        })
    }
}

/// The condition (SQL text) and arguments of a query whose rows are files of workspaces.
macro_rules! workspace_files {
    ($condition:literal $(, $arg:expr)* $(,)?) => {
        sqlx::query_as!(
            $crate::rows::WorkspaceFileRow,
            "SELECT path, artifact_id, bytes, modified_at FROM workspace_files " + $condition
            $(, $arg)*
        )
    };
}

pub(crate) use workspace_files;
