use axum::Json;
use axum::extract::State;
use serde_json::{Value, json};
use utoipa::ToSchema;

use crate::App;
use crate::extract::InPath;
use crate::fault::Fault;
use crate::user::User;

/// What is said of a session that has ended.
#[derive(ToSchema)]
#[expect(dead_code, reason = "the schema of what `delete_session` answers")]
struct EndedSession {
    /// `deleted`
    status: String,
    session_id: String,
}

/// End a session. What is under way in it is cancelled; its records are kept, and nobody gets at them here any more.
#[utoipa::path(delete, path = "/sessions/{session_id}", tag = super::TAG, params(("session_id" = String, Path, description = "The session.", min_length = 1, max_length = 200)),
    responses((status = OK, description = "It has ended.", body = EndedSession)))]
pub(crate) async fn delete_session(
    State(app): State<App>,
    user: User,
    InPath(id): InPath,
) -> Result<Json<Value>, Fault> {
    let id = app.intents.end_session(&user.requester(), &id).await?;
    app.sockets.session_ended(user.tenant_id, &id);
    Ok(Json(json!({ "status": "deleted", "session_id": id.shown() })))
}
