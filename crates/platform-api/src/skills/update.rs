use artel_domain::SkillId;
use artel_http::caller::AgentsWrite;
use artel_http::{At, Body, Caller, Checked, Faults, Problem};
use artel_intents::SkillChange;
use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use utoipa::ToSchema;

use super::TAG;
use super::members::{SkillFileTerms, files};
use super::view::SkillDetail;
use crate::App;

#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct UpdateSkill {
    #[schema(min_length = 1, max_length = 64, pattern = "^[a-z0-9]+(-[a-z0-9]+)*$")]
    name: Option<String>,
    #[schema(min_length = 1, max_length = 1024, pattern = "^[ -~А-я]*[!-~А-я][ -~А-я]*$")]
    description: Option<String>,
    #[schema(min_length = 1, max_length = 65_536, pattern = "^[^\\u0000]*[^\\u0000\\s][^\\u0000]*$")]
    prompt: Option<String>,
    /// All of its files: those that are not named are gone.
    #[schema(max_items = 100)]
    files: Option<Vec<SkillFileTerms>>,
    enabled: Option<bool>,
}

impl Checked for UpdateSkill {
    fn check(&self, _: &mut Faults) {}
}

/// Change a skill; members that are absent stay.
///
/// One's own; an administrator changes all but system skills, which are copied instead. Needs `agents:write`.
#[utoipa::path(put, path = "/skills/{skill_id}", tag = TAG, params(("skill_id" = SkillId, Path)), request_body = UpdateSkill,
    responses((status = 200, description = "The skill as it is now.", body = SkillDetail),
        (status = 409, response = crate::document::Conflict)))]
pub(crate) async fn update_skill(
    State(app): State<App>,
    caller: Caller<AgentsWrite>,
    At(skill): At<SkillId>,
    body: Body<UpdateSkill>,
) -> Result<Json<SkillDetail>, Problem> {
    let UpdateSkill { name, description, prompt, files: of_body, enabled } = body.value;
    let change = SkillChange { name, description, prompt, files: of_body.map(files), is_enabled: enabled };
    Ok(Json(app.intents.update_skill(&caller.requester(), skill, change).await?.into()))
}
