use artel_http::caller::AgentsWrite;
use artel_http::{Attempt, Caller, Problem};
use axum::Json;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;
use utoipa::ToSchema;

use super::TAG;
use super::create_body::CreateSkill;
use super::upload::{draft, receive};
use super::view::SkillDetail;
use crate::App;

/// A zip in a form.
#[derive(ToSchema, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "read by `upload`; this is its description")]
pub(crate) struct SkillForm {
    /// The zip.
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
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
