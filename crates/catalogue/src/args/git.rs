//! Tools of Git.

use schemars::JsonSchema;
use serde::Deserialize;

/// The arguments of `git_clone`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GitClone {
    /// an https address
    #[schemars(length(min = 1, max = 2000), regex(pattern = "^https://"))]
    pub url: String,
    /// a branch, tag or commit; the default branch if absent
    #[schemars(length(min = 1, max = 200))]
    pub r#ref: Option<String>,
    /// how many commits of history; 1 if absent
    #[schemars(range(min = 1, max = 100_000))]
    pub depth: Option<u32>,
    /// where to; the repository's name if absent
    #[schemars(length(min = 1, max = 1000))]
    pub path: Option<String>,
    /// which account, when several are granted
    #[schemars(length(max = 100))]
    pub instance_id: Option<String>,
}

/// The arguments of `open_pull_request`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OpenPullRequest {
    /// the cloned repository
    #[schemars(length(min = 1, max = 1000))]
    pub path: String,
    /// the branch that is pushed
    #[schemars(length(min = 1, max = 200))]
    pub branch: String,
    /// the request's title
    #[schemars(length(min = 1, max = 300))]
    pub title: String,
    /// the request's text in Markdown
    #[schemars(length(max = 65_536))]
    pub body: Option<String>,
    /// the branch that it goes into; the default branch if absent
    #[schemars(length(min = 1, max = 200))]
    pub base: Option<String>,
    /// commit open changes first, with this message
    #[schemars(length(min = 1, max = 10_000))]
    pub commit_message: Option<String>,
    /// open it as a draft; false if absent
    pub draft: Option<bool>,
    /// which account, when several are granted
    #[schemars(length(max = 100))]
    pub instance_id: Option<String>,
}
