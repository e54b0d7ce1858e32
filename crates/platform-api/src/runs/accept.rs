//! From a request to a stored run: the same for every way of starting one.

use std::sync::Arc;

use artel_domain::{Agent, AgentId, AgentStatus, Entry, Run, RunId, SessionId};
use artel_engine::{RunRef, estimate_tokens, follow, follow_new};
use artel_http::once::under_way;
use artel_http::{Attempt, Body, Checked, Faults, Identity, Once, Problem, trace};
use artel_store::{Created, NewRun, StoreError};
use axum::http::StatusCode;
use axum::response::Response;
use futures::StreamExt;
use futures::stream::BoxStream;
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::App;

#[derive(Debug, Clone, Deserialize, ToSchema)]
pub(crate) struct StartRun {
    agent_id: AgentId,
    #[schema(min_length = 1, pattern = "^[^\\u0000]*[^\\u0000\\s][^\\u0000]*$")]
    input_message: String,
    /// The dialogue to go on with; a new one when absent.
    #[schema(min_length = 1, max_length = 200, pattern = "^[^\\u0000]*$")]
    session_id: Option<String>,
}

impl Checked for StartRun {
    fn check(&self, faults: &mut Faults) {
        faults.ensure(!self.input_message.trim().is_empty(), "input_message", "must not be empty");
        faults.length("session_id", self.session_id.as_deref(), 1..=200);
    }
}

/// A run's journal as it comes.
pub(super) type Entries = BoxStream<'static, Result<Arc<Entry>, StoreError>>;

/// What became of a request to start a run.
pub(super) enum Accepted {
    /// Stored; these are its entries from the first one on.
    New(Box<Run>, Entries),
    /// An earlier request with the same key stored it.
    Known(Box<Run>),
    /// An earlier request with the same key was answered with this.
    Answered(Response),
}

/// Stores the run, once per idempotency key, and wakes a worker. What is wrong with the request is said before a run exists.
pub(super) async fn accept(app: &App, caller: &Identity, attempt: &Attempt, body: Body<StartRun>) -> Result<Accepted, Problem> {
    let start = body.value;
    check_size(app, &start.input_message)?;
    let id = match app.gate.begin(caller, attempt, &body.digest).await? {
        Once::Answered(response) => return Ok(Accepted::Answered(response)),
        Once::First(id) => id,
        Once::Again(id) => match app.store.find_run(caller.tenant_id, RunId(id)).await? {
            Some(run) => return Ok(Accepted::Known(run.into())),
            None => id,
        },
        Once::UnderWay(id) => {
            let run = app.store.find_run(caller.tenant_id, RunId(id)).await?.ok_or_else(under_way)?;
            return Ok(Accepted::Known(run.into()));
        }
    };
    let stored = store(app, caller, start, id).await;
    if stored.is_err() {
        app.gate.abandon(caller, attempt).await;
    }
    stored
}

async fn store(app: &App, caller: &Identity, start: StartRun, id: Uuid) -> Result<Accepted, Problem> {
    let agent = app.store.find_agent(caller.tenant_id, start.agent_id).await?.ok_or_else(|| Problem::not_found("agent"))?;
    check_permission(caller, &agent)?;
    let new = NewRun {
        id: RunId(id),
        tenant_id: caller.tenant_id,
        agent_id: agent.id,
        session_id: SessionId(start.session_id.unwrap_or_else(|| app.clock.uuid().to_string())),
        trace_id: trace::current(),
        principal: caller.principal(),
        input_message: start.input_message,
        team: None,
        at: app.clock.now(),
        daily_limit: caller.daily_limit,
    };
    let audit = caller.audit("run.create", "run", new.id, new.at);
    // Followed before it exists: no entry can be missed, and the store need not be asked first.
    let entries = follow_new(app.store.clone(), &*app.bus, reference(caller, new.id, new.session_id.clone())).boxed();
    let session = new.session_id.clone();
    match app.store.create_run(new, audit).await? {
        Created::Run(run) if run.session_id == session => {
            app.bus.wake_workers();
            Ok(Accepted::New(run, entries))
        }
        Created::Run(run) => Ok(Accepted::Known(run)),
        Created::AgentMissing => Err(Problem::not_found("agent")),
        Created::DailyLimit => Err(Problem::too_many("The daily limit of this API key is used up.", until_midnight(app))),
    }
}

/// The rest of a run that is stored already.
pub(super) fn follow_from(app: &App, run: &Run, after: i64) -> Entries {
    let reference = RunRef { tenant_id: run.tenant_id, session_id: run.session_id.clone(), run_id: run.id };
    follow(app.store.clone(), &*app.bus, reference, after).boxed()
}

fn reference(caller: &Identity, run_id: RunId, session_id: SessionId) -> RunRef {
    RunRef { tenant_id: caller.tenant_id, session_id, run_id }
}

fn check_size(app: &App, input: &str) -> Result<(), Problem> {
    let (tokens, most) = (estimate_tokens(input), app.config.max_context_tokens);
    if tokens <= most {
        return Ok(());
    }
    let message = format!("The input has about {tokens} tokens; at most {most} can be answered.");
    Err(Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "CONTEXT_TOO_LARGE", message))
}

fn check_permission(caller: &Identity, agent: &Agent) -> Result<(), Problem> {
    if caller.agent_id.is_some_and(|only| only != agent.id) {
        return Err(Problem::forbidden("agent_not_allowed", "This API key may run another agent only."));
    }
    if agent.status == AgentStatus::Draft && agent.owner_user_id != caller.user_id {
        let message = "The agent is a draft, which only its owner may run. Its owner can publish it: POST /v1/agents/{id}/publish.";
        return Err(Problem::forbidden("agent_is_draft", message));
    }
    Ok(())
}

/// Daily limits count UTC days.
fn until_midnight(app: &App) -> u64 {
    const DAY: i64 = 86_400;
    (DAY - app.clock.now().as_second().rem_euclid(DAY)).unsigned_abs()
}
