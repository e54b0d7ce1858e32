//! The types with which the release 0.1.0 writes and reads journals, as they were: processes of that release run beside
//! this version during an upgrade.
//!
//! FROZEN: a copy. It is replaced as a whole by the types of the next release when that one is out.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

type AgentId = Uuid;
type ApprovalId = Uuid;
type CallId = Uuid;
type ToolId = Uuid;

macro_rules! words {
    ($($name:ident { $($variant:ident = $text:tt),* $(,)? })*) => {$(
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
        pub(crate) enum $name { $(#[serde(rename = $text)] $variant),* }
    )*};
}

words! {
    Specialist { Orchestrator = "orchestrator", Coder = "coder", Architect = "architect", Debug = "debug", Ask = "ask" }
    Confidence { High = "high", Medium = "medium", Low = "low" }
    SwitchCause { User = "user", Router = "router", Model = "model", Plan = "plan" }
    RoutedBy { Model = "model", Keywords = "keywords" }
    Executor { Server = "server", Client = "client", Control = "control" }
    EffectClass { ReadOnly = "read_only", Idempotent = "idempotent", Verifiable = "verifiable", AtMostOnce = "at_most_once" }
    Decision { Approve = "approve", Edit = "edit", Reject = "reject", Expire = "expire" }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(crate) enum Event {
    RunStarted {
        agent_id: AgentId,
        agent_version: i64,
        trace_id: String,
        input: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        team: Option<TeamStart>,
    },
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
    ModelRequested {
        step: u32,
    },
    Delta {
        step: u32,
        text: String,
    },
    MessageReset {
        step: u32,
    },
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
    },
    ApprovalDecided {
        approval_id: ApprovalId,
        call_id: CallId,
        decision: Decision,
        args: Option<Value>,
        feedback: Option<String>,
        #[serde(default, skip_serializing_if = "is_false")]
        answered: bool,
    },
    ToolDispatched {
        call_id: CallId,
        attempt: u32,
    },
    ToolFinished {
        call_id: CallId,
        name: String,
        outcome: ToolOutcome,
        attempts: u32,
        duration_ms: i64,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        request: Option<Value>,
    },
    ContextSummarised {
        through_seq: i64,
        text: String,
        usage: Option<Usage>,
    },
    PlanStarted {
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
        code: String,
        message: String,
        usage: Option<Usage>,
    },
}
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct PlannedCall {
    call_id: CallId,
    step: u32,
    ordinal: u32,
    provider_call_id: String,
    offered_name: String,
    name: String,
    tool_id: Option<ToolId>,
    args: Value,
    effect: EffectClass,
    verdict: Verdict,
    #[serde(default = "server", skip_serializing_if = "is_server")]
    executor: Executor,
}

fn server() -> Executor {
    Executor::Server
}

fn is_server(executor: &Executor) -> bool {
    *executor == Executor::Server
}

fn is_false(flag: &bool) -> bool {
    !flag
}
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "verdict", rename_all = "snake_case")]
pub(crate) enum Verdict {
    Allow,
    Ask { reason: String },
    Refuse { reason: String },
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "status", rename_all = "snake_case")]
pub(crate) enum ToolOutcome {
    Succeeded { output: Value },
    Failed { error: String },
    Unknown { error: String },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct Usage {
    prompt_tokens: i64,
    completion_tokens: i64,
    #[serde(default)]
    cached_tokens: i64,
    #[serde(default)]
    reasoning_tokens: i64,
    #[serde(default, skip_serializing_if = "is_zero")]
    cache_write_tokens: i64,
}

fn is_zero(count: &i64) -> bool {
    *count == 0
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum FinishReason {
    Stop,
    Length,
    ToolCalls,
    ContentFilter,
    Other(String),
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct TeamStart {
    agent: Specialist,
    route: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    switch_to: Option<Specialist>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    model: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Plan {
    title: String,
    description: String,
    subtasks: Vec<Subtask>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Subtask {
    title: String,
    description: String,
    agent: Specialist,
    estimated_time_minutes: u32,
    #[serde(default)]
    dependencies: Vec<usize>,
}
