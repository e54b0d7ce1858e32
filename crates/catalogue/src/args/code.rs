//! Tools that run code and edit files.

use schemars::JsonSchema;
use serde::Deserialize;

/// The arguments of `sandbox_bash`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SandboxBash {
    /// what bash runs
    #[schemars(length(min = 1, max = 65_536))]
    pub command: String,
    /// the longest that it takes; 60000 if absent
    #[schemars(range(min = 1, max = 600_000))]
    pub timeout_ms: Option<u32>,
    /// the directory; /workspace if absent
    #[schemars(length(min = 1, max = 1000))]
    pub cwd: Option<String>,
    /// what the command reads
    #[schemars(length(max = 1_048_576))]
    pub stdin: Option<String>,
}

/// The arguments of `repl_execute`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReplExecute {
    /// Python; the value of the last expression is the result
    #[schemars(length(min = 1, max = 65_536))]
    pub code: String,
    /// whose variables; default if absent
    #[schemars(regex(pattern = "^[a-z0-9_-]{1,64}$"))]
    pub session: Option<String>,
    /// begin anew, without variables; false if absent
    pub reset: Option<bool>,
    /// the longest that it takes; 60000 if absent
    #[schemars(range(min = 1, max = 600_000))]
    pub timeout_ms: Option<u32>,
}

/// The arguments of `edit_file`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EditFile {
    /// the file
    #[schemars(length(min = 1, max = 1000))]
    pub path: String,
    /// the text that is replaced; empty makes a new file
    #[schemars(length(max = 65_536))]
    pub old_string: Option<String>,
    /// the text in its place
    #[schemars(length(max = 1_048_576))]
    pub new_string: Option<String>,
    /// every match instead of exactly one; false if absent
    pub replace_all: Option<bool>,
    /// several replacements, made in order
    #[schemars(length(min = 1, max = 50))]
    pub edits: Option<Vec<Edit>>,
}

/// One replacement.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Edit {
    /// the text that is replaced
    #[schemars(length(max = 65_536))]
    pub old_string: String,
    /// the text in its place
    #[schemars(length(max = 1_048_576))]
    pub new_string: String,
    /// every match instead of exactly one; false if absent
    pub replace_all: Option<bool>,
}

/// The arguments of `exec_command`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ExecCommand {
    /// what the shell runs
    #[schemars(length(min = 1, max = 65_536))]
    pub command: String,
    /// the directory
    #[schemars(length(min = 1, max = 1000))]
    pub workdir: Option<String>,
    /// the terminal's width; 120 if absent
    #[schemars(range(min = 20, max = 500))]
    pub cols: Option<u16>,
    /// the terminal's height; 30 if absent
    #[schemars(range(min = 5, max = 200))]
    pub rows: Option<u16>,
    /// how long to wait for output; 10000 if absent
    #[schemars(range(min = 1, max = 60_000))]
    pub yield_time_ms: Option<u32>,
    /// how much output is returned; 20000 if absent
    #[schemars(range(min = 1, max = 100_000))]
    pub max_output_chars: Option<u32>,
}

/// The arguments of `write_stdin`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WriteStdin {
    /// from exec_command
    #[schemars(length(min = 1, max = 100))]
    pub session_id: String,
    /// what is typed; empty only reads
    #[schemars(length(max = 65_536))]
    pub chars: Option<String>,
    /// how long to wait for output; 1000 if absent
    #[schemars(range(min = 1, max = 60_000))]
    pub yield_time_ms: Option<u32>,
}

/// The arguments of `bsl_check`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BslCheck {
    /// a .bsl or .os file, or a folder of an exported configuration
    #[schemars(length(min = 1, max = 1000))]
    pub path: Option<String>,
    /// the code itself instead of a file
    #[schemars(length(min = 1, max = 1_048_576))]
    pub content: Option<String>,
    /// leave out what weighs less
    pub min_severity: Option<Severity>,
    /// at most this many; 200 if absent
    #[schemars(range(min = 1, max = 1000))]
    pub max_findings: Option<u16>,
}

/// How much a finding weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    Hint,
    Information,
    Warning,
    Error,
}
