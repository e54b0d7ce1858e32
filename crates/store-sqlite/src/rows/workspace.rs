use artel_domain::{ArtifactId, WorkspaceFile, WorkspacePath};
use uuid::Uuid;

use crate::error::{Failure, Outcome};
use crate::values::{number, time};

pub(crate) struct WorkspaceFileRow {
    pub(crate) path: String,
    pub(crate) artifact_id: Uuid,
    pub(crate) bytes: i64,
    pub(crate) modified_at: i64,
}

impl TryFrom<WorkspaceFileRow> for WorkspaceFile {
    type Error = Failure;

    fn try_from(row: WorkspaceFileRow) -> Outcome<Self> {
        Ok(Self {
            path: WorkspacePath::parse(&row.path).map_err(Failure::broken)?,
            artifact_id: ArtifactId(row.artifact_id),
            bytes: number("bytes", row.bytes)?,
            modified_at: time(row.modified_at),
        })
    }
}

/// The condition (SQL text) and arguments of a query whose rows are files of workspaces.
macro_rules! workspace_files {
    ($condition:tt $(, $arg:expr)* $(,)?) => {
        sqlx::query_as!(
            $crate::rows::WorkspaceFileRow,
            r#"SELECT path AS "path!: String", artifact_id AS "artifact_id!: uuid::Uuid", bytes AS "bytes!: i64",
                modified_at AS "modified_at!: i64" FROM workspace_files "# + $condition
            $(, $arg)*
        )
    };
}
pub(crate) use workspace_files;
