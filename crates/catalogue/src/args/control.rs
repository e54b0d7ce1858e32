//! Tools that steer the work.

use schemars::JsonSchema;
use serde::Deserialize;

/// The arguments of `run_subagent`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RunSubagent {
    /// subtasks that do not need each other
    #[schemars(length(min = 1, max = 5))]
    pub tasks: Vec<SubagentTask>,
}

/// One subtask.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SubagentTask {
    /// explore finds something out and verify checks a result, both only read; execute may change things
    pub kind: SubagentKind,
    /// what is to be found or done, in full sentences
    #[schemars(length(min = 1, max = 10_000))]
    pub goal: String,
    /// what the subagent must know
    #[schemars(length(max = 65_536))]
    pub context: Option<String>,
    /// only these of your tools
    #[schemars(length(min = 1, max = 44))]
    pub tools: Option<Vec<String>>,
    /// what it may use, at most what is left to you
    pub budget: Option<SubagentBudget>,
}

/// What a subagent is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SubagentKind {
    Explore,
    Execute,
    Verify,
}

/// What a subagent may use.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SubagentBudget {
    /// tokens
    pub run_tokens: Option<u64>,
    /// dollars
    #[schemars(range(min = 0.0))]
    pub run_cost_usd: Option<f64>,
}

/// The arguments of `publish_app`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PublishApp {
    /// a folder with index.html
    #[schemars(length(min = 1, max = 1000))]
    pub path: String,
    /// the name in the address: 3-40 lower-case letters, digits and hyphens
    #[schemars(regex(pattern = "^[a-z0-9]([a-z0-9-]{1,38})[a-z0-9]$"))]
    pub slug: String,
    /// what people read in the list of pages
    #[schemars(length(max = 200))]
    pub title: Option<String>,
}

/// The arguments of `exit`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Exit {
    /// what the user reads
    #[schemars(length(min = 1, max = 100_000))]
    pub answer: String,
    /// paths of the workspace that the user gets
    #[schemars(length(max = 20))]
    pub files: Option<Vec<String>>,
}
