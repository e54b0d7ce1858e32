use artel_domain::{AuditEntry, MemoryFile, MemoryPath, MemoryVersion, Timestamp, UserId};
use async_trait::async_trait;
use uuid::Uuid;

use crate::{Page, Result, Viewer};

/// The most files of one user's memory.
pub const MOST_MEMORY_FILES: u32 = 2000;

/// The most versions of one path, the present one included.
pub const MOST_MEMORY_VERSIONS: i64 = 100;

/// The most replaced and deleted versions of one user's memory, over all paths.
pub const MOST_REPLACED_VERSIONS: i64 = 2000;

/// A change of a user's memory. Its time is that of its audit row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemoryChange {
    pub owner: UserId,
    pub path: MemoryPath,
    /// The version that the file must have; 0: there must be no file. `None`: whatever is there.
    pub expected: Option<i64>,
    /// What asks for it. The same request made again finds what it made, whatever happened since.
    pub request: Uuid,
    pub what: MemoryWhat,
}

/// What becomes of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MemoryWhat {
    /// It has this text, whose head says `title` and `source`.
    Write {
        title: String,
        source: String,
        content: String,
    },
    Delete,
    /// It has that path. No file may be there.
    Move(MemoryPath),
    /// It has the text of that version again, also when it was deleted.
    Restore(i64),
}

/// What came of a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MemoryOutcome {
    /// The file at this path has this version. `is_new`: there was no file at the path before.
    Done { path: MemoryPath, version: i64, is_new: bool },
    /// There is no such file, or not that version of it; or it is not the viewer's to change.
    Missing,
    /// The file has another version than the expected one; `None`: there is no file.
    Conflict { present: Option<i64> },
    /// A file is at the path where it should go.
    Taken,
    /// There are [`MOST_MEMORY_FILES`] files.
    Full,
}

/// What agents keep for users. A user's memory is that user's; administrators and services read those of the tenant,
/// services change them too.
///
/// Each change makes a version; what was there before is kept until [`Memory::forget_memory_versions`], as long as it
/// is among the [`MOST_MEMORY_VERSIONS`] of its path and the [`MOST_REPLACED_VERSIONS`] of its user.
#[async_trait]
pub trait Memory: Send + Sync {
    /// One change in one transaction, the words that the file is found by included.
    async fn change_memory(&self, viewer: &Viewer, change: MemoryChange, audit: AuditEntry) -> Result<MemoryOutcome>;
    /// The file and its text.
    async fn find_memory(
        &self,
        viewer: &Viewer,
        owner: UserId,
        path: &MemoryPath,
    ) -> Result<Option<(MemoryFile, String)>>;
    /// Files whose path begins with `prefix`, by path: the page and the number of all.
    async fn list_memory(
        &self,
        viewer: &Viewer,
        owner: UserId,
        prefix: &str,
        page: Page,
    ) -> Result<(Vec<MemoryFile>, i64)>;
    /// The texts that there are or were at the path, newest first.
    async fn list_memory_versions(
        &self,
        viewer: &Viewer,
        owner: UserId,
        path: &MemoryPath,
    ) -> Result<Vec<MemoryVersion>>;
    /// Forgets versions of all tenants that were replaced before this time. At most `limit`; how many.
    async fn forget_memory_versions(&self, before: Timestamp, limit: u32) -> Result<u64>;
}
