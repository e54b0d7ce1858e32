use axum::Json;
use axum::extract::State;
use serde_json::{Value, json};

use crate::App;
use crate::extract::InPath;
use crate::fault::Fault;
use crate::intents;
use crate::user::User;

/// End a session. What is under way in it is cancelled; its records are kept, and nobody gets at them here any more.
pub(crate) async fn delete_session(State(app): State<App>, user: User, InPath(id): InPath) -> Result<Json<Value>, Fault> {
    intents::own_session(&app, &user, &id).await?;
    // Whoever drives one of its runs is told at once.
    intents::cancel(&app, &user, &id).await?;
    let audit = user.audit("session.delete", "session", &id, app.clock.now());
    if !app.store.end_session(user.tenant_id, &id, audit).await? {
        return Err(intents::not_found().into());
    }
    app.sockets.session_ended(user.tenant_id, &id);
    app.bus.wake_workers();
    Ok(Json(json!({ "status": "deleted", "session_id": id })))
}
