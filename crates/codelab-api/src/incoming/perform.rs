use artel_domain::{Requester, RunId, SessionId, TeamRequest, ToolOutcome};
use artel_http::Problem;
use artel_intents::{ApprovalRef, CallAnswer, Runner, StartRun, Switch};

use super::accept::{Accepted, accept};
use super::outcome::{is_declined, outcome};
use super::parse::{CallDecision, Incoming, ToolResult};
use crate::App;
use crate::refusals::{no_call, problem};
use crate::user::User;

/// What the IDE shows its user about a switch. It sends the text along as if the user had said it.
const SWITCH_LABEL: &str = "Switched to ";

/// What a client is able to do.
#[derive(Debug, Clone, Default)]
pub(crate) struct Client {
    /// Tools that it can execute.
    pub(crate) tools: Vec<String>,
    /// It shows plans.
    pub(crate) plans: bool,
}

/// What a client said is stored.
#[derive(Debug, Default)]
pub(crate) struct Done {
    /// Where it will happen, if anything will.
    pub(crate) run: Option<RunId>,
    /// For a message that has an id.
    pub(crate) accepted: Option<Accepted>,
}

impl Done {
    fn within(run: Option<RunId>) -> Self {
        Self { run, accepted: None }
    }
}

/// Stores what the client wants, and counts it.
pub(crate) async fn perform(
    app: &App,
    user: &User,
    session: &SessionId,
    client: &Client,
    incoming: Incoming,
) -> Result<Done, Problem> {
    let performed = store(app, &user.requester(), session, client, incoming).await;
    let status = if performed.is_ok() { "ok" } else { "error" };
    // Operators know the counter under the name of the first gateway.
    metrics::counter!("messages_processed_total", "service" => "gateway", "status" => status).increment(1);
    performed
}

async fn store(
    app: &App,
    requester: &Requester,
    session: &SessionId,
    client: &Client,
    incoming: Incoming,
) -> Result<Done, Problem> {
    let intents = &app.intents;
    match incoming {
        Incoming::UserMessage { content, agent, message_id } => {
            let team =
                TeamRequest { switch_to: agent, reason: None, client_tools: client.tools.clone(), plans: client.plans };
            let (id, runner) = (RunId(app.clock.uuid()), Runner::Team(team));
            let start = StartRun { id, session_id: session.clone(), runner, input: content };
            let Some(message_id) = message_id else {
                let started = intents.start_run(requester, start).await.map_err(problem)?;
                return Ok(Done::within(Some(started.into_run().id)));
            };
            let accepted = accept(app, requester, message_id, start).await?;
            Ok(Done { run: Some(accepted.run), accepted: Some(accepted) })
        }
        Incoming::SwitchAgent { agent, content, reason } => {
            let switch = Switch {
                session_id: session.clone(),
                specialist: agent,
                reason,
                input: without_label(content),
                client_tools: client.tools.clone(),
                plans: client.plans,
            };
            let run = intents.switch(requester, switch).await.map_err(problem)?;
            Ok(Done::within(Some(run.id)))
        }
        Incoming::ToolResult(result) => {
            let run = intents.answer(requester, call_answer(session, result)?).await.map_err(problem)?;
            Ok(Done::within(run))
        }
        Incoming::Decision(CallDecision { id, decision, feedback }) => {
            let id = id.parse().map_err(|_| no_call())?;
            let approval = ApprovalRef::InSession { session_id: session.clone(), id };
            let decided = intents.decide(requester, &approval, decision, feedback).await.map_err(problem)?;
            Ok(Done::within(Some(decided.run_id)))
        }
        Incoming::Cancel => {
            intents.cancel_session(requester, session).await.map_err(problem)?;
            Ok(Done::default())
        }
        Incoming::ContextUpdate => Ok(Done::default()),
    }
}

/// What the user said with a switch; `None` when it is the IDE's label.
pub(crate) fn without_label(content: Option<String>) -> Option<String> {
    content.filter(|content| !content.starts_with(SWITCH_LABEL))
}

fn call_answer(session: &SessionId, result: ToolResult) -> Result<CallAnswer, Problem> {
    let call_id = result.call_id.parse().map_err(|_| no_call())?;
    let outcome: ToolOutcome = outcome(result.result, result.error);
    let is_declined = is_declined(&outcome);
    Ok(CallAnswer { session_id: session.clone(), call_id, outcome, is_declined })
}
