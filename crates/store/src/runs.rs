use std::time::Duration;

use artel_domain::{
    AgentId, Approval, ApprovalId, ApprovalState, AuditEntry, DailyLimit, Decision, Entry, ParentCall, Phase,
    Principal, Run, RunId, Session, SessionId, TeamRequest, TenantId, Timestamp, ToolCallRow, UserId, Visibility,
};
use async_trait::async_trait;
use serde_json::Value;

use crate::{Result, Viewer};

/// Which state of its agent a run uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ProfileChoice {
    /// The newest published version.
    #[default]
    Published,
    /// The agent as it is: a draft, or a published agent with its unpublished changes. Where there are none, the
    /// published version.
    Current,
}

/// A run to be accepted. Once stored it is never lost.
#[derive(Debug, Clone)]
pub struct NewRun {
    pub id: RunId,
    pub tenant_id: TenantId,
    pub agent_id: AgentId,
    pub profile: ProfileChoice,
    pub session_id: SessionId,
    pub trace_id: String,
    pub principal: Principal,
    pub input_message: String,
    /// In a session of the specialists. Such a run does not wait for the one before it in its session when that one
    /// waits for a human or a client: it is woken (see [`crate::TurnRecord::has_successor`]) and ends.
    pub team: Option<TeamRequest>,
    /// Who sees the session besides its owner, when this run makes it; a session that is there keeps what it has.
    pub visibility: Visibility,
    pub at: Timestamp,
    /// The call of another run that starts this one: that run is woken when this one ends. It must be in another
    /// session, because runs of one session wait for each other.
    pub parent: Option<ParentCall>,
    /// What the run counts against in the UTC day of `at`: in the same transaction, and against all of them or none.
    pub daily_limits: Vec<DailyLimit>,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Created {
    Run(Box<Run>),
    /// The agent is absent, deleted or another tenant's.
    AgentMissing,
    /// The agent is switched off.
    AgentDisabled,
    /// The published version is wanted, and the agent is a draft.
    AgentIsDraft,
    /// The session is another user's and not for this viewer to continue. Nothing was written: [`Runs::session_key`]
    /// gives the id of the viewer's own session of that name.
    SessionTaken,
    /// One of the daily limits is used up.
    DailyLimit,
}

#[derive(Debug, Clone, Default)]
pub struct RunFilter {
    pub agent_id: Option<AgentId>,
    pub session_id: Option<SessionId>,
    /// Any of these; empty means all.
    pub phases: Vec<Phase>,
    /// Only runs created before this one.
    pub before: Option<RunId>,
    pub limit: u32,
}

#[derive(Debug, Clone, Default)]
pub struct ApprovalFilter {
    /// Questions about calls of this run and of the runs below it.
    pub run_id: Option<RunId>,
    pub session_id: Option<SessionId>,
    pub state: Option<ApprovalState>,
    pub limit: u32,
}

#[derive(Debug, Clone, PartialEq)]
pub enum CancelOutcome {
    /// Recorded; the run's worker, or the next one, ends the run.
    Requested(Box<Run>),
    AlreadyOver(Box<Run>),
    Missing,
}

/// When a worker with several runs dies, the crash of a run is counted only at every `SHARED_CRASHES`th claim: most of
/// the runs are innocent, and one that kills its workers still comes to its end.
pub const SHARED_CRASHES: i64 = 4;

/// A run that is now this worker's, under a fresh epoch.
#[derive(Debug, Clone, PartialEq)]
pub struct Claim {
    pub run: Run,
    /// First of `seq_block` journal numbers that nobody used or will use.
    pub first_seq: i64,
    /// A worker held the run before and did not let go of it: it crashed (or lost its lease).
    pub recovered: bool,
}

/// Accepting, finding, claiming and steering runs. What a [`Viewer`] may not see is absent to them, and what an
/// administrator sees of another user's private session leaves an audit row first.
#[async_trait]
pub trait Runs: Send + Sync {
    /// Run, session (made when absent, and then the viewer's; its agent becomes this one) and audit row in one
    /// transaction. The run keeps the version of its agent that it is given here until its end. When a run with
    /// this id is there already in this tenant (a retried request) it is returned and nothing is written.
    ///
    /// An existing session is continued by its owner and by a service. A session of the whole tenant is continued by
    /// every user when its id [is unique](SessionId::is_unique): another text names a session among the viewer's
    /// own.
    async fn create_run(&self, viewer: &Viewer, new: NewRun, audit: AuditEntry) -> Result<Created>;
    async fn find_run(&self, viewer: &Viewer, run: RunId) -> Result<Option<Run>>;
    /// Newest first.
    async fn list_runs(&self, viewer: &Viewer, filter: RunFilter) -> Result<Vec<Run>>;
    /// The tool calls of these runs in the order they were planned (run, step, ordinal).
    async fn list_tool_calls(&self, viewer: &Viewer, runs: &[RunId]) -> Result<Vec<ToolCallRow>>;
    /// The session that the viewer means by this text: their own of that name, else the one with that stored id if they
    /// may see it.
    async fn find_session(&self, viewer: &Viewer, session: &SessionId) -> Result<Option<Session>>;
    /// The stored id under which a run that the viewer starts in the session `name` belongs, whether or not there is
    /// such a session yet. Another user's session is the answer only when the name [is
    /// unique](SessionId::is_unique) or the viewer is a service.
    async fn session_key(&self, viewer: &Viewer, name: &SessionId) -> Result<SessionId>;

    /// Takes up to `limit` runs that may be driven now: queued, running under a lapsed lease, or asleep until a time
    /// that has come by the database's clock; never one whose session has an earlier run that is not over. Of
    /// several tenants each gets its turn: those with fewer runs under way first, then the oldest run. Each claim
    /// raises `epoch`, sets owner and a lease of `lease` by the database's clock, phase `running`, reserves `seq_block`
    /// numbers in its session. A lapsed lease adds 1 to `crash_count` when the worker had no other run, and at every
    /// [`SHARED_CRASHES`]th claim of the run also when it had. A run that waits is not runnable unless it is
    /// cancelled, or what it waits for has come. Runs of the tenants `without` stay where they are.
    async fn claim_runs(
        &self,
        worker: &str,
        lease: Duration,
        limit: u32,
        seq_block: i64,
        without: &[TenantId],
    ) -> Result<Vec<Claim>>;
    /// Extends the leases that `worker` still holds at these epochs. Returns those it lost, and those for which a
    /// cancel was requested.
    async fn renew_leases(&self, worker: &str, lease: Duration, held: &[(RunId, i64)]) -> Result<Renewed>;
    /// Hands every run of `worker` back as queued, at once claimable, without counting a crash. Returns how many.
    async fn release_runs(&self, worker: &str) -> Result<u64>;
    /// Queues runs that were handed back ([`crate::Journal::hand_back`]) by a worker of a lower journal level than
    /// `level`. Returns how many.
    async fn wake_blocked_runs(&self, level: i64) -> Result<u64>;
    /// Sets `cancel_requested`, also of the runs below this one; a queued or waiting run becomes claimable. Approvals
    /// still pending for it become cancelled, and no answer to one of its calls counts from now on.
    async fn cancel_run(&self, viewer: &Viewer, run: RunId, audit: AuditEntry) -> Result<CancelOutcome>;

    /// Compare-and-set from pending to what `decision` says; a waiting run becomes claimable (phase queued) in the same
    /// transaction, a running one stays with its worker, which takes the decision in before it would wait (see
    /// `Step::awaiting`). `None`: absent, no longer pending, or not for this viewer to decide. The owner of the
    /// session decides, every user in a session of the whole tenant, the approvers that the approval names, and
    /// services; an administrator only as one of these. New arguments for a call that a client executes come from
    /// the owner, an approver or a service.
    async fn decide_approval(&self, viewer: &Viewer, decided: Decided, audit: AuditEntry) -> Result<Option<Approval>>;
    /// Also for the approvers that it names, whoever owns the session.
    async fn find_approval(&self, viewer: &Viewer, approval: ApprovalId) -> Result<Option<Approval>>;
    /// Oldest first; those that the viewer sees or is an approver of.
    async fn list_approvals(&self, viewer: &Viewer, filter: ApprovalFilter) -> Result<Vec<Approval>>;
    /// Pending ones of all tenants whose time was over at `now`, the longest over first: for [`Decision::Expire`].
    async fn due_approvals(&self, now: Timestamp, limit: u32) -> Result<Vec<Approval>>;

    /// The run's journal after `after_seq`, in order, at most `limit` entries.
    async fn run_entries(&self, viewer: &Viewer, run: RunId, after_seq: i64, limit: u32) -> Result<Vec<Entry>>;
    /// Deltas of runs that ended before `ended_before` become one delta per step ([`crate::folding`]). Returns rows
    /// removed; handles at most `limit` runs, the longest over first, none of them ever again.
    async fn fold_deltas(&self, ended_before: Timestamp, limit: u32) -> Result<u64>;
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct Renewed {
    pub lost: Vec<RunId>,
    pub cancelled: Vec<RunId>,
}

#[derive(Debug, Clone)]
pub struct Decided {
    pub approval_id: ApprovalId,
    pub decision: Decision,
    /// For `edit`.
    pub args: Option<Value>,
    pub feedback: Option<String>,
    pub by: Option<UserId>,
    pub at: Timestamp,
}
