use artel_domain::SkillId;
use artel_http::caller::RunsRead;
use artel_http::{At, Caller, Problem};
use artel_skills::pack;
use artel_tools::Programs;
use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use axum::response::IntoResponse;

use super::TAG;
use crate::App;

/// Read a skill as a zip: one folder that is called like it, with `SKILL.md` and all files.
///
/// `POST /skills` takes it again, also elsewhere. Needs `runs:read`.
#[utoipa::path(get, path = "/skills/{skill_id}/export", tag = TAG, params(("skill_id" = SkillId, Path)),
    responses((status = 200, description = "The zip.", body = Vec<u8>, content_type = "application/zip")))]
pub(crate) async fn export_skill(
    State(app): State<App>,
    caller: Caller<RunsRead>,
    At(skill): At<SkillId>,
) -> Result<impl IntoResponse, Problem> {
    let folder = app.intents.skill_folder(&caller.requester(), skill).await?;
    let name = format!("attachment; filename=\"{}.zip\"", folder.text.name);
    let packed = Programs::of_process().by_size(caller.tenant_id, usize::MAX, move || pack(&folder)).await;
    let zip = packed.map_err(Problem::internal)?.map_err(Problem::internal)?;
    let headers = [
        (CONTENT_TYPE, "application/zip".to_owned()),
        (CONTENT_DISPOSITION, name),
        (CACHE_CONTROL, "private, no-cache".to_owned()),
        (X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
    ];
    Ok((headers, zip))
}
