use artel_domain::SessionId;
use artel_http::{Checked, Faults};
use artel_intents::OpenSession;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::check_title;
use super::view::{GIVEN_NAME, SessionView};
use crate::App;
use crate::extract::Said;
use crate::fault::Fault;
use crate::user::User;

const LONGEST_PROMPT: usize = 50_000;
const LONGEST_NAME: usize = 255;

#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub(crate) struct CreateSession {
    /// Told to every agent of the session beside its own prompt.
    #[schema(max_length = 50_000)]
    system_prompt: Option<String>,
    #[schema(value_type = Option<Object>)]
    metadata: Option<Map<String, Value>>,
    /// A fresh one when absent or empty.
    #[schema(schema_with = crate::shapes::new_session_id)]
    session_id: Option<String>,
    /// The first message when absent.
    #[schema(schema_with = crate::shapes::maybe_title)]
    title: Option<String>,
    /// What a service calls its user; from people it is ignored.
    user_id: Option<Value>,
}

impl Checked for CreateSession {
    fn check(&self, faults: &mut Faults) {
        check_title(self.title.as_deref(), faults);
        faults.length("system_prompt", self.system_prompt.as_deref(), 0..=LONGEST_PROMPT);
    }

    /// Clients that have nothing to say send nothing.
    fn when_absent() -> Option<Self> {
        Some(Self::default())
    }
}

/// Make a session. Every member of the body is optional, and so is the body. 409 when the id is taken.
#[utoipa::path(post, path = "/sessions", tag = super::TAG,
    request_body(content = Option<CreateSession>, example = json!({ "title": "Parser", "metadata": { "project": "/p" } })),
    responses((status = CREATED, description = "The new session.", body = SessionView),
        (status = CONFLICT, response = crate::shapes::Conflict)))]
pub(crate) async fn create_session(
    State(app): State<App>,
    user: User,
    Said(wanted): Said<CreateSession>,
) -> Result<(StatusCode, Json<SessionView>), Fault> {
    let metadata = metadata(&app, &user, wanted.metadata, wanted.user_id);
    let open = OpenSession {
        id: wanted.session_id.filter(|id| !id.is_empty()).map(SessionId),
        title: wanted.title,
        metadata,
        system_prompt: wanted.system_prompt.filter(|prompt| !prompt.trim().is_empty()),
    };
    let session = app.intents.create_session(&user.requester(), open).await?;
    Ok((StatusCode::CREATED, Json(SessionView::of(&app, session))))
}

/// With the name that a service has for its user.
fn metadata(app: &App, user: &User, given: Option<Map<String, Value>>, name: Option<Value>) -> Option<Value> {
    let name = name
        .and_then(|name| name.as_str().map(str::to_owned))
        .filter(|name| (1..=LONGEST_NAME).contains(&name.chars().count()));
    let Some(name) = name.filter(|_| user.user_id == app.config.internal.user_id) else {
        return given.map(Value::Object);
    };
    let mut metadata = given.unwrap_or_default();
    metadata.insert(GIVEN_NAME.to_owned(), Value::String(name));
    Some(Value::Object(metadata))
}
