//! A session as clients see it: every name that some client looks for.

use artel_domain::{Session, SessionId, Specialist, Timestamp};
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use crate::App;

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SessionView {
    id: SessionId,
    /// The same.
    session_id: SessionId,
    #[serde(serialize_with = "artel_domain::names::maybe_shown")]
    title: Option<String>,
    description: Option<String>,
    message_count: i64,
    created_at: Timestamp,
    updated_at: Timestamp,
    last_activity: Timestamp,
    is_active: bool,
    current_agent: Specialist,
    duration_seconds: f64,
    user_id: String,
    #[schema(value_type = Object)]
    metadata: Value,
}

/// Under this member of the metadata is kept what a service calls the user in whose name it made a session. It is not
/// shown there: the metadata come back as they were given.
///
/// FROZEN: sessions are stored with it.
pub(super) const GIVEN_NAME: &str = "artel:user_id";
/// The same in sessions of earlier releases, which showed it.
const SHOWN_NAME: &str = "user_id";

impl SessionView {
    pub(crate) fn of(app: &App, session: Session) -> Self {
        let user_id = shown_user(app, &session);
        let lasted = session.updated_at.duration_since(session.created_at);
        Self {
            session_id: session.id.shown(),
            id: session.id.shown(),
            title: session.title,
            description: session.description,
            message_count: session.message_count,
            created_at: session.created_at,
            updated_at: session.updated_at,
            last_activity: session.updated_at,
            is_active: session.is_active,
            current_agent: session.specialist.unwrap_or(app.config.first),
            duration_seconds: lasted.as_secs_f64().max(0.0),
            user_id,
            metadata: shown_metadata(session.metadata),
        }
    }
}

fn shown_metadata(metadata: Option<Value>) -> Value {
    let mut metadata = metadata.unwrap_or_else(|| json!({}));
    if let Some(members) = metadata.as_object_mut() {
        members.remove(GIVEN_NAME);
    }
    metadata
}

/// The services' own sessions are shown under the names that they gave.
fn shown_user(app: &App, session: &Session) -> String {
    let metadata = session.metadata.as_ref();
    let given = metadata.and_then(|members| members.get(GIVEN_NAME).or_else(|| members.get(SHOWN_NAME)));
    let given = given.and_then(Value::as_str);
    match (session.user_id, given) {
        (Some(owner), Some(name)) if owner == app.config.internal.user_id => name.to_owned(),
        (owner, _) => owner.map(|owner| owner.to_string()).unwrap_or_default(),
    }
}
