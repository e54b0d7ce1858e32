use artel_domain::SkillId;
use artel_http::caller::AgentsWrite;
use artel_http::{Attempt, Caller, Checked, Faults, Problem};
use artel_intents::SkillDraft;
use axum::Json;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;
use serde_json::Map;
use utoipa::ToSchema;

use super::TAG;
use super::members::{SkillFileTerms, files};
use super::upload::{draft, receive};
use super::view::SkillDetail;
use crate::App;

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

/// A zip in a form.
#[derive(ToSchema, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "read by `upload`; this is its description")]
pub(crate) struct SkillForm {
    /// The zip.
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
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

/// Create a skill, or import one.
///
/// As JSON; or as a zip, which is the body itself or the member `file` of a form. The zip has `SKILL.md` at its top or
/// in one folder that is called like the skill; no links, no absolute names, none with `..`; at most 10 MiB when it is
/// unpacked, and 100 files. An organisation has at most 200 skills. Needs `agents:write`.
#[utoipa::path(post, path = "/skills", tag = TAG, params(crate::document::IdempotencyKey),
    request_body(content((CreateSkill = "application/json"), (SkillForm = "multipart/form-data"), (Vec<u8> = "application/zip"))),
    responses((status = 201, description = "The new skill.", body = SkillDetail),
        (status = 409, response = crate::document::Conflict)))]
pub(crate) async fn create_skill(
    State(app): State<App>,
    caller: Caller<AgentsWrite>,
    attempt: Attempt,
    request: Request,
) -> Result<Response, Problem> {
    let (upload, digest) = receive(&app, &caller, request).await?;
    let work = async |id| {
        let draft = draft(upload, &caller, id).await?;
        let made = app.intents.create_skill(&caller.requester(), draft).await?;
        Ok((StatusCode::CREATED, Json(SkillDetail::from(made))).into_response())
    };
    app.gate.once(&caller, &attempt, &digest, work).await
}
