use artel_domain::{Approval, CallId, Decision, Refusal, Requester, RunId, SessionId, Subject, ToolOutcome};
use artel_identity::Scope;
use artel_store::{AnswerTo, Answered, CallAnswer as StoredAnswer, Viewer};

use crate::decide::Verdict;
use crate::text::without_nul;
use crate::{Intents, scopes};

/// What a client did with a call that it executes.
#[derive(Debug, Clone)]
pub struct CallAnswer {
    pub session_id: SessionId,
    pub call_id: CallId,
    pub outcome: ToolOutcome,
    /// The client's user did not want the call. If an approval is open for the call, it is rejected with the outcome's
    /// error.
    pub is_declined: bool,
}

impl Intents {
    /// Stores the first answer to a call, and returns its run. An approval that is open for the call is decided by the
    /// answer. A later answer changes nothing: `None`.
    ///
    /// # Errors
    /// `Forbidden`: the scope `runs:write` is missing. `Absent`: the session waits for no such call.
    pub async fn answer(&self, requester: &Requester, answer: CallAnswer) -> Result<Option<RunId>, Refusal> {
        scopes::check(requester, Scope::RunsWrite)?;
        let answer = CallAnswer { outcome: storable(answer.outcome), ..answer };
        if answer.is_declined
            && let Some(run) = self.reject_open_approval(requester, &answer).await?
        {
            return Ok(Some(run));
        }
        let at = self.clock.now();
        let audit = requester.audit("call.answer", "tool_call", answer.call_id, at);
        let answer = StoredAnswer {
            session_id: answer.session_id,
            call_id: answer.call_id,
            to: AnswerTo::Client,
            outcome: answer.outcome,
            by: Some(requester.user_id()),
            at,
        };
        match self.store.answer_call(&Viewer::from(requester), answer, audit).await? {
            Answered::Accepted(run) => {
                self.bus.wake_workers();
                Ok(Some(run))
            }
            Answered::Already(_) => Ok(None),
            Answered::Unknown => Err(Refusal::absent(Subject::Call)),
        }
    }

    /// `None` when no approval is open for the call: then the refusal is the call's result.
    async fn reject_open_approval(&self, requester: &Requester, answer: &CallAnswer) -> Result<Option<RunId>, Refusal> {
        let is_meant = |approval: &Approval| approval.call_id == answer.call_id;
        let Some(approval) = self.find_open(requester, &answer.session_id, is_meant).await? else { return Ok(None) };
        let feedback = answer.outcome.error().map(str::to_owned);
        let verdict = Verdict { decision: Decision::Reject, args: None, feedback };
        Ok(self.store_decision(requester, &approval, verdict).await?.map(|decided| decided.run_id))
    }
}

fn storable(outcome: ToolOutcome) -> ToolOutcome {
    match outcome {
        ToolOutcome::Failed { error } => ToolOutcome::Failed { error: without_nul(error) },
        other => other,
    }
}
