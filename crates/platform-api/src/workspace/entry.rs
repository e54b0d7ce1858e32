//! What a workspace lists: files, and the directories that they make.

use artel_domain::{Timestamp, WorkspaceFile, WorkspacePath};
use serde::Serialize;
use utoipa::ToSchema;

/// A file or a directory of a workspace.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct WorkspaceEntry {
    /// Relative to the workspace.
    pub(crate) path: String,
    /// Its size; of a directory, that of all files beneath it.
    #[schema(minimum = 0)]
    pub(crate) bytes: u64,
    pub(crate) kind: EntryKind,
    pub(crate) modified_at: Timestamp,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum EntryKind {
    File,
    Directory,
}

impl From<WorkspaceFile> for WorkspaceEntry {
    fn from(file: WorkspaceFile) -> Self {
        let path = file.path.as_str().to_owned();
        Self { path, bytes: file.bytes, kind: EntryKind::File, modified_at: file.modified_at }
    }
}

/// What is directly in the directory (`None`: the workspace), by path. `files` are all that lie beneath it, by path.
pub(super) fn children(directory: Option<&WorkspacePath>, files: Vec<WorkspaceFile>) -> Vec<WorkspaceEntry> {
    let skipped = directory.map_or(0, |directory| directory.as_str().len() + 1);
    let mut entries: Vec<WorkspaceEntry> = Vec::new();
    for file in files {
        let Some(length) = file.path.as_str()[skipped..].find('/') else {
            entries.push(file.into());
            continue;
        };
        let path = &file.path.as_str()[..skipped + length];
        match entries.iter_mut().rfind(|entry| entry.path == path) {
            Some(entry) => {
                entry.bytes += file.bytes;
                entry.modified_at = entry.modified_at.max(file.modified_at);
            }
            None => entries.push(WorkspaceEntry {
                path: path.to_owned(),
                bytes: file.bytes,
                kind: EntryKind::Directory,
                modified_at: file.modified_at,
            }),
        }
    }
    entries
}

#[cfg(test)]
mod tests {
    use artel_domain::{ArtifactId, Clock as _, SystemClock, WorkspaceFile, WorkspacePath};

    use super::{EntryKind, children};

    fn file(path: &str, bytes: u64) -> WorkspaceFile {
        let path = WorkspacePath::parse(path).unwrap();
        WorkspaceFile { path, artifact_id: ArtifactId(SystemClock.uuid()), bytes, modified_at: SystemClock.now() }
    }

    #[test]
    fn a_directory_is_one_entry_of_its_parent() {
        let files = vec![file("a/1", 1), file("a/b/2", 2), file("c", 4)];
        let root: Vec<_> =
            children(None, files).into_iter().map(|entry| (entry.path, entry.kind, entry.bytes)).collect();
        assert_eq!(root, [("a".to_owned(), EntryKind::Directory, 3), ("c".to_owned(), EntryKind::File, 4)]);
        let directory = WorkspacePath::parse("a").unwrap();
        let inner: Vec<_> =
            children(Some(&directory), vec![file("a/1", 1), file("a/b/2", 2)]).into_iter().map(|e| e.path).collect();
        assert_eq!(inner, ["a/1", "a/b"]);
    }
}
