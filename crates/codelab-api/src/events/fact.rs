//! One thing that happened, as the events of the first runtime tell it.

use artel_domain::{ApprovalId, CallId, Confidence, Decision, Specialist, Usage};
use serde_json::{Map, Value, json};

/// What a model was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    Answer,
    /// Which agent an input is for.
    Classifier,
    /// What fell out of the context, in short.
    Summary,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Fact {
    MessageAdded { role: &'static str },
    ProcessingStarted { agent: Specialist },
    ProcessingCompleted { agent: Specialist, duration_ms: i64, success: bool },
    AgentFailed { agent: Specialist, message: String, kind: String },
    AgentSwitched { from: Specialist, to: Specialist, reason: String, confidence: Option<Confidence> },
    ToolRequested { tool: String, arguments: Value, call: CallId, agent: Specialist },
    ToolStarted { tool: String, call: CallId },
    ToolCompleted { tool: String, call: CallId, duration_ms: i64 },
    ToolFailed { tool: String, call: CallId, duration_ms: i64, error: String },
    ToolApprovalRequired { tool: String, call: CallId, arguments: Value, reason: String },
    HumanAsked { tool: String, call: CallId },
    ApprovalRequested { request: ApprovalId, kind: &'static str, subject: String, reason: String },
    HumanDecided { tool: String, call: CallId, decision: Decision },
    HumanSilent { tool: String, call: CallId },
    Approved { request: ApprovalId, subject: String },
    Rejected { request: ApprovalId, subject: String, reason: Option<String> },
    LlmStarted { model: String, purpose: Purpose },
    LlmCompleted { model: String, purpose: Purpose, duration_ms: i64, usage: Usage, has_tool_calls: bool },
    LlmFailed { model: String, purpose: Purpose, duration_ms: i64, usage: Usage, error: String },
}

/// As the first runtime counts decisions; nobody decided when the time was over.
pub(crate) fn decision_word(decision: Decision) -> &'static str {
    match decision {
        Decision::Approve => "APPROVE",
        Decision::Edit => "EDIT",
        Decision::Reject | Decision::Expire => "REJECT",
    }
}

impl Fact {
    /// `event_type`
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::MessageAdded { .. } => "session.message.added",
            Self::ProcessingStarted { .. } => "agent.processing.started",
            Self::ProcessingCompleted { .. } => "agent.processing.completed",
            Self::AgentFailed { .. } => "agent.error.occurred",
            Self::AgentSwitched { .. } => "agent.switched",
            Self::ToolRequested { .. } => "tool.execution.requested",
            Self::ToolStarted { .. } => "tool.execution.started",
            Self::ToolCompleted { .. } => "tool.execution.completed",
            Self::ToolFailed { .. } => "tool.execution.failed",
            Self::ToolApprovalRequired { .. } => "tool.approval.required",
            Self::HumanAsked { .. } => "hitl.approval.requested",
            Self::ApprovalRequested { .. } => "approval.requested",
            Self::HumanDecided { .. } => "hitl.decision.made",
            Self::HumanSilent { .. } => "hitl.timeout.occurred",
            Self::Approved { .. } => "approval.approved",
            Self::Rejected { .. } => "approval.rejected",
            Self::LlmStarted { .. } => "llm.request.started",
            Self::LlmCompleted { .. } => "llm.request.completed",
            Self::LlmFailed { .. } => "llm.request.failed",
        }
    }

    /// `event_category`: model calls count as metrics.
    pub(crate) fn category(&self) -> &'static str {
        match self.name().split('.').next() {
            Some("llm") => "metrics",
            Some(category) => category,
            None => "system",
        }
    }

    /// Under which name it is in the audit log, if it is.
    pub(crate) fn audit_name(&self) -> Option<&'static str> {
        match self {
            Self::AgentSwitched { .. } => Some("agent_switched"),
            Self::HumanDecided { .. } => Some("hitl_decision_made"),
            Self::AgentFailed { .. } => Some("agent_error"),
            Self::ToolFailed { .. } => Some("tool_execution_failed"),
            Self::ToolApprovalRequired { .. } => Some("tool_approval_required"),
            _ => None,
        }
    }

    /// `data`
    pub(crate) fn data(&self) -> Map<String, Value> {
        let data = match self {
            Self::MessageAdded { role } => json!({ "role": role }),
            Self::ProcessingStarted { agent } => json!({ "agent": agent }),
            Self::ProcessingCompleted { agent, duration_ms, success } => {
                json!({ "agent": agent, "duration_ms": duration_ms, "success": success })
            }
            Self::AgentFailed { agent, message, kind } => {
                json!({ "agent": agent, "error_message": message, "error_type": kind })
            }
            Self::AgentSwitched { from, to, reason, confidence } => {
                json!({ "from_agent": from, "to_agent": to, "reason": reason, "confidence": confidence })
            }
            Self::ToolRequested { tool, arguments, call, agent } => {
                json!({ "tool_name": tool, "arguments": arguments, "call_id": call, "agent": agent })
            }
            Self::ToolStarted { tool, call } | Self::HumanAsked { tool, call } | Self::HumanSilent { tool, call } => {
                json!({ "tool_name": tool, "call_id": call })
            }
            Self::ToolCompleted { tool, call, duration_ms } => {
                json!({ "tool_name": tool, "call_id": call, "duration_ms": duration_ms })
            }
            Self::ToolFailed { tool, call, duration_ms, error } => {
                json!({ "tool_name": tool, "call_id": call, "duration_ms": duration_ms, "error": error })
            }
            Self::ToolApprovalRequired { tool, call, arguments, reason } => {
                json!({ "tool_name": tool, "call_id": call, "arguments": arguments, "reason": reason })
            }
            Self::ApprovalRequested { request, kind, subject, reason } => {
                json!({ "request_id": request, "request_type": kind, "subject": subject, "reason": reason })
            }
            Self::HumanDecided { tool, call, decision } => {
                json!({ "tool_name": tool, "call_id": call, "decision": decision_word(*decision) })
            }
            Self::Approved { request, subject } => json!({ "request_id": request, "subject": subject }),
            Self::Rejected { request, subject, reason } => {
                json!({ "request_id": request, "subject": subject, "reason": reason })
            }
            Self::LlmStarted { model, purpose } => flagged(json!({ "model": model }), *purpose),
            Self::LlmCompleted { model, purpose, duration_ms, usage, has_tool_calls } => {
                let counts = json!({
                    "model": model, "duration_ms": duration_ms, "prompt_tokens": usage.prompt_tokens,
                    "completion_tokens": usage.completion_tokens, "total_tokens": usage.total(), "has_tool_calls": has_tool_calls,
                });
                flagged(counts, *purpose)
            }
            Self::LlmFailed { model, purpose, duration_ms, error, .. } => {
                flagged(json!({ "model": model, "duration_ms": duration_ms, "error": error }), *purpose)
            }
        };
        match data {
            Value::Object(members) => members,
            _ => Map::new(),
        }
    }
}

fn flagged(mut data: Value, purpose: Purpose) -> Value {
    match purpose {
        Purpose::Answer => {}
        Purpose::Classifier => data["classifier"] = true.into(),
        Purpose::Summary => data["summary"] = true.into(),
    }
    data
}
