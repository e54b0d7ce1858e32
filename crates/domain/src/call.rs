use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::words::words;
use crate::{CallId, RunId, TenantId, Timestamp, ToolRef, UserId, Wait};

words! {
    /// What a tool does to the world, which decides what recovery may do with a call that was cut off.
    EffectClass {
        /// Changes nothing: call again.
        ReadOnly = "read_only",
        /// The receiver honours the idempotency key: call again with the same key.
        Idempotent = "idempotent",
        /// Has a status operation: ask it first.
        Verifiable = "verifiable",
        /// Never call again: the outcome of a cut-off call is unknown.
        AtMostOnce = "at_most_once",
    }
    CallState {
        Planned = "planned",
        AwaitingApproval = "awaiting_approval",
        Dispatched = "dispatched",
        Succeeded = "succeeded",
        Failed = "failed",
        Unknown = "unknown",
    }
}

impl CallState {
    pub fn is_final(self) -> bool {
        matches!(self, Self::Succeeded | Self::Failed | Self::Unknown)
    }
}

/// How a tool call ended. `Failed` and `Unknown` carry what the model is told.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "status", rename_all = "snake_case")]
pub enum ToolOutcome {
    Succeeded { output: Value },
    Failed { error: String },
    Unknown { error: String },
}

impl ToolOutcome {
    pub fn state(&self) -> CallState {
        match self {
            Self::Succeeded { .. } => CallState::Succeeded,
            Self::Failed { .. } => CallState::Failed,
            Self::Unknown { .. } => CallState::Unknown,
        }
    }

    pub fn error(&self) -> Option<&str> {
        match self {
            Self::Succeeded { .. } => None,
            Self::Failed { error } | Self::Unknown { error } => Some(error),
        }
    }

    /// The text that goes back to the model.
    pub fn for_model(&self) -> String {
        match self {
            Self::Succeeded { output: Value::String(text) } => text.clone(),
            Self::Succeeded { output } => output.to_string(),
            Self::Failed { error } | Self::Unknown { error } => format!("Error: {error}"),
        }
    }
}

/// A tool call as the store keeps it: the current state of what the journal tells step by step.
#[derive(Debug, Clone, PartialEq)]
pub struct ToolCallRow {
    pub id: CallId,
    pub tenant_id: TenantId,
    pub run_id: RunId,
    pub step: u32,
    pub ordinal: u32,
    /// The model provider's own id of the call; providers repeat ids, so it is never a key.
    pub provider_call_id: String,
    /// `None`: the agent had no tool of the name that the model used.
    pub tool: Option<ToolRef>,
    /// The tool's name as the tenant wrote it.
    pub name: String,
    pub args: Value,
    /// [`crate::digest::of`] the arguments, hex.
    pub args_digest: String,
    pub effect: EffectClass,
    pub state: CallState,
    /// What the tool said that the call waits for: a form, child runs, a time. `None` for every other call.
    pub wait: Option<Wait>,
    /// Who answered from outside, when somebody did.
    pub answered_by: Option<UserId>,
    pub attempts: u32,
    pub result: Option<Value>,
    pub error: Option<String>,
    pub duration_ms: Option<i64>,
    pub planned_at: Timestamp,
    pub dispatched_at: Option<Timestamp>,
    pub finished_at: Option<Timestamp>,
}
