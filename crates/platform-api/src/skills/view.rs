use artel_domain::{Skill, SkillFileSize, SkillHead, SkillId, SkillScope, Timestamp, UserId};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

/// A skill in a list.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SkillView {
    skill_id: SkillId,
    name: String,
    /// What it does, and when it is used.
    description: String,
    /// `system`: a part of the product, which cannot be changed.
    scope: SkillScope,
    /// Agents do not find one that is switched off.
    enabled: bool,
    /// Of the prompt and all files.
    bytes: u64,
    /// Its author; `null` for a system skill.
    created_by: Option<UserId>,
    created_at: Option<Timestamp>,
    updated_at: Option<Timestamp>,
    /// With `q`: the share of the words that it has, from 0 to 1. A word that only the prompt has counts half.
    score: Option<f64>,
}

/// A file of a skill.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SkillFileView {
    path: String,
    bytes: u64,
}

/// A skill. The bytes of its files are in its zip.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SkillDetail {
    #[serde(flatten)]
    head: SkillView,
    /// How the work is done: the text of `SKILL.md` behind its front matter.
    prompt: String,
    /// What the front matter says besides: `license`, `metadata` and the like.
    #[schema(value_type = Object)]
    extra: Map<String, Value>,
    /// By path, without `SKILL.md`.
    files: Vec<SkillFileView>,
}

impl SkillView {
    pub(super) fn new(head: SkillHead, score: Option<f64>) -> Self {
        Self {
            skill_id: head.id,
            name: head.name.to_string(),
            description: head.description,
            scope: head.scope,
            enabled: head.is_enabled,
            bytes: head.bytes,
            created_by: head.author_id,
            created_at: head.created_at,
            updated_at: head.updated_at,
            score,
        }
    }
}

impl From<Skill> for SkillDetail {
    fn from(skill: Skill) -> Self {
        let file = |file: SkillFileSize| SkillFileView { path: file.path.to_string(), bytes: file.bytes };
        let files = skill.files.into_iter().map(file).collect();
        Self { head: SkillView::new(skill.head, None), prompt: skill.prompt, extra: skill.extra, files }
    }
}
