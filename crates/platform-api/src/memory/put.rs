use std::time::Duration;

use artel_http::body::{check_coding, raw};
use artel_http::caller::RunsWrite;
use artel_http::{Caller, Problem};
use artel_intents::{ChangeMemory, MemoryDeed};
use axum::Json;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::TAG;
use super::conditions::{Conditions, expected, refused};
use super::place::Place;
use super::view::{MemoryChanged, tagged};
use crate::App;

/// For the whole text.
const PATIENCE: Duration = Duration::from_secs(30);

/// Write a file of one's own memory.
///
/// The body is the whole text: Markdown that begins with YAML front matter with `title` and `source`, at most 64 KiB. A
/// file that is there is replaced, and its text stays restorable for 90 days. A memory has at most 2,000 files. Needs
/// `runs:write`.
#[utoipa::path(put, path = "/memory/{path}", tag = TAG,
    params(("path" = String, Path, min_length = 1, max_length = 200), Conditions),
    request_body(content = String, content_type = "text/markdown"),
    responses(
        (status = 200, description = "It was replaced.", body = MemoryChanged,
            headers(("ETag" = String, description = "The version, in quotation marks."))),
        (status = 201, description = "It is new.", body = MemoryChanged,
            headers(("ETag" = String, description = "The version, in quotation marks."))),
        (status = 409, response = crate::document::Conflict),
        (status = 412, description = "The file has another version than the one that was named.")))]
pub(crate) async fn put_memory(
    State(app): State<App>,
    caller: Caller<RunsWrite>,
    place: Place,
    request: Request,
) -> Result<Response, Problem> {
    let path = place.path()?;
    check_coding(request.headers())?;
    let headers = request.headers().clone();
    let text = raw(request, PATIENCE).await?;
    let text = String::from_utf8(text.into()).map_err(|_| Problem::malformed("The body is not UTF-8."))?;
    if text.contains('\0') {
        return Err(Problem::invalid_field("content", "must have no NUL character"));
    }
    let expected = expected(&app, &caller, &path, &headers).await?;
    let wanted = ChangeMemory { path, expected, request: app.clock.uuid(), deed: MemoryDeed::Write(text) };
    let changed = app.intents.change_memory(&caller.requester(), wanted).await.map_err(refused)?;
    let status = if changed.is_new { StatusCode::CREATED } else { StatusCode::OK };
    let body = MemoryChanged { path: changed.path.to_string(), version: changed.version };
    Ok((status, tagged(changed.version), Json(body)).into_response())
}
