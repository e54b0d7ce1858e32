use serde::{Deserialize, Serialize};

use crate::words::words;
use crate::{
    AgentId, ApiKeyId, CallId, ClientId, RunFailure, RunId, SessionId, Subagent, TeamRequest, TenantId, Timestamp,
    Usage, UserId, WaitFor,
};

words! {
    /// The four values that clients know.
    RunStatus { Queued = "queued", Running = "running", Succeeded = "succeeded", Failed = "failed" }
    /// What the four values leave out. A run that sleeps is stored as `waiting_for_approval`, whatever it waits for:
    /// the word is older than the other waits, and processes of earlier releases read it. FROZEN.
    Phase {
        Queued = "queued", Running = "running", Waiting = "waiting_for_approval",
        Succeeded = "succeeded", Failed = "failed", Cancelled = "cancelled",
    }
}

impl Phase {
    pub fn status(self) -> RunStatus {
        match self {
            Self::Queued => RunStatus::Queued,
            Self::Running | Self::Waiting => RunStatus::Running,
            Self::Succeeded => RunStatus::Succeeded,
            Self::Failed | Self::Cancelled => RunStatus::Failed,
        }
    }

    pub fn is_end(self) -> bool {
        matches!(self, Self::Succeeded | Self::Failed | Self::Cancelled)
    }
}

/// On whose behalf a run acts: kept with the run, because its tools are checked against it long after the request is
/// gone.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Principal {
    pub user_id: UserId,
    pub api_key_id: Option<ApiKeyId>,
    /// The OAuth client that acts for itself, without a login.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_id: Option<ClientId>,
    /// Scopes as granted, not yet expanded by implication.
    pub scopes: Vec<String>,
}

/// A call that started a run and may wait for its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ParentCall {
    pub run_id: RunId,
    pub call_id: CallId,
}

/// One execution of an agent in a session: from one input to one final answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Run {
    pub id: RunId,
    pub tenant_id: TenantId,
    pub agent_id: AgentId,
    /// The published version whose profile and bindings the run uses; `None`: it uses the agent as it is, unpublished
    /// changes included.
    pub agent_version: Option<i64>,
    pub session_id: SessionId,
    pub trace_id: String,
    pub principal: Principal,
    pub input_message: String,
    /// In a session of the specialists.
    pub team: Option<TeamRequest>,
    pub phase: Phase,
    /// In the phase [`Phase::Waiting`]: for what, each once. Empty when a process of an earlier release put the run to
    /// sleep.
    pub waits_for: Vec<WaitFor>,
    /// The call of another run that started this one.
    pub parent: Option<ParentCall>,
    /// When that call was one of `run_subagent`.
    pub subagent: Option<Subagent>,
    /// Raised by every claim; a worker with an older one is fenced off.
    pub epoch: i64,
    /// Times a worker died with this run since it last made progress.
    pub crash_count: i64,
    pub cancel_requested: bool,
    /// Why no worker of this version drives the run at present: its journal holds an entry that this version cannot
    /// read.
    pub blocked_reason: Option<String>,
    pub output_message: Option<String>,
    pub error_code: Option<RunFailure>,
    pub error_message: Option<String>,
    pub usage: Option<Usage>,
    pub created_at: Timestamp,
    pub updated_at: Option<Timestamp>,
}
