use artel_http::Checked;
use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::{IntoParams, ToSchema};

use super::view::SessionView;
use crate::App;
use crate::extract::{InPath, Query, flag};
use crate::fault::Fault;
use crate::history::{self, Message};
use crate::user::User;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct GetSession {
    /// With the newest messages.
    #[serde(default, deserialize_with = "flag")]
    #[param(nullable = false)]
    include_messages: Option<bool>,
}

impl Checked for GetSession {}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FullSession {
    #[serde(flatten)]
    session: SessionView,
    /// With `include_messages`: the newest ones.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    messages: Option<Vec<Message>>,
}

/// A session in both forms.
#[derive(ToSchema)]
#[expect(dead_code, reason = "the schema of what `get_nested_session` puts together")]
struct NestedSession {
    #[serde(flatten)]
    flat: FullSession,
    session: FullSession,
}

/// Read a session.
#[utoipa::path(get, path = "/sessions/{session_id}", tag = super::TAG, params(("session_id" = String, Path, description = "The session.", min_length = 1, max_length = 200), GetSession),
    responses((status = OK, description = "The session.", body = FullSession)))]
pub(crate) async fn get_session(
    State(app): State<App>,
    user: User,
    InPath(id): InPath,
    Query(wanted): Query<GetSession>,
) -> Result<Json<FullSession>, Fault> {
    read(&app, &user, id, &wanted).await.map(Json)
}

/// Read a session, also in the form of the first runtime: once more as the member `session`.
#[utoipa::path(get, path = "/sessions/{session_id}", tag = super::TAG, params(("session_id" = String, Path, description = "The session.", min_length = 1, max_length = 200), GetSession),
    responses((status = OK, description = "The session, and the same as `session`.", body = NestedSession)))]
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
