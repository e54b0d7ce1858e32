use artel_domain::SessionId;
use artel_http::trace;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

use super::llm::LlmMetrics;
use super::reader::{own, read_one};
use crate::App;
use crate::extract::InPath;
use crate::fault::Fault;
use crate::user::User;

#[derive(Debug, Serialize, ToSchema)]
struct SessionMetrics {
    session_id: SessionId,
    #[serde(flatten)]
    llm: LlmMetrics,
    /// There were older requests than these. Left out when there were none.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[schema(required = false)]
    is_truncated: bool,
}

/// Read the model calls of a session, those that chose an agent included. 404 while there are none.
#[utoipa::path(get, path = "/events/metrics/session/{session_id}", tag = super::TAG, params(("session_id" = String, Path, description = "The session.", min_length = 1, max_length = 200)),
    responses((status = OK, description = "The model calls.", body = SessionMetrics)))]
pub(crate) async fn get_session_metrics(
    State(app): State<App>,
    user: User,
    InPath(id): InPath,
) -> Result<Response, Fault> {
    let Some(session) = own(&app, &user, &id).await? else { return Ok(nothing(&id)) };
    let mut llm = LlmMetrics::default();
    let is_truncated = read_one(&app, &user, &session.id, |event| llm.take(event)).await?;
    if llm.is_empty() {
        return Ok(nothing(&id));
    }
    Ok(Json(SessionMetrics { session_id: id, llm, is_truncated }).into_response())
}

/// Clients of the first runtime know this text as the `error`.
fn nothing(id: &SessionId) -> Response {
    let text = format!("No metrics found for session {id}");
    let body = json!({
        "error": text, "message": text, "detail": text, "error_description": text,
        "error_code": "SESSION_NOT_FOUND", "trace_id": trace::current(),
    });
    (StatusCode::NOT_FOUND, Json(body)).into_response()
}
