use std::pin::pin;
use std::time::Duration;

use artel_domain::{Entry, Event, Run, Specialist};
use artel_engine::{RunRef, follow};
use artel_http::{Checked, Faults, Problem};
use artel_intents::Switch;
use artel_specialists::{COMMON, parse, profiles};
use artel_store::Viewer;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use futures::StreamExt;
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::current::current;
use crate::App;
use crate::extract::{InPath, Said};
use crate::fault::Fault;
use crate::history;
use crate::incoming::without_label;
use crate::user::User;

/// An earlier input of the session may still be under way; after this the client is told that the switch is on its way.
const PATIENCE: Duration = Duration::from_secs(30);
const LONGEST_REASON: usize = 1000;

#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct SwitchAgent {
    /// One of the agents; older names (`code`, `plan`, `explain`) work too.
    #[schema(schema_with = crate::shapes::needed_agent, required = true)]
    agent_type: Option<String>,
    /// The same, in the words of the first runtime.
    target_agent: Option<String>,
    /// What the new agent is to answer at once, if anything.
    content: Option<String>,
    #[schema(max_length = 1000)]
    reason: Option<String>,
}

impl Checked for SwitchAgent {
    fn check(&self, faults: &mut Faults) {
        faults.length("reason", self.reason.as_deref(), 0..=LONGEST_REASON);
    }
}

/// A session that another agent has.
#[derive(ToSchema)]
#[expect(dead_code, clippy::struct_field_names, reason = "the schema of what `switch_agent` puts together")]
struct Switched {
    #[serde(flatten)]
    turn: super::current::Turn,
    /// `switched`
    status: String,
    switched_from: Specialist,
    switched_to: Specialist,
    from_agent: Specialist,
    to_agent: Specialist,
    reason: String,
    timestamp: artel_domain::Timestamp,
}

/// A switch that waits for an earlier input.
#[derive(ToSchema)]
#[expect(dead_code, reason = "the schema of what `switch_agent` puts together")]
struct SwitchPending {
    /// `pending`
    status: String,
    session_id: String,
    switched_to: Specialist,
    run_id: artel_domain::RunId,
}

/// Give a session to another agent. Answers when it has it; 202 when an earlier input of the session takes long.
#[utoipa::path(post, path = "/agents/{session_id}/switch", tag = super::TAG, params(("session_id" = String, Path, description = "The session.", min_length = 1, max_length = 200)),
    request_body(content = SwitchAgent, example = json!({ "agent_type": "coder", "reason": "it is about code" })),
    responses((status = OK, description = "The agent has the session.", body = Switched),
        (status = ACCEPTED, description = "An earlier input is still under way.", body = SwitchPending),
        (status = CONFLICT, response = crate::shapes::Conflict)))]
pub(crate) async fn switch_agent(
    State(app): State<App>,
    user: User,
    InPath(id): InPath,
    Said(wanted): Said<SwitchAgent>,
) -> Result<Response, Fault> {
    let agent = agent(&wanted)?;
    let session = app.intents.own_session(&user.requester(), &id).await?;
    let client_tools = COMMON.map(str::to_owned).to_vec();
    let input = without_label(wanted.content);
    let switch = Switch {
        session_id: session.id.clone(),
        specialist: agent,
        reason: wanted.reason,
        input,
        client_tools,
        plans: false,
    };
    let run = app.intents.switch(&user.requester(), switch).await?;
    let Ok(happened) = tokio::time::timeout(PATIENCE, wait(&app, user.viewer(), &run)).await else {
        let body = json!({ "session_id": id, "switched_to": agent, "status": "pending", "run_id": run.id });
        return Ok((StatusCode::ACCEPTED, Json(body)).into_response());
    };
    let from = session.specialist.unwrap_or(app.config.first);
    let switched = switched(happened?, from, agent)?;
    let now = app.intents.own_session(&user.requester(), &id).await?;
    let story = history::read(&app, &user.viewer(), &now.id).await?;
    let mut body = serde_json::to_value(current(&app, &now, &story, true)).map_err(Problem::internal)?;
    if let (Value::Object(body), Value::Object(switched)) = (&mut body, switched) {
        body.extend(switched);
    }
    Ok(Json(body).into_response())
}

fn agent(wanted: &SwitchAgent) -> Result<Specialist, Fault> {
    let name = wanted.agent_type.as_deref().or(wanted.target_agent.as_deref()).unwrap_or_default();
    parse(name).ok_or_else(|| {
        let known: Vec<_> = profiles().iter().map(|profile| profile.specialist.as_str()).collect();
        Fault::bad_request(format!("agent_type must be one of {}.", known.join(", ")))
    })
}

/// The entry with which the switch has happened, or its run is over.
async fn wait(app: &App, viewer: Viewer, run: &Run) -> Result<Option<std::sync::Arc<Entry>>, Problem> {
    let about = RunRef { viewer, session_id: run.session_id.clone(), run_id: run.id };
    let mut entries = pin!(follow(app.store.clone(), &*app.bus, about, 0));
    let answers = !run.input_message.is_empty();
    let mut happened = None;
    while let Some(entry) = entries.next().await {
        let entry = entry?;
        let is_switch = matches!(entry.event, Event::AgentSwitched { .. });
        if is_switch {
            happened = Some(entry.clone());
        }
        match &entry.event {
            Event::RunFailed { message, .. } if happened.is_none() => {
                return Err(Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "AGENT_ERROR", message.clone()));
            }
            event if event.is_end() || (is_switch && answers) => return Ok(happened.or(Some(entry))),
            _ => {}
        }
    }
    Ok(happened)
}

/// What the switch came to, in the words of all clients.
fn switched(happened: Option<std::sync::Arc<Entry>>, before: Specialist, wanted: Specialist) -> Result<Value, Problem> {
    let entry = happened.ok_or_else(|| Problem::unavailable("the switch's run could not be followed"))?;
    let (from, to, reason) = match &entry.event {
        Event::AgentSwitched { from, to, reason, .. } => (*from, *to, reason.as_str()),
        // It had the session already.
        _ => (before, wanted, ""),
    };
    Ok(json!({
        "status": "switched",
        "switched_from": from,
        "switched_to": to,
        "from_agent": from,
        "to_agent": to,
        "reason": reason,
        "timestamp": entry.at,
    }))
}
