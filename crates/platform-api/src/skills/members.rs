//! What a skill says, as bodies have it. The rules are those of the intents; what stands here is their description.

use artel_intents::NewSkillFile;
use serde::Deserialize;
use utoipa::ToSchema;

/// One file of a skill.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct SkillFileTerms {
    /// Relative to the skill's folder: `templates/report.md`. No `.` or `..`, and not `SKILL.md`.
    #[schema(min_length = 1, max_length = 200, pattern = "^[A-Za-z0-9_-][A-Za-z0-9_. /-]*$")]
    path: String,
    /// Its text. Files that are no text come with a zip.
    content: String,
}

pub(super) fn files(files: Vec<SkillFileTerms>) -> Vec<NewSkillFile> {
    files.into_iter().map(|file| NewSkillFile { path: file.path, content: file.content.into_bytes() }).collect()
}
