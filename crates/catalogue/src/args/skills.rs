//! Tools of skills.

use schemars::JsonSchema;
use serde::Deserialize;

/// The arguments of `skill_search`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SkillSearch {
    /// the task, in words
    #[schemars(length(min = 1, max = 400))]
    pub query: String,
    /// at most this many; 5 if absent
    #[schemars(range(min = 1, max = 20))]
    pub limit: Option<u8>,
    /// which skills; all if absent
    pub scope: Option<SkillScope>,
}

/// Whose skills are searched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SkillScope {
    All,
    Custom,
    System,
}

/// The arguments of `read_skill`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReadSkill {
    /// from skill_search or manage_skill
    #[schemars(length(min = 1, max = 100))]
    pub skill_id: String,
    /// one file of the skill, whose text is to be read too
    #[schemars(length(min = 1, max = 200))]
    pub file: Option<String>,
}

/// The arguments of `manage_skill`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ManageSkill {
    /// what to do
    pub action: SkillAction,
    /// for update, delete, toggle and copy: which
    #[schemars(length(min = 1, max = 100))]
    pub skill_id: Option<String>,
    /// for create and update: lower-case letters, digits and single hyphens
    #[schemars(regex(pattern = "^[a-z0-9]+(-[a-z0-9]+)*$"), length(min = 1, max = 64))]
    pub name: Option<String>,
    /// for create and update: what it does and when it is used
    #[schemars(length(min = 1, max = 1024))]
    pub description: Option<String>,
    /// for create and update: the way of working
    #[schemars(length(min = 1, max = 65_536))]
    pub prompt: Option<String>,
    /// for create and update: scripts, templates and checklists
    #[schemars(length(max = 100))]
    pub files: Option<Vec<SkillFile>>,
    /// for toggle
    pub enabled: Option<bool>,
    /// for copy: the new name
    #[schemars(length(min = 1, max = 64))]
    pub to_name: Option<String>,
}

/// What `manage_skill` does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SkillAction {
    List,
    Create,
    Update,
    Delete,
    Toggle,
    Copy,
}

/// One file of a skill.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SkillFile {
    /// relative to the skill's folder
    #[schemars(length(min = 1, max = 200))]
    pub path: String,
    /// its text
    #[schemars(length(max = 1_048_576))]
    pub content: String,
}
