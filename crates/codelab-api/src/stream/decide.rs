use artel_http::{Checked, Problem};
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::answer::answer;
use crate::App;
use crate::extract::{InPath, Query, Said};
use crate::fault::Fault;
use crate::incoming::parse_object;
use crate::options::Options;
use crate::user::User;

#[derive(Debug, Deserialize)]
#[serde(transparent)]
pub(super) struct Decided(Map<String, Value>);

impl Checked for Decided {}

/// Decide about a held tool call, and stream what comes of it.
///
/// `{call_id, decision: approve|edit|reject, modified_arguments, feedback}`. An approved call comes again as a
/// `tool_call` with `requires_approval: false`, for the client to execute; what is unknown or decided already is an
/// `error` frame `INVALID_CALL_ID`.
#[utoipa::path(post, path = "/sessions/{session_id}/hitl-decision", tag = crate::approvals::TAG, params(("session_id" = String, Path, description = "The session.", min_length = 1, max_length = 200), Options),
    request_body(content = crate::shapes::CallDecision, example = json!({ "call_id": "…", "decision": "approve" })),
    responses((status = OK, description = "The frames that follow, and `{\"type\": \"done\"}`.", body = crate::shapes::StreamedFrame,
        content_type = "text/event-stream")))]
pub(super) async fn decide_call(
    State(app): State<App>,
    user: User,
    InPath(id): InPath,
    Query(options): Query<Options>,
    headers: HeaderMap,
    Said(Decided(mut said)): Said<Decided>,
) -> Result<Response, Fault> {
    said.insert("type".to_owned(), "hitl_decision".into());
    let incoming = parse_object(&said).map_err(Problem::from)?;
    let session = app.intents.own_session(&user.requester(), &id).await?;
    answer(&app, &user, session.id, incoming, &options, &headers).await
}
