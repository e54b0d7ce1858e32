use artel_http::body::whole;
use artel_http::caller::RunsWrite;
use artel_http::{Attempt, Body, Caller, Checked, Faults, Problem};
use artel_intents::{ChangeMemory, MemoryDeed};
use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use utoipa::ToSchema;

use super::TAG;
use super::place::Place;
use super::view::{MemoryChanged, tagged};
use crate::App;

#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct RestoreMemory {
    /// The version whose text the file gets again.
    #[serde(default, deserialize_with = "whole")]
    #[schema(value_type = i64, required = true, minimum = 1, maximum = 9_007_199_254_740_991_i64)]
    version: Option<i64>,
}

impl Checked for RestoreMemory {
    fn check(&self, faults: &mut Faults) {
        faults.ensure(self.version.is_some(), "version", "is missing");
        faults.range("version", self.version, 1..=9_007_199_254_740_991);
    }
}

/// Give a file of one's own memory an earlier text again.
///
/// That makes a new version. A file that was deleted is there again. Needs `runs:write`.
#[utoipa::path(post, path = "/memory/{path}/restore", tag = TAG,
    params(("path" = String, Path, min_length = 1, max_length = 200), crate::document::IdempotencyKey),
    request_body = RestoreMemory,
    responses((status = 200, description = "It has that text.", body = MemoryChanged,
        headers(("ETag" = String, description = "The version, in quotation marks."))),
        (status = 409, response = crate::document::Conflict)))]
pub(crate) async fn restore_memory(
    State(app): State<App>,
    caller: Caller<RunsWrite>,
    place: Place,
    attempt: Attempt,
    body: Body<RestoreMemory>,
) -> Result<Response, Problem> {
    let path = place.path_before("restore")?;
    // The check let none pass without one.
    let deed = MemoryDeed::Restore(body.value.version.unwrap_or_default());
    let work = async |request| {
        let wanted = ChangeMemory { path, expected: None, request, deed };
        let changed = app.intents.change_memory(&caller.requester(), wanted).await?;
        let body = MemoryChanged { path: changed.path.to_string(), version: changed.version };
        Ok((tagged(changed.version), Json(body)).into_response())
    };
    app.gate.once(&caller, &attempt, &body.digest, work).await
}
