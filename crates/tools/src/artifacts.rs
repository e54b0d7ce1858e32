//! Files that tools make for people.

use bytes::Bytes;

/// A file that a tool made.
#[derive(Debug, Clone)]
pub struct ToolArtifact {
    /// Tells the files of one call apart: 0, 1, 2 …
    pub ordinal: u32,
    /// What it is for, as a word such as `message_draft`.
    pub kind: &'static str,
    pub title: Option<String>,
    pub media_type: String,
    pub bytes: Bytes,
    /// It is deleted with its session.
    pub is_ephemeral: bool,
}
