//! From a request to a stored run: the same for every way of starting one.

use std::sync::Arc;

use artel_domain::{AgentId, Entry, Run, RunId, SessionId, Visibility};
use artel_engine::{RunRef, follow, follow_new};
use artel_http::{Attempt, Body, Checked, Faults, Identity, Once, Problem};
use artel_intents::{Runner, Started};
use artel_store::{StoreError, Viewer};
use axum::response::Response;
use futures::StreamExt;
use futures::stream::BoxStream;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::App;

#[derive(Debug, Clone, Deserialize, ToSchema)]
pub(crate) struct StartRun {
    agent_id: AgentId,
    #[schema(min_length = 1, pattern = "^[^\\u0000]*[^\\u0000\\s][^\\u0000]*$")]
    input_message: String,
    /// The dialogue to go on with; a new one when absent.
    #[schema(min_length = 1, max_length = 200, pattern = "^[^\\u0000]*$")]
    session_id: Option<String>,
    /// `true`: run the agent as it is, with changes that are not published; for its owner and for `admin`. `false`:
    /// run the published version. When absent, the owner runs the agent as it is, everybody else the published
    /// version.
    draft: Option<bool>,
    /// Who sees the dialogue, when this run begins it: `tenant` (when absent), every user by scope, or `private`, only
    /// its owner.
    #[serde(default)]
    #[schema(inline, nullable = false)]
    visibility: Option<Visibility>,
}

impl Checked for StartRun {
    fn check(&self, faults: &mut Faults) {
        faults.ensure(!self.input_message.trim().is_empty(), "input_message", "must not be empty");
        faults.length("session_id", self.session_id.as_deref(), 1..=200);
    }
}

/// A run's journal as it comes.
pub(crate) type Entries = BoxStream<'static, Result<Arc<Entry>, StoreError>>;

/// What became of a request to start a run.
pub(super) enum Accepted {
    /// Stored; these are its entries from the first one on.
    New(Box<Run>, Entries),
    /// An earlier request with the same key stored it.
    Known(Box<Run>),
    /// An earlier request with the same key was answered with this.
    Answered(Response),
}

/// Stores the run once per idempotency key.
pub(super) async fn accept(
    app: &App,
    caller: &Identity,
    attempt: &Attempt,
    body: Body<StartRun>,
) -> Result<Accepted, Problem> {
    let once = app.gate.begin(caller, attempt, &body.digest).await?;
    let is_first = matches!(once, Once::First(_));
    let id = match once {
        Once::Answered(response) => return Ok(Accepted::Answered(response)),
        Once::First(id) => id,
        Once::Again(id) => match app.store.find_run(&app.viewer(caller), RunId(id)).await? {
            Some(run) => return Ok(Accepted::Known(run.into())),
            None => id,
        },
    };
    let stored = store(app, caller, body.value, RunId(id)).await;
    if let (Err(problem), true) = (&stored, is_first) {
        app.gate.free_if_refused(caller, attempt, problem.status()).await;
    }
    stored
}

async fn store(app: &App, caller: &Identity, start: StartRun, id: RunId) -> Result<Accepted, Problem> {
    let (requester, visibility) = (caller.requester(), start.visibility.unwrap_or(Visibility::Tenant));
    let session_id = match start.session_id {
        Some(name) => app.intents.session_key(&requester, &SessionId(name), visibility).await?,
        None => SessionId(app.clock.uuid().to_string()),
    };
    let reference = RunRef { viewer: app.viewer(caller), session_id: session_id.clone(), run_id: id };
    // Followed before it exists: no entry can be missed, and the store need not be asked first.
    let entries = follow_new(app.store.clone(), &*app.bus, reference).boxed();
    let runner = Runner::Agent { agent: start.agent_id, draft: start.draft, visibility };
    let start = artel_intents::StartRun { id, session_id, runner, input: start.input_message };
    match app.intents.start_run(&requester, start).await? {
        Started::New(run) => Ok(Accepted::New(run, entries)),
        Started::Known(run) => Ok(Accepted::Known(run)),
    }
}

/// The rest of a run that is stored already.
pub(crate) fn follow_from(app: &App, viewer: &Viewer, run: &Run, after: i64) -> Entries {
    let reference = RunRef { viewer: viewer.clone(), session_id: run.session_id.clone(), run_id: run.id };
    follow(app.store.clone(), &*app.bus, reference, after).boxed()
}
