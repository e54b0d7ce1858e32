use artel_domain::{ApprovalId, ApprovalState, CallId, Decision, RunId, SessionId, ToolOutcome};
use artel_http::Problem;
use artel_identity::Scope;
use artel_store::{Answered, ClientAnswer};
use axum::http::StatusCode;
use serde_json::Value;

use super::codes;
use super::decide::{Verdict, store_decision};
use super::outcome::{is_refusal, outcome};
use crate::App;
use crate::user::User;

/// What a client did with a call. An error wins over a result.
#[derive(Debug, Clone)]
pub(crate) struct ToolResult {
    pub(crate) call_id: String,
    pub(crate) result: Option<Value>,
    pub(crate) error: Option<String>,
}

/// Stores the first answer to a call of the session. When a human is still asked about the call, the answer is the decision: a refusal in
/// the client's words rejects, everything else approves what was done. Later answers are ignored: `None`.
pub(crate) async fn answer(app: &App, user: &User, session: &SessionId, result: ToolResult) -> Result<Option<RunId>, Problem> {
    user.needs(Scope::RunsWrite)?;
    let call_id: CallId = result.call_id.parse().map_err(|_| unknown_call())?;
    let outcome = outcome(result.result, result.error);
    if is_refusal(&outcome)
        && let Some(run) = reject(app, user, session, call_id, &outcome).await?
    {
        return Ok(Some(run));
    }
    let at = app.clock.now();
    let answer = ClientAnswer { tenant_id: user.tenant_id, session_id: session.clone(), call_id, outcome, by: Some(user.user_id), at };
    match app.store.answer_call(answer, user.audit("call.answer", "tool_call", call_id, at)).await? {
        Answered::Accepted(run) => {
            app.bus.wake_workers();
            Ok(Some(run))
        }
        Answered::Already(_) => Ok(None),
        Answered::Unknown => Err(unknown_call()),
    }
}

/// `None` when nobody is asked about the call: then the refusal is its result.
async fn reject(app: &App, user: &User, session: &SessionId, call: CallId, refusal: &ToolOutcome) -> Result<Option<RunId>, Problem> {
    let asked = app.store.find_approval(user.tenant_id, ApprovalId::derive(call)).await?;
    let Some(asked) = asked.filter(|asked| asked.session_id == *session && asked.state == ApprovalState::Pending) else { return Ok(None) };
    let feedback = refusal.error().map(str::to_owned);
    let verdict = Verdict { decision: Decision::Reject, args: None, feedback };
    Ok(store_decision(app, user, &asked, verdict).await?.map(|decided| decided.run_id))
}

pub(super) fn unknown_call() -> Problem {
    Problem::new(StatusCode::NOT_FOUND, codes::INVALID_CALL_ID, "The session waits for no such call.")
}
