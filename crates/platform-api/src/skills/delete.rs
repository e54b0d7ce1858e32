use artel_domain::SkillId;
use artel_http::caller::AgentsWrite;
use artel_http::{At, Caller, Problem};
use axum::extract::State;
use axum::http::StatusCode;

use super::TAG;
use crate::App;

/// Delete a skill and its files.
///
/// One's own; an administrator deletes all but system skills. Needs `agents:write`.
#[utoipa::path(delete, path = "/skills/{skill_id}", tag = TAG, params(("skill_id" = SkillId, Path)),
    responses((status = 204, description = "It is gone.")))]
pub(crate) async fn delete_skill(
    State(app): State<App>,
    caller: Caller<AgentsWrite>,
    At(skill): At<SkillId>,
) -> Result<StatusCode, Problem> {
    app.intents.delete_skill(&caller.requester(), skill, app.clock.uuid()).await?;
    Ok(StatusCode::NO_CONTENT)
}
