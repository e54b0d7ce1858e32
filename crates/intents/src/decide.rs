use artel_domain::{
    Approval, ApprovalId, ApprovalState, AuditEntry, CallId, Decision, Refusal, RefusalKind, Requester, SessionId,
    Subject, Timestamp, digest,
};
use artel_engine::{EditProblem, check_edit};
use artel_identity::Scope;
use artel_store::{ApprovalFilter, Decided, Viewer};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::text::without_nul;
use crate::{Intents, scopes};

/// The code of a refusal because an edit brings no object of arguments.
pub const ARGUMENTS_MISSING: &str = "arguments_missing";

/// Approvals that are looked through for an open one. More never wait in one session: a run that waits holds back the
/// next.
const MOST_OPEN: u32 = 200;

/// Which approval is decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ApprovalRef {
    Id(ApprovalId),
    /// By its own id or that of its call, and only if it belongs to this session.
    InSession {
        session_id: SessionId,
        id: Uuid,
    },
}

/// What a human says about a held call.
#[derive(Debug, Clone, PartialEq)]
pub enum HumanDecision {
    /// The call is made as it was shown.
    Approve,
    /// The call is made with other arguments.
    Edit(NewArguments),
    /// The call is not made. The model reads the feedback.
    Reject,
}

/// What an edited call is made with.
#[derive(Debug, Clone, PartialEq)]
pub enum NewArguments {
    /// In place of all arguments; an object.
    Whole(Value),
    /// The arguments stay, but for this member.
    Member(&'static str, Value),
}

/// A decision that was checked.
pub(crate) struct Verdict {
    pub(crate) decision: Decision,
    pub(crate) args: Option<Value>,
    pub(crate) feedback: Option<String>,
}

impl Intents {
    /// Decides about a held call, once, and returns the approval as it is now. The run goes on with the same call.
    ///
    /// # Errors
    /// `Forbidden`: the scope `runs:write` is missing, or the requester sees the approval and is none of those who
    /// decide it. `Absent`: the approval. `Conflict`: the approval is decided, expired or cancelled
    /// (the details say so), or the tool of an edited call is gone. `Invalid`: the new arguments do not fit the tool's
    /// schema, what its agent may do, or the rules.
    pub async fn decide(
        &self,
        requester: &Requester,
        approval: &ApprovalRef,
        decision: HumanDecision,
        feedback: Option<String>,
    ) -> Result<Approval, Refusal> {
        scopes::check(requester, Scope::RunsWrite)?;
        let held = self.find_held(requester, approval).await?;
        self.check_agent_of(requester, held.run_id).await?;
        check_open(&held, self.clock.now())?;
        let (decision, args) = match decision {
            HumanDecision::Approve => (Decision::Approve, None),
            HumanDecision::Reject => (Decision::Reject, None),
            HumanDecision::Edit(args) => (Decision::Edit, Some(self.check_arguments(&held, args).await?)),
        };
        let verdict = Verdict { decision, args, feedback: feedback.map(without_nul) };
        if let Some(decided) = self.store_decision(requester, &held, verdict).await? {
            return Ok(decided);
        }
        // Somebody else decided meanwhile, or the requester may only look.
        check_open(&self.find_held(requester, approval).await?, self.clock.now())?;
        let message = "The session's owner decides this, or an approver whom a rule names.";
        Err(Refusal::forbidden(Subject::Approval, "not_an_approver", message))
    }

    async fn find_held(&self, requester: &Requester, approval: &ApprovalRef) -> Result<Approval, Refusal> {
        let viewer = &Viewer::from(requester);
        let found = match approval {
            ApprovalRef::Id(id) => self.store.find_approval(&self.viewer(requester), *id).await?,
            ApprovalRef::InSession { session_id, id } => {
                let is_meant = |approval: &Approval| approval.id.0 == *id || approval.call_id.0 == *id;
                match self.find_open(requester, session_id, is_meant).await? {
                    Some(open) => Some(open),
                    None => self.find_closed(viewer, *id).await?.filter(|found| found.session_id == *session_id),
                }
            }
        };
        found.ok_or_else(|| Refusal::absent(Subject::Approval))
    }

    /// The session's open approval that is meant. A call has at most one.
    pub(crate) async fn find_open(
        &self,
        requester: &Requester,
        session: &SessionId,
        is_meant: impl Fn(&Approval) -> bool,
    ) -> Result<Option<Approval>, Refusal> {
        let state = Some(ApprovalState::Pending);
        let filter =
            ApprovalFilter { session_id: Some(session.clone()), state, limit: MOST_OPEN, ..ApprovalFilter::default() };
        let open = self.store.list_approvals(&Viewer::from(requester), filter).await?;
        Ok(open.into_iter().find(is_meant))
    }

    async fn find_closed(&self, viewer: &Viewer, id: Uuid) -> Result<Option<Approval>, Refusal> {
        let of_call = self.store.find_approval(viewer, ApprovalId::derive(CallId(id))).await?;
        match of_call {
            Some(found) => Ok(Some(found)),
            None => Ok(self.store.find_approval(viewer, ApprovalId(id)).await?),
        }
    }

    /// New arguments are held to what the model's were held to.
    async fn check_arguments(&self, held: &Approval, args: NewArguments) -> Result<Value, Refusal> {
        let args = args.applied_to(&held.args);
        if !args.is_object() {
            let message = "must be the new arguments, an object";
            return Err(Refusal::new(RefusalKind::Invalid, Subject::Arguments, ARGUMENTS_MISSING, message));
        }
        match check_edit(&*self.store, &self.policy, held, &args).await {
            Ok(()) => Ok(args),
            Err(EditProblem::Wrong(message)) => Err(Refusal::invalid(Subject::Arguments, message)),
            Err(EditProblem::ToolGone) => {
                let message = "The tool is gone: nothing can be put in place of its arguments.";
                Err(Refusal::conflict(Subject::Tool, "conflict", message))
            }
            Err(EditProblem::Store(error)) => Err(error.into()),
        }
    }

    /// `None` when the approval is not pending any more.
    pub(crate) async fn store_decision(
        &self,
        requester: &Requester,
        held: &Approval,
        verdict: Verdict,
    ) -> Result<Option<Approval>, Refusal> {
        let at = self.clock.now();
        let audit = audit(requester, held, &verdict, at);
        let decided = Decided {
            approval_id: held.id,
            decision: verdict.decision,
            args: verdict.args,
            feedback: verdict.feedback,
            by: Some(requester.user_id()),
            at,
        };
        let decided = self.store.decide_approval(&self.viewer(requester), decided, audit).await?;
        if decided.is_some() {
            self.bus.wake_workers();
        }
        Ok(decided)
    }
}

impl NewArguments {
    fn applied_to(self, args: &Value) -> Value {
        match self {
            Self::Whole(args) => args,
            Self::Member(name, value) => {
                let mut args = args.clone();
                if let Some(members) = args.as_object_mut() {
                    members.insert(name.to_owned(), value);
                }
                args
            }
        }
    }
}

/// An approval whose time is over is closed, also before a worker has recorded it.
fn check_open(held: &Approval, now: Timestamp) -> Result<(), Refusal> {
    match held.state {
        ApprovalState::Pending if held.expires_at.is_none_or(|end| now < end) => Ok(()),
        ApprovalState::Pending => Err(closed(&Approval { state: ApprovalState::Expired, ..held.clone() })),
        _ => Err(closed(held)),
    }
}

fn closed(held: &Approval) -> Refusal {
    let how = match held.state {
        ApprovalState::Expired => "has expired",
        ApprovalState::Cancelled => "was cancelled with its run, or replaced by another about the same call",
        _ => "is decided already",
    };
    let details = json!({ "status": held.state, "decision": held.decision, "decided_at": held.decided_at });
    Refusal::conflict(Subject::Approval, "conflict", format!("The approval {how}.")).with_details(details)
}

fn audit(requester: &Requester, held: &Approval, verdict: &Verdict, at: Timestamp) -> AuditEntry {
    let details = json!({
        "decision": verdict.decision,
        "run_id": held.run_id,
        "tool_name": held.name,
        "arguments_digest": verdict.args.as_ref().map_or_else(|| held.args_digest.clone(), digest::of),
        "digest": held.digest(),
    });
    AuditEntry { details: Some(details), ..requester.audit("approval.decide", "approval", held.id, at) }
}
