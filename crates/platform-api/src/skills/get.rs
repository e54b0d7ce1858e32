use artel_domain::SkillId;
use artel_http::caller::RunsRead;
use artel_http::{At, Caller, Problem};
use axum::Json;
use axum::extract::State;

use super::TAG;
use super::view::SkillDetail;
use crate::App;

/// Read a skill: its prompt and the list of its files.
///
/// Needs `runs:read`.
#[utoipa::path(get, path = "/skills/{skill_id}", tag = TAG, params(("skill_id" = SkillId, Path)),
    responses((status = 200, description = "The skill.", body = SkillDetail)))]
pub(crate) async fn get_skill(
    State(app): State<App>,
    caller: Caller<RunsRead>,
    At(skill): At<SkillId>,
) -> Result<Json<SkillDetail>, Problem> {
    let found = app.intents.skill(&caller.requester(), skill).await?;
    Ok(Json(found.ok_or_else(|| Problem::not_found("skill"))?.into()))
}
