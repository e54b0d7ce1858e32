use artel_domain::SkillId;
use artel_http::caller::AgentsWrite;
use artel_http::{At, Attempt, Body, Caller, Checked, Faults, Problem};
use artel_intents::SkillChange;
use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;
use utoipa::ToSchema;

use super::TAG;
use super::view::SkillDetail;
use crate::App;

#[derive(Debug, Default, Deserialize, ToSchema)]
pub(crate) struct ToggleSkill {
    /// What it becomes; the other of what it is when absent.
    enabled: Option<bool>,
}

impl Checked for ToggleSkill {
    fn check(&self, _: &mut Faults) {}

    fn when_absent() -> Option<Self> {
        Some(Self::default())
    }
}

/// Switch a skill on or off.
///
/// Agents do not find one that is switched off. One's own; an administrator switches all but system skills. Needs
/// `agents:write`.
#[utoipa::path(post, path = "/skills/{skill_id}/toggle", tag = TAG,
    params(("skill_id" = SkillId, Path), crate::document::IdempotencyKey), request_body = Option<ToggleSkill>,
    responses((status = 200, description = "The skill as it is now.", body = SkillDetail),
        (status = 409, response = crate::document::Conflict)))]
pub(crate) async fn toggle_skill(
    State(app): State<App>,
    caller: Caller<AgentsWrite>,
    At(skill): At<SkillId>,
    attempt: Attempt,
    body: Body<ToggleSkill>,
) -> Result<Response, Problem> {
    let work = async |_| {
        let requester = caller.requester();
        let is_enabled = if let Some(enabled) = body.value.enabled {
            enabled
        } else {
            let found = app.intents.skill(&requester, skill).await?;
            !found.ok_or_else(|| Problem::not_found("skill"))?.head.is_enabled
        };
        let change = SkillChange { is_enabled: Some(is_enabled), ..SkillChange::default() };
        let changed = app.intents.update_skill(&requester, skill, change).await?;
        Ok(Json(SkillDetail::from(changed)).into_response())
    };
    app.gate.once(&caller, &attempt, &body.digest, work).await
}
