//! Tools of the user's long-term memory.

use schemars::JsonSchema;
use serde::Deserialize;

/// The arguments of `read_memory`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReadMemory {
    /// what to do
    pub action: MemoryRead,
    /// for read: the file
    #[schemars(length(min = 1, max = 200))]
    pub path: Option<String>,
    /// for read_many: the files
    #[schemars(length(min = 1, max = 20))]
    pub paths: Option<Vec<String>>,
    /// for list: only files whose path begins with this
    #[schemars(length(max = 200))]
    pub prefix: Option<String>,
    /// for list: only files with at least one of these words, the best first
    #[schemars(length(max = 400))]
    pub query: Option<String>,
}

/// What `read_memory` does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum MemoryRead {
    List,
    Read,
    ReadMany,
}

/// The arguments of `manage_memory`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ManageMemory {
    /// what to do
    pub action: MemoryWrite,
    /// the file
    #[schemars(length(min = 1, max = 200))]
    pub path: String,
    /// for write: the whole new text, front matter first
    #[schemars(length(max = 65_536))]
    pub content: Option<String>,
    /// for move: the new path
    #[schemars(length(min = 1, max = 200))]
    pub to: Option<String>,
    /// refuse when the file has another version; 0: when there is a file
    pub expected_version: Option<u32>,
}

/// What `manage_memory` does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum MemoryWrite {
    Write,
    Delete,
    Move,
}
