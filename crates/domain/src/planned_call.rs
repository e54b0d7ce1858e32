//! A tool call as it was planned: what the model asked for, which tool that is, and what policy says about it.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::tool_ref::{EarlierRef, Executor};
use crate::{CallId, EffectClass, ToolId, ToolRef};

/// A tool call that the model asked for, resolved against the tools that its agent has.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(from = "Stored", into = "Stored")]
pub struct PlannedCall {
    pub call_id: CallId,
    pub step: u32,
    pub ordinal: u32,
    pub provider_call_id: String,
    /// The name the model used.
    pub offered_name: String,
    /// The tool's own name; the offered one when there is no such tool.
    pub name: String,
    /// `None`: the agent has no tool of the offered name.
    pub tool: Option<ToolRef>,
    pub args: Value,
    pub effect: EffectClass,
    pub verdict: Verdict,
}

impl PlannedCall {
    /// The connected client executes it.
    pub fn is_client(&self) -> bool {
        self.tool.as_ref().is_some_and(ToolRef::is_client)
    }

    /// The turn machine executes it.
    pub fn is_control(&self) -> bool {
        self.tool.as_ref().is_some_and(ToolRef::is_control)
    }

    /// It is a call of the control tool of this name.
    pub fn is_control_named(&self, name: &str) -> bool {
        matches!(&self.tool, Some(ToolRef::Control { name: own }) if own == name)
    }
}

/// What policy and validation said about a planned call.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "verdict", rename_all = "snake_case")]
pub enum Verdict {
    Allow,
    /// A human is asked.
    Ask {
        reason: String,
        /// Who besides the session's owner decides, as [`crate::Approvers::names`] gives them.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        approvers: Vec<String>,
        /// As whom the call is made, where a human must know it. It is part of what the human is shown.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        account: Option<Value>,
    },
    /// The call is not made; the model is told why (bad arguments, unknown tool, policy).
    Refuse {
        reason: String,
    },
}

/// The members in the journal: those of this release and those that earlier releases read.
#[derive(Clone, Serialize, Deserialize)]
struct Stored {
    call_id: CallId,
    step: u32,
    ordinal: u32,
    provider_call_id: String,
    offered_name: String,
    name: String,
    tool_id: Option<ToolId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    tool: Option<ToolRef>,
    args: Value,
    effect: EffectClass,
    verdict: Verdict,
    #[serde(default = "server", skip_serializing_if = "is_server")]
    executor: Executor,
}

fn server() -> Executor {
    Executor::Server
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference")]
fn is_server(executor: &Executor) -> bool {
    *executor == Executor::Server
}

impl From<Stored> for PlannedCall {
    fn from(stored: Stored) -> Self {
        let earlier = EarlierRef { tool_id: stored.tool_id, executor: stored.executor };
        Self {
            tool: stored.tool.or_else(|| earlier.read(&stored.name)),
            call_id: stored.call_id,
            step: stored.step,
            ordinal: stored.ordinal,
            provider_call_id: stored.provider_call_id,
            offered_name: stored.offered_name,
            name: stored.name,
            args: stored.args,
            effect: stored.effect,
            verdict: stored.verdict,
        }
    }
}

impl From<PlannedCall> for Stored {
    fn from(call: PlannedCall) -> Self {
        let earlier = EarlierRef::of(call.tool.as_ref());
        Self {
            call_id: call.call_id,
            step: call.step,
            ordinal: call.ordinal,
            provider_call_id: call.provider_call_id,
            offered_name: call.offered_name,
            name: call.name,
            tool_id: earlier.tool_id,
            tool: call.tool,
            args: call.args,
            effect: call.effect,
            verdict: call.verdict,
            executor: earlier.executor,
        }
    }
}

#[cfg(test)]
mod tests;
