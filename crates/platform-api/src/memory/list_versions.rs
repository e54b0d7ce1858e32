use artel_http::caller::RunsRead;
use artel_http::{Caller, Params, Problem};
use axum::Json;
use axum::extract::State;

use super::TAG;
use super::get::WhoseMemory;
use super::place::{Place, whose};
use super::view::MemoryVersionView;
use crate::App;

/// List the versions of a file of a memory, newest first.
///
/// Also of one that was deleted. Each can be restored; those that were replaced more than 90 days ago are gone. Needs
/// `runs:read`.
#[utoipa::path(get, path = "/memory/{path}/versions", tag = TAG,
    params(("path" = String, Path, min_length = 1, max_length = 200), WhoseMemory),
    responses((status = 200, description = "The versions.", body = [MemoryVersionView])))]
pub(crate) async fn list_memory_versions(
    State(app): State<App>,
    caller: Caller<RunsRead>,
    place: Place,
    Params(wanted): Params<WhoseMemory>,
) -> Result<Json<Vec<MemoryVersionView>>, Problem> {
    let path = place.path_before("versions")?;
    let (viewer, owner) = whose(&app, &caller, wanted.user_id).await?;
    let found = app.store.list_memory_versions(&viewer, owner, &path).await?;
    if found.is_empty() {
        return Err(Problem::not_found("file"));
    }
    Ok(Json(found.into_iter().map(MemoryVersionView::from).collect()))
}
