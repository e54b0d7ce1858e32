use artel_http::Checked;
use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::view::SessionView;
use crate::App;
use crate::extract::{InPath, Query, flag};
use crate::fault::Fault;
use crate::history::{self, Message};
use crate::user::User;

#[derive(Debug, Deserialize)]
pub(crate) struct GetSession {
    #[serde(default, deserialize_with = "flag")]
    include_messages: Option<bool>,
}

impl Checked for GetSession {}

#[derive(Debug, Serialize)]
pub(crate) struct FullSession {
    #[serde(flatten)]
    session: SessionView,
    /// With `include_messages`: the newest ones.
    #[serde(skip_serializing_if = "Option::is_none")]
    messages: Option<Vec<Message>>,
}

/// Read a session.
pub(crate) async fn get_session(
    State(app): State<App>,
    user: User,
    InPath(id): InPath,
    Query(wanted): Query<GetSession>,
) -> Result<Json<FullSession>, Fault> {
    read(&app, &user, id, &wanted).await.map(Json)
}

/// Read a session, also in the form of the first runtime: once more as the member `session`.
pub(crate) async fn get_nested_session(
    State(app): State<App>,
    user: User,
    InPath(id): InPath,
    Query(wanted): Query<GetSession>,
) -> Result<Json<Value>, Fault> {
    let flat = serde_json::to_value(read(&app, &user, id, &wanted).await?).map_err(artel_http::Problem::internal)?;
    let mut both = flat.as_object().cloned().unwrap_or_default();
    let mut nested: Map<String, Value> = both.clone();
    nested.entry("messages").or_insert_with(|| Value::Array(Vec::new()));
    both.insert("session".to_owned(), Value::Object(nested));
    Ok(Json(Value::Object(both)))
}

async fn read(app: &App, user: &User, id: artel_domain::SessionId, wanted: &GetSession) -> Result<FullSession, Fault> {
    let session = app.intents.own_session(&user.requester(), &id).await?;
    let messages = if wanted.include_messages.unwrap_or(false) {
        Some(history::read(app, &user.viewer(), &session.id).await?.messages)
    } else {
        None
    };
    Ok(FullSession { session: SessionView::of(app, session), messages })
}
