//! The journal's vocabulary. Everything a client sees is a view of these entries.
//!
//! FROZEN: the words of `kind` and the names of members, because journals of earlier versions are read with them and
//! processes of the last version read what this one writes. A member may be added when it has a default; a kind may be
//! added when [`JOURNAL_LEVEL`] grows.

mod optional;
mod text;

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use self::optional::Optional;
pub use crate::planned_call::{PlannedCall, Verdict};
use crate::{
    AgentId, ApprovalId, CallId, Confidence, Decision, FinishReason, Plan, RoutedBy, RunFailure, RunId, SessionId,
    Specialist, SwitchCause, Target, TargetChange, TeamStart, TenantId, Timestamp, ToolOutcome, Usage, UserId, Wait,
};

/// The level of the journals that this version writes and drives: one more in each version that writes something in a
/// run's journal that the version before cannot drive a run by (a new kind without the mark `optional`, a new word of a
/// known member).
///
/// A worker that hands a run back says its level with it, so that a worker of a higher level takes the run up at once.
pub const JOURNAL_LEVEL: i64 = 2;

/// What happened in a run. Serialised with `kind` inside; a reader of version N reads entries of version N−1.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", remote = "Self")]
pub enum Event {
    RunStarted {
        agent_id: AgentId,
        /// 0: the run uses the agent as it is, unpublished changes included.
        agent_version: i64,
        trace_id: String,
        input: String,
        /// In a run of the specialists.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        team: Option<TeamStart>,
    },
    /// The router is asked which specialist the input is for.
    RouteRequested,
    Routed {
        agent: Specialist,
        confidence: Confidence,
        reason: String,
        by: RoutedBy,
        usage: Option<Usage>,
    },
    AgentSwitched {
        from: Specialist,
        to: Specialist,
        reason: String,
        confidence: Option<Confidence>,
        cause: SwitchCause,
    },
    /// Written in the transaction before the model is asked.
    ModelRequested {
        step: u32,
    },
    /// A coalesced frame of the answer under way.
    Delta {
        step: u32,
        text: String,
    },
    /// What was streamed of this step is void: the model is asked again.
    MessageReset {
        step: u32,
    },
    /// The final answer of a step; `planned` [`Event::ToolPlanned`] entries follow in the same transaction.
    ModelAnswered {
        step: u32,
        text: String,
        finish: FinishReason,
        usage: Option<Usage>,
        planned: u32,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        opaque: Option<Value>,
    },
    ToolPlanned(PlannedCall),
    ApprovalRequested {
        approval_id: ApprovalId,
        call_id: CallId,
        name: String,
        args: Value,
        args_digest: String,
        reason: String,
        /// Where the call goes and as whom.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        target: Option<Target>,
        /// What differs from the target that was approved before.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        changed: Vec<TargetChange>,
        /// The question about the same call that this one replaces.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        replaces: Option<ApprovalId>,
        /// As in [`Verdict::Ask`].
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        approvers: Vec<String>,
    },
    /// `args` is present when the human edited them.
    ApprovalDecided {
        approval_id: ApprovalId,
        call_id: CallId,
        decision: Decision,
        args: Option<Value>,
        feedback: Option<String>,
        /// Who decided; absent when nobody did in time, and in entries of older releases.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        decided_by: Option<UserId>,
        /// The client answered the call without asking: what it did is the decision.
        #[serde(default, skip_serializing_if = "is_false")]
        answered: bool,
    },
    /// Written in the transaction before the first byte leaves.
    ToolDispatched {
        call_id: CallId,
        attempt: u32,
    },
    /// The tool does not answer now: its call waits for something from outside.
    CallWaits {
        call_id: CallId,
        wait: Wait,
    },
    /// A human answered the form that a call waits for, or time ran out.
    FormAnswered {
        call_id: CallId,
        /// `None`: there is no answer, and `reason` says why.
        values: Option<Value>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<UserId>,
    },
    ToolFinished {
        call_id: CallId,
        name: String,
        outcome: ToolOutcome,
        attempts: u32,
        duration_ms: i64,
        /// Of models that the call used, beside the model of the run: those of its subagents.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        usage: Option<Usage>,
        /// Nothing was sent: a result of this age answered the call.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        cached_age_seconds: Option<u64>,
        /// What was sent and how it was answered (method, URL, headers, status code), secrets redacted.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        request: Option<Value>,
    },
    /// A run below this one asks a human.
    SubagentAsks {
        /// The run that asks.
        run_id: RunId,
        approval_id: ApprovalId,
        name: String,
        args: Value,
        reason: String,
        #[serde(default)]
        optional: Optional,
    },
    /// What fell out of the context up to `through_seq`, in short.
    ContextSummarised {
        through_seq: i64,
        text: String,
        usage: Option<Usage>,
    },
    /// A plan is carried out from here on, each subtask when those that it depends on are done.
    PlanStarted {
        /// The call that proposed it.
        call_id: CallId,
        plan: Plan,
    },
    SubtaskStarted {
        index: usize,
    },
    SubtaskFinished {
        index: usize,
        result: String,
    },
    PlanFinished,
    CancelRequested,
    RunSucceeded {
        output: String,
        usage: Option<Usage>,
    },
    RunFailed {
        code: RunFailure,
        message: String,
        usage: Option<Usage>,
    },
    /// An entry that this version cannot read: a newer version's, or a damaged one. Views skip it. See
    /// [`Event::must_be_understood`].
    #[serde(skip)]
    Other {
        kind: String,
        /// The whole entry as it is stored, byte for byte; not necessarily JSON.
        payload: String,
    },
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference")]
fn is_false(flag: &bool) -> bool {
    !flag
}

impl Event {
    /// The value of `kind`.
    pub fn kind(&self) -> &str {
        match self {
            Self::RunStarted { .. } => "run_started",
            Self::RouteRequested => "route_requested",
            Self::Routed { .. } => "routed",
            Self::AgentSwitched { .. } => "agent_switched",
            Self::ModelRequested { .. } => "model_requested",
            Self::Delta { .. } => "delta",
            Self::MessageReset { .. } => "message_reset",
            Self::ModelAnswered { .. } => "model_answered",
            Self::ToolPlanned(_) => "tool_planned",
            Self::ApprovalRequested { .. } => "approval_requested",
            Self::ApprovalDecided { .. } => "approval_decided",
            Self::ToolDispatched { .. } => "tool_dispatched",
            Self::CallWaits { .. } => "call_waits",
            Self::FormAnswered { .. } => "form_answered",
            Self::ToolFinished { .. } => "tool_finished",
            Self::SubagentAsks { .. } => "subagent_asks",
            Self::ContextSummarised { .. } => "context_summarised",
            Self::PlanStarted { .. } => "plan_started",
            Self::SubtaskStarted { .. } => "subtask_started",
            Self::SubtaskFinished { .. } => "subtask_finished",
            Self::PlanFinished => "plan_finished",
            Self::CancelRequested => "cancel_requested",
            Self::RunSucceeded { .. } => "run_succeeded",
            Self::RunFailed { .. } => "run_failed",
            Self::Other { kind, .. } => kind,
        }
    }

    /// The run is over after this event. No version adds another kind of end.
    pub fn is_end(&self) -> bool {
        matches!(self.kind(), "run_succeeded" | "run_failed")
    }
}

/// One entry of the journal. `seq` grows strictly within its session.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    pub seq: i64,
    pub run_id: RunId,
    pub at: Timestamp,
    pub event: Event,
}

/// An entry on the live bus. `prev` is the seq of the run's entry before it (0 for the first), so that a follower knows
/// whether it missed one without asking the store.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Frame {
    pub tenant_id: TenantId,
    pub session_id: SessionId,
    pub prev: i64,
    pub entry: Arc<Entry>,
    /// The store has the entry, and all before it. A delta goes out before it is stored; the last one of each batch
    /// goes out a second time when the batch is stored, with this mark. Absent in frames of the last version.
    #[serde(default, skip_serializing_if = "is_false")]
    pub stored: bool,
}

impl Frame {
    /// The store has the entry and all before it. Only deltas are published before they are stored.
    pub fn is_stored(&self) -> bool {
        self.stored || !matches!(self.entry.event, Event::Delta { .. })
    }
}
