use artel_http::caller::RunsWrite;
use artel_http::{Caller, Problem};
use artel_intents::{ChangeMemory, MemoryDeed};
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};

use super::TAG;
use super::conditions::{Conditions, expected, refused};
use super::place::Place;
use crate::App;

/// Delete a file of one's own memory.
///
/// Its texts stay restorable for 90 days. Needs `runs:write`.
#[utoipa::path(delete, path = "/memory/{path}", tag = TAG,
    params(("path" = String, Path, min_length = 1, max_length = 200), Conditions),
    responses((status = 204, description = "It is gone."),
        (status = 412, description = "The file has another version than the one that was named.")))]
pub(crate) async fn delete_memory(
    State(app): State<App>,
    caller: Caller<RunsWrite>,
    place: Place,
    headers: HeaderMap,
) -> Result<StatusCode, Problem> {
    let path = place.path()?;
    let expected = expected(&app, &caller, &path, &headers).await?;
    let wanted = ChangeMemory { path, expected, request: app.clock.uuid(), deed: MemoryDeed::Delete };
    app.intents.change_memory(&caller.requester(), wanted).await.map_err(refused)?;
    Ok(StatusCode::NO_CONTENT)
}
