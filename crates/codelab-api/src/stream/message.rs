use artel_domain::SessionId;
use artel_http::{Checked, Faults, Problem};
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::answer::answer;
use crate::App;
use crate::extract::{Query, Said};
use crate::fault::Fault;
use crate::incoming::parse_object;
use crate::options::Options;
use crate::user::User;

#[derive(Debug, Deserialize)]
pub(super) struct Posted {
    session_id: String,
    /// What the client says, as on a socket.
    message: Option<Map<String, Value>>,
    /// Older clients have it all at one level.
    #[serde(flatten)]
    flat: Map<String, Value>,
}

impl Checked for Posted {
    fn check(&self, faults: &mut Faults) {
        faults.length("session_id", Some(self.session_id.as_str()), 1..=200);
    }
}

/// Say something in a session, and stream what comes of it.
///
/// The body is `{session_id, message: {type, …}}` with the messages of the socket; unknown sessions are made. The
/// stream ends with `{"type":"done"}` as soon as it is the client's turn. Whoever leaves changes nothing: the run goes
/// on.
#[utoipa::path(post, path = "/agent/message/stream", tag = super::TAG, params(Options),
    request_body(content = crate::shapes::PostedMessage,
        example = json!({ "session_id": "chat-1", "message": { "type": "user_message", "content": "Create a README" } })),
    responses((status = OK, description = "The frames that follow, and `{\"type\": \"done\"}`.", body = crate::shapes::StreamedFrame,
        content_type = "text/event-stream"),
        (status = NOT_FOUND, response = crate::shapes::NotFound),
        (status = CONFLICT, response = crate::shapes::Conflict)))]
pub(super) async fn stream_message(
    State(app): State<App>,
    user: User,
    Query(options): Query<Options>,
    headers: HeaderMap,
    Said(posted): Said<Posted>,
) -> Result<Response, Fault> {
    let message = posted.message.unwrap_or(posted.flat);
    let incoming = parse_object(&message).map_err(Problem::from)?;
    let session = app.intents.open_session(&user.requester(), &SessionId(posted.session_id)).await?;
    answer(&app, &user, session.id, incoming, &options, &headers).await
}
