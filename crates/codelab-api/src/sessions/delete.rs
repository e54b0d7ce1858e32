use axum::Json;
use axum::extract::State;
use serde_json::{Value, json};

use crate::App;
use crate::extract::InPath;
use crate::fault::Fault;
use crate::user::User;

/// End a session. What is under way in it is cancelled; its records are kept, and nobody gets at them here any more.
pub(crate) async fn delete_session(
    State(app): State<App>,
    user: User,
    InPath(id): InPath,
) -> Result<Json<Value>, Fault> {
    let id = app.intents.end_session(&user.requester(), &id).await?;
    app.sockets.session_ended(user.tenant_id, &id);
    Ok(Json(json!({ "status": "deleted", "session_id": id.shown() })))
}
