use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::words::words;
use crate::{ApprovalId, CallId, RunId, SessionId, TenantId, Timestamp, UserId};

words! {
    ApprovalState { Pending = "pending", Approved = "approved", Rejected = "rejected", Expired = "expired", Cancelled = "cancelled" }
    /// `Edit` approves other arguments than those proposed.
    Decision { Approve = "approve", Edit = "edit", Reject = "reject", Expire = "expire" }
}

/// A durable question to a human about one tool call; it approves exactly the arguments whose digest it carries.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Approval {
    pub id: ApprovalId,
    pub tenant_id: TenantId,
    pub session_id: SessionId,
    pub run_id: RunId,
    pub call_id: CallId,
    pub name: String,
    pub args: Value,
    pub args_digest: String,
    pub reason: String,
    pub state: ApprovalState,
    pub decision: Option<Decision>,
    pub decided_args: Option<Value>,
    pub feedback: Option<String>,
    pub decided_by: Option<UserId>,
    pub created_at: Timestamp,
    pub expires_at: Option<Timestamp>,
    pub decided_at: Option<Timestamp>,
}
