use artel_domain::SkillId;
use artel_http::{Checked, Faults};
use artel_intents::SkillDraft;
use serde::Deserialize;
use serde_json::Map;
use utoipa::ToSchema;

use super::members::{SkillFileTerms, files};

#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct CreateSkill {
    /// Lower-case letters, digits and single hyphens; also the name of its folder.
    #[schema(min_length = 1, max_length = 64, pattern = "^[a-z0-9]+(-[a-z0-9]+)*$")]
    name: String,
    /// What it does, and when it is used.
    #[schema(min_length = 1, max_length = 1024, pattern = "^[ -~А-я]*[!-~А-я][ -~А-я]*$")]
    description: String,
    /// How the work is done.
    #[schema(min_length = 1, max_length = 65_536, pattern = "^[^\\u0000]*[^\\u0000\\s][^\\u0000]*$")]
    prompt: String,
    /// Scripts, templates and check lists.
    #[schema(max_items = 100)]
    files: Option<Vec<SkillFileTerms>>,
    /// `false` makes a skill that agents do not find.
    #[schema(default = true)]
    enabled: Option<bool>,
}

impl Checked for CreateSkill {
    fn check(&self, _: &mut Faults) {}
}

impl CreateSkill {
    pub(super) fn draft(self, id: SkillId) -> SkillDraft {
        let Self { name, description, prompt, files: of_body, enabled } = self;
        let files = of_body.map(files).unwrap_or_default();
        SkillDraft { id, name, description, extra: Map::new(), prompt, files, is_enabled: enabled.unwrap_or(true) }
    }
}
