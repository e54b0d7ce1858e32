use artel_domain::{AgentId, ArtifactId, RunId, SessionId};
use artel_http::caller::RunsWrite;
use artel_http::{Attempt, Body, Caller, Checked, Faults, Problem};
use artel_intents::WhenBusy;
use artel_store::Viewer;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::App;
use crate::sessions::TAG;

const MOST_ATTACHMENTS: usize = 20;
const LONGEST_METADATA: usize = 16 * 1024;

#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct StartTurn {
    #[schema(min_length = 1, pattern = "^[^\\u0000]*[^\\u0000\\s][^\\u0000]*$")]
    message: String,
    /// The session's own agent when absent; in a new session, the system agent.
    agent_id: Option<AgentId>,
    /// The session to go on with, as this operation answered it; a new one when absent.
    #[schema(min_length = 1, max_length = 200, pattern = "^[^\\u0000]*$")]
    session_id: Option<String>,
    /// Files from `POST /artifacts`. The agent is told their names and ids.
    #[schema(max_items = 20)]
    attachments: Option<Vec<Attachment>>,
    /// Kept with a new session; at most 16 KiB.
    #[schema(value_type = Option<Object>)]
    metadata: Option<Map<String, Value>>,
    /// When the session has a turn that is not over: `refuse` (when absent) answers 409, `queue` begins this turn after
    /// that one.
    #[serde(default)]
    #[schema(inline, nullable = false)]
    on_busy: Option<OnBusy>,
}

/// A file that goes with the message.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct Attachment {
    artifact_id: ArtifactId,
}

#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum OnBusy {
    Refuse,
    Queue,
}

impl Checked for StartTurn {
    fn check(&self, faults: &mut Faults) {
        faults.ensure(!self.message.trim().is_empty(), "message", "must not be empty");
        faults.length("session_id", self.session_id.as_deref(), 1..=200);
        let attached = self.attachments.as_ref().map_or(0, Vec::len);
        faults.ensure(attached <= MOST_ATTACHMENTS, "attachments", "must be at most 20 files");
        let metadata = self.metadata.as_ref().map_or(0, |metadata| Value::Object(metadata.clone()).to_string().len());
        faults.ensure(metadata <= LONGEST_METADATA, "metadata", "must have at most 16 KiB");
    }
}

/// Where to read what comes of a message.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct StartedTurn {
    session_id: SessionId,
    turn_id: RunId,
    /// The same as `turn_id`: a turn is a run.
    run_id: RunId,
    /// Relative to the address of this API.
    stream_url: String,
}

/// Send a message to an agent.
///
/// The answer says where to read what comes of it. The session is private: it is its owner's and administrators'. The
/// agent has its own tools and those of the catalogue that this installation can call. The same `Idempotency-Key` gets
/// the same turn. Needs `runs:write`.
#[utoipa::path(post, path = "/sessions/stream", tag = TAG, params(crate::document::IdempotencyKey), request_body = StartTurn,
    responses((status = 202, description = "The turn begins.", body = StartedTurn),
        (status = 404, response = crate::document::NotFound), (status = 409, response = crate::document::Conflict)))]
pub(crate) async fn start_turn(
    State(app): State<App>,
    caller: Caller<RunsWrite>,
    attempt: Attempt,
    body: Body<StartTurn>,
) -> Result<Response, Problem> {
    let wanted = body.value;
    let work = async |id| {
        let requester = caller.requester();
        let attachments = wanted.attachments.unwrap_or_default();
        let title = wanted.message.clone();
        let message = with_files(&app, &Viewer::from(&requester), wanted.message, &attachments).await?;
        let start = artel_intents::StartTurn {
            id: RunId(id),
            session: wanted.session_id.map(SessionId),
            agent: wanted.agent_id,
            message,
            title,
            metadata: wanted.metadata.map(Value::Object),
            when_busy: match wanted.on_busy {
                Some(OnBusy::Queue) => WhenBusy::Queue,
                Some(OnBusy::Refuse) | None => WhenBusy::Refuse,
            },
        };
        let run = app.intents.start_turn(&requester, start).await?;
        let session_id = run.session_id.shown();
        let stream_url = format!("/v1/sessions/{session_id}/stream?turn_id={}", run.id);
        let started = StartedTurn { session_id, turn_id: run.id, run_id: run.id, stream_url };
        Ok((StatusCode::ACCEPTED, Json(started)).into_response())
    };
    app.gate.once(&caller, &attempt, &body.digest, work).await
}

/// The message, and below it the files that go with it: the agent's tools take their ids.
async fn with_files(app: &App, viewer: &Viewer, message: String, files: &[Attachment]) -> Result<String, Problem> {
    let mut lines = Vec::new();
    for Attachment { artifact_id } in files {
        let file = app.store.find_artifact(viewer, *artifact_id).await?;
        let file = file.ok_or_else(|| Problem::not_found(&format!("artifact as {artifact_id}")))?;
        let (title, kind) = (file.title.as_deref().unwrap_or("file"), &file.media_type);
        lines.push(format!("- {title} ({kind}, {} bytes): artifact_id {artifact_id}", file.bytes));
    }
    if lines.is_empty() { Ok(message) } else { Ok(format!("{message}\n\nAttached files:\n{}", lines.join("\n"))) }
}
