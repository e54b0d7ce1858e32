use std::time::Duration;

use artel_domain::{
    Agent, Approval, ApprovalId, ApprovalRule, Artifact, AuditEntry, Binding, Budget, CallId, CallState, Entry, Phase,
    Run, RunFailure, RunId, Session, SessionId, Spend, Subagent, TaskOfRun, TenantId, Timestamp, ToolCallRow,
    ToolDefinition, Usage, Wait, WaitFor,
};
use async_trait::async_trait;
use serde_json::Value;

use crate::{Result, SessionChange, Viewer};

/// The right to write to a run: void as soon as another worker claims it.
#[derive(Debug, Clone, PartialEq)]
pub struct Fence {
    pub tenant_id: TenantId,
    pub session_id: SessionId,
    pub run_id: RunId,
    pub epoch: i64,
}

/// What one transaction of a run writes, all or nothing.
#[derive(Debug, Clone, Default)]
pub struct Step {
    pub entries: Vec<Entry>,
    pub new_calls: Vec<ToolCallRow>,
    pub calls: Vec<CallChange>,
    /// Calls that `calls` end without an answer from outside. When one of them was answered since the run was claimed,
    /// nothing is written: whoever was told that an answer counts is right.
    pub unanswered: Vec<CallId>,
    pub approvals: Vec<Approval>,
    /// Questions that others in `approvals` replace: they become cancelled, also when they were approved, and their
    /// decision is taken away, so that no worker of any release acts on it. Written before `approvals`.
    pub replaced_approvals: Vec<ApprovalId>,
    /// Approvals still pending for the run become cancelled.
    pub cancel_approvals: bool,
    /// Calls of the run without a result are over, with this text for readers: a dispatched one is `unknown`, any other
    /// `failed`. Written after `calls`.
    pub close_calls: Option<String>,
    /// A phase other than `Running` also gives the lease up. An end phase gives back the reserved numbers from
    /// `next_seq` on.
    pub phase: Option<Phase>,
    /// With phase [`Phase::Waiting`]: what the run waits for, each once. When something that it may wait for came
    /// since the run was claimed, or a cancel was requested, the run becomes `Queued` instead, so that no answer
    /// is ever missed.
    pub waits_for: Vec<WaitFor>,
    /// With phase [`Phase::Waiting`]: when the run is claimable although nothing came, by the database's clock.
    pub wake_at: Option<Timestamp>,
    pub output_message: Option<String>,
    /// Code and text.
    pub error: Option<(RunFailure, String)>,
    /// What the session becomes: in runs of the specialists.
    pub session: SessionChange,
    /// The run's sum so far.
    pub usage: Option<Usage>,
    /// What the run's last model call came to, in place of what was set aside for it.
    pub settle: Option<Spend>,
    /// Something durable was achieved: the crash count starts again.
    pub progress: bool,
    /// The first number this worker has not used. With `reserve` > 0 the block is extended to `next_seq + reserve`.
    pub next_seq: i64,
    pub reserve: i64,
    pub at: Timestamp,
}

/// A change of one call's row; `None` leaves a member as it is. A call that is over, or answered from outside, keeps
/// its state unless the new one is an end too: what is journalled about it later does not open it again.
#[derive(Debug, Clone)]
pub struct CallChange {
    pub id: CallId,
    pub state: CallState,
    pub attempts: Option<u32>,
    /// After a human edited them.
    pub args: Option<(Value, String)>,
    /// What the tool said that the call waits for.
    pub wait: Option<Wait>,
    pub result: Option<Value>,
    pub error: Option<String>,
    pub duration_ms: Option<i64>,
    pub dispatched_at: Option<Timestamp>,
    pub finished_at: Option<Timestamp>,
}

impl CallChange {
    /// Service and type of the event that the call waits for from now on.
    #[must_use]
    pub fn event(&self) -> Option<(&str, &str)> {
        let Some(Wait::Event { service, kind }) = &self.wait else { return None };
        Some((service, kind))
    }
}

/// What a worker needs to go on with a run.
#[derive(Debug, Clone)]
pub struct TurnRecord {
    /// The agent as the run's version has it, even when it was deleted since the run was accepted. As it is now, when
    /// the run is one of a draft, or of a version that an earlier release kept no snapshot of.
    pub agent: Agent,
    /// Its bindings likewise, oldest first, with their tools as they are now. A binding whose tool was deleted is left
    /// out.
    pub bindings: Vec<(Binding, ToolDefinition)>,
    pub tenant_budget: Budget,
    pub agent_budget: Budget,
    /// The tenant's, as they are now.
    pub approval_rules: Vec<ApprovalRule>,
    /// The run's journal, without deltas, oldest first.
    pub journal: Vec<Entry>,
    /// The journal of earlier runs of the session, without deltas, oldest first, its newest `dialogue_limit` entries.
    pub dialogue: Vec<Entry>,
    /// Approvals of the run, oldest first.
    pub approvals: Vec<Approval>,
    /// Calls of the run that waited for something from outside and are over, whether or not the journal knows it:
    /// those that a client executes, and those whose tool said that they wait.
    pub answers: Vec<ToolCallRow>,
    /// The runs that calls of this one started, by their ids.
    pub children: Vec<Run>,
    /// The files that calls of these runs made, oldest first: each run's are those of its session. Only of runs whose
    /// call is open.
    pub child_files: Vec<Artifact>,
    /// Questions that runs below this one asked, decided or not, oldest first.
    pub child_approvals: Vec<Approval>,
    /// The database's clock, which decides whether a time has come.
    pub now: Timestamp,
    /// The run's session; read for runs of the specialists only.
    pub session: Option<Session>,
    /// The session is one with an organisation's agent: the tools of the catalogue are offered in it.
    pub in_organization: bool,
    /// The saved task that the run executes.
    pub task: Option<TaskOfRun>,
    /// A later run of the session is open; looked for in runs of the specialists only.
    pub has_successor: bool,
    /// The number of the run's newest entry of any kind, 0 when there is none.
    pub last_seq: i64,
}

/// Why a worker hands a run back instead of driving it, and for how long.
#[derive(Debug, Clone, PartialEq)]
pub struct Blocked {
    /// The journal level of the worker ([`artel_domain::JOURNAL_LEVEL`]).
    pub level: i64,
    /// How long workers of this level leave the run alone.
    pub pause: Duration,
    /// Shown to clients and operators.
    pub reason: String,
    /// The first journal number of the claim: none was used, and all go back to the session.
    pub next_seq: i64,
    pub at: Timestamp,
}

/// A run that a call of a run starts. It has the agent, its version, the principal and the trace of that run, and a
/// session of its own that the same people see.
#[derive(Debug, Clone)]
pub struct NewChild {
    pub id: RunId,
    pub call_id: CallId,
    pub input_message: String,
    pub subagent: Subagent,
    pub at: Timestamp,
    pub audit: AuditEntry,
}

/// Writing and reading a run as its worker.
#[async_trait]
pub trait Journal: Send + Sync {
    async fn load_turn(&self, fence: &Fence, dialogue_limit: u32) -> Result<TurnRecord>;
    /// # Errors
    /// Nothing is written then. `Fenced`: the run's epoch is another. `Answered`: an answer came for a call in
    /// [`Step::unanswered`].
    async fn commit(&self, fence: &Fence, step: Step) -> Result<()>;
    /// Starts runs for a call of this one, all or none. Those that are there already stay as they are. The end of this
    /// run, or a cancel, cancels those that are not over, and those below them, in the same transaction.
    ///
    /// # Errors
    /// `Fenced` (and nothing written) when the run's epoch is another, or the run is not under way.
    async fn start_children(&self, fence: &Fence, children: Vec<NewChild>) -> Result<()>;
    /// Gives a run up that the worker cannot drive; no crash is counted. The run sleeps, and keeps its place in its
    /// session, until its pause is over, or [`crate::Runs::wake_blocked_runs`] or whatever else wakes a sleeping
    /// run (a cancel, a decision, an answer) comes. One for which such a thing came meanwhile is queued at once.
    /// Its next claim forgets that it was blocked.
    ///
    /// # Errors
    /// `Fenced` (and nothing written) when the run's epoch is another.
    async fn hand_back(&self, fence: &Fence, blocked: Blocked) -> Result<()>;
    /// The session's journal without deltas: its newest `limit` entries before `before_seq` (0 = no bound), oldest
    /// first.
    async fn session_entries(
        &self,
        viewer: &Viewer,
        session: &SessionId,
        before_seq: i64,
        limit: u32,
    ) -> Result<Vec<Entry>>;
    /// The session's journal after `after_seq` with its deltas, oldest first, at most `limit` entries.
    async fn session_entries_after(
        &self,
        viewer: &Viewer,
        session: &SessionId,
        after_seq: i64,
        limit: u32,
    ) -> Result<Vec<Entry>>;
}
