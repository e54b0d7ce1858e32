use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::group::Title;

/// What the catalogue says about one tool.
#[derive(Debug, Clone)]
pub struct Entry {
    /// What a model calls.
    pub name: String,
    pub title: Title,
    /// The key of its [`Group`](crate::Group).
    pub group: String,
    /// What a model reads: five blocks, see [`Blocks`](crate::Blocks).
    pub description: String,
    pub category: Category,
    pub result_type: ResultType,
    /// The longest that one call takes.
    pub timeout: Duration,
    /// A call may change something.
    pub is_mutating: bool,
    /// A call that is made again has no second effect.
    pub is_idempotent: bool,
    /// The tool answers questions from many rows: results are cited, not acted upon.
    pub is_query_tool: bool,
    /// What stands before a result when a model sums results up.
    pub synthesis_prefix: String,
    /// Arguments of real calls.
    pub examples: Vec<Value>,
    /// Arguments that stand for "left out" when a model sends `null` for them.
    pub strip_null_fields: Vec<String>,
    /// JSON Schema (2020-12) of the arguments, made of their type in [`args`](crate::args).
    pub input_schema: Value,
}

impl Entry {
    /// What recovery may do with a call that was cut off, where the arguments make no difference: a word of the
    /// domain's effect classes.
    pub fn effect(&self) -> &'static str {
        match (self.is_mutating, self.is_idempotent) {
            (false, _) => "read_only",
            (true, true) => "idempotent",
            (true, false) => "at_most_once",
        }
    }
}

/// What a tool mainly does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Category {
    /// Reads what Artel keeps.
    Read,
    /// Changes what Artel keeps.
    Write,
    /// Reaches services outside.
    External,
    /// Asks a model.
    Llm,
    /// Runs programs.
    CodeExecution,
}

/// How far a result may be relied upon.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ResultType {
    /// It is what the source says.
    Authoritative,
    /// It helps to answer, and wants checking.
    Contextual,
    /// It says what was done.
    Action,
    /// It describes other data.
    Metadata,
    /// It says how something stands.
    Status,
}

impl Category {
    /// The word of the data file.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::External => "external",
            Self::Llm => "llm",
            Self::CodeExecution => "code_execution",
        }
    }
}

impl ResultType {
    /// The word of the data file.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Authoritative => "authoritative",
            Self::Contextual => "contextual",
            Self::Action => "action",
            Self::Metadata => "metadata",
            Self::Status => "status",
        }
    }
}
