use artel_domain::SessionId;
use artel_http::caller::RunsRead;
use artel_http::{At, Caller, Checked, Faults, Params, Problem};
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use utoipa::IntoParams;

use super::TAG;
use crate::App;
use crate::reply::sized;
use crate::runs::messages::{MessageView, messages};

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListMessages {
    /// The newest this many journal entries; 200 when absent. Several entries may make one message.
    #[param(nullable = false, minimum = 1, maximum = 1000)]
    limit: Option<u32>,
    /// Only messages before the one with this `seq`.
    #[param(nullable = false, minimum = 1)]
    before: Option<i64>,
}

impl Checked for ListMessages {
    fn check(&self, faults: &mut Faults) {
        faults.range("limit", self.limit, 1..=1000);
        faults.range("before", self.before, 1..=i64::MAX);
    }
}

/// Read the dialogue of a session, oldest message first.
///
/// Needs `runs:read`.
#[utoipa::path(get, path = "/sessions/{session_id}/messages", tag = TAG,
    params(("session_id" = String, Path, min_length = 1, max_length = 200), ListMessages),
    responses((status = 200, description = "What was said.", body = [MessageView])))]
pub(crate) async fn list_session_messages(
    State(app): State<App>,
    caller: Caller<RunsRead>,
    At(session): At<SessionId>,
    Params(wanted): Params<ListMessages>,
) -> Result<Response, Problem> {
    let viewer = app.viewer(&caller);
    let found = if session.0.contains('\0') { None } else { app.store.find_session(&viewer, &session).await? };
    let session = found.ok_or_else(|| Problem::not_found("session"))?.id;
    let (before, limit) = (wanted.before.unwrap_or(0), wanted.limit.unwrap_or(200));
    let said = messages(&app.store.session_entries(&viewer, &session, before, limit).await?);
    let bytes = said.iter().map(MessageView::bytes).sum();
    sized(caller.tenant_id, bytes, move || said).await
}
