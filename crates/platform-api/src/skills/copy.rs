use artel_domain::SkillId;
use artel_http::caller::AgentsWrite;
use artel_http::{At, Attempt, Body, Caller, Checked, Faults, Problem};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;
use utoipa::ToSchema;

use super::TAG;
use super::view::SkillDetail;
use crate::App;

#[derive(Debug, Default, Deserialize, ToSchema)]
pub(crate) struct CopySkill {
    /// The source's name with `-copy` when absent.
    #[serde(alias = "name")]
    #[schema(min_length = 1, max_length = 64, pattern = "^[a-z0-9]+(-[a-z0-9]+)*$")]
    to_name: Option<String>,
}

impl Checked for CopySkill {
    fn check(&self, _: &mut Faults) {}

    fn when_absent() -> Option<Self> {
        Some(Self::default())
    }
}

/// Copy a skill with its files.
///
/// The copy belongs to the caller and is switched on. This is how a system skill is changed. Needs `agents:write`.
#[utoipa::path(post, path = "/skills/{skill_id}/copy", tag = TAG,
    params(("skill_id" = SkillId, Path), crate::document::IdempotencyKey), request_body = Option<CopySkill>,
    responses((status = 201, description = "The copy.", body = SkillDetail),
        (status = 409, response = crate::document::Conflict)))]
pub(crate) async fn copy_skill(
    State(app): State<App>,
    caller: Caller<AgentsWrite>,
    At(source): At<SkillId>,
    attempt: Attempt,
    body: Body<CopySkill>,
) -> Result<Response, Problem> {
    let work = async |id| {
        let to_name = body.value.to_name.as_deref();
        let copied = app.intents.copy_skill(&caller.requester(), source, SkillId(id), to_name).await?;
        Ok((StatusCode::CREATED, Json(SkillDetail::from(copied))).into_response())
    };
    app.gate.once(&caller, &attempt, &body.digest, work).await
}
