//! An approval as clients see it.

use std::collections::BTreeMap;

use artel_domain::{
    AgentId, Approval, ApprovalId, ApprovalState, CallId, Decision, RunId, SessionId, TargetChange, Timestamp, ToolRef,
    UserId,
};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

/// A question to a human about one tool call. It approves exactly the arguments and the target that are shown.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Approval)]
pub(crate) struct ApprovalView {
    id: ApprovalId,
    status: ApprovalState,
    run_id: RunId,
    session_id: SessionId,
    tool_call_id: CallId,
    /// Whose call it is; `null` for approvals of older releases.
    agent_id: Option<AgentId>,
    tool_name: String,
    /// As the model wrote them.
    #[schema(value_type = Object)]
    arguments: Value,
    /// SHA-256 of the arguments, members sorted, hex.
    arguments_digest: String,
    /// Which tool it is; `null` in approvals of releases that did not keep it.
    tool: Option<ToolRef>,
    /// Where the call goes and as whom: members of the tool and of its binding. The values of headers are shown as
    /// digests. `null` in approvals of releases that pinned the arguments only.
    #[schema(value_type = Option<Object>)]
    target: Option<BTreeMap<String, Value>>,
    /// SHA-256 of the arguments and the target, members sorted, hex.
    digest: Option<String>,
    /// What differs from what was approved before, when the call is asked about again as things are now.
    changed: Vec<TargetChange>,
    /// Why a human is asked.
    reason: String,
    created_at: Timestamp,
    /// When the call is refused because nobody decided; `null`: it waits as long as it takes.
    expires_at: Option<Timestamp>,
    decision: Option<Decision>,
    /// What an `edit` put in place of the arguments.
    #[schema(value_type = Option<Object>)]
    decided_arguments: Option<Value>,
    feedback: Option<String>,
    decided_by: Option<UserId>,
    decided_at: Option<Timestamp>,
}

impl From<Approval> for ApprovalView {
    fn from(approval: Approval) -> Self {
        let digest = approval.digest();
        let (tool, target) = approval.target.map(|target| (target.tool, target.members)).unzip();
        Self {
            id: approval.id,
            status: approval.state,
            run_id: approval.run_id,
            session_id: approval.session_id.shown(),
            tool_call_id: approval.call_id,
            agent_id: approval.agent_id,
            tool_name: approval.name,
            arguments: approval.args,
            arguments_digest: approval.args_digest,
            tool,
            target,
            digest,
            changed: approval.changed,
            reason: approval.reason,
            created_at: approval.created_at,
            expires_at: approval.expires_at,
            decision: approval.decision,
            decided_arguments: approval.decided_args,
            feedback: approval.feedback,
            decided_by: approval.decided_by,
            decided_at: approval.decided_at,
        }
    }
}
