use artel_domain::{MemoryFile, MemoryVersion, Timestamp};
use axum::http::header::ETAG;
use axum::http::{HeaderMap, HeaderValue};
use serde::Serialize;
use utoipa::ToSchema;

/// A file of a memory.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MemoryView {
    path: String,
    /// What the file is about, as its front matter says.
    title: String,
    /// Where it came from, as its front matter says.
    source: String,
    version: i64,
    bytes: u64,
    updated_at: Timestamp,
}

impl From<MemoryFile> for MemoryView {
    fn from(file: MemoryFile) -> Self {
        let (title, source, version, bytes) = (file.title, file.source, file.version, file.bytes);
        Self { path: file.path.to_string(), title, source, version, bytes, updated_at: file.updated_at }
    }
}

/// A file after its change.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MemoryChanged {
    pub(super) path: String,
    pub(super) version: i64,
}

/// A text that the file has, or had.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MemoryVersionView {
    version: i64,
    updated_at: Timestamp,
    bytes: u64,
}

impl From<MemoryVersion> for MemoryVersionView {
    fn from(version: MemoryVersion) -> Self {
        Self { version: version.version, updated_at: version.updated_at, bytes: version.bytes }
    }
}

/// The header that names a version.
pub(super) fn tagged(version: i64) -> HeaderMap {
    let value = HeaderValue::from_str(&format!("\"{version}\""));
    value.into_iter().map(|value| (ETAG, value)).collect()
}
