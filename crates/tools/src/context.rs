//! What a tool knows of the call that it makes.

use std::sync::Arc;

use artel_domain::{AgentId, ArtifactId, CallId, Clock, Principal, RunId, SessionId, Spend, TenantId, WorkspacePath};
use artel_egress::Egress;
use async_trait::async_trait;
use serde_json::Value;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::artifacts::ToolArtifact;
use crate::exchange::CallRecord;
use crate::hold::Hold;
use crate::output::ToolError;
use crate::programs::{BrokeOff, Fuel, Programs};
use crate::subagents::Subagents;

/// One call, as the engine orders it.
#[derive(Clone)]
pub struct CallRequest {
    pub tenant_id: TenantId,
    /// Whoever started the run.
    pub principal: Principal,
    /// The principal's scopes allow `tools:write`.
    pub may_write: bool,
    /// `None` when a tool is tried outside of any run.
    pub run: Option<RunScope>,
    pub call_id: CallId,
    pub trace_id: String,
    /// `None` where no budget applies.
    pub budget: Option<Arc<dyn Budget>>,
    /// A human agreed to this very call.
    pub approved: Option<Approved>,
    /// `None` when a tool is tried outside of any run.
    pub subagents: Option<Arc<dyn Subagents>>,
    /// `None` when a tool is tried outside of any run.
    pub hold: Option<Hold>,
}

/// A call that a human agreed to.
#[derive(Debug, Clone, PartialEq)]
pub struct Approved {
    /// As whom the human was shown it; `None` when the question said nothing of that.
    pub account: Option<Value>,
}

/// What a human said about a call as the account that the tool would use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Agreement {
    /// Nobody was asked about the call.
    NotAsked,
    /// A human agreed to the call as this account.
    Given,
    /// A human agreed to the call, and was shown another account or none.
    ToAnother,
}

/// The run that a call belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunScope {
    pub agent_id: AgentId,
    pub session_id: SessionId,
    pub run_id: RunId,
    /// Of a subagent: the sessions of the runs above it, the nearest first. Beneath its own files it reads theirs, and
    /// it writes its own only.
    pub sessions_above: Vec<SessionId>,
}

/// What a tool is given with its arguments. The registry makes it; more members may come (a workspace, a place for
/// progress).
#[non_exhaustive]
pub struct CallContext {
    pub tenant_id: TenantId,
    /// Whoever started the run.
    pub principal: Principal,
    /// `None` when a tool is tried outside of any run.
    pub run: Option<RunScope>,
    /// The same in every attempt and every life of the process: receivers recognise a call by it.
    pub call_id: CallId,
    pub trace_id: String,
    /// The call is given up at this time.
    pub deadline: Instant,
    /// Cancelled when nobody waits for the call any more, also when it has ended.
    pub cancel: CancellationToken,
    /// What the call may spend on models; `None` where no budget applies.
    pub budget: Option<Arc<dyn Budget>>,
    /// A human agreed to this very call.
    pub approved: Option<Approved>,
    /// Starts runs for the call; `None` outside of any run.
    pub subagents: Option<Arc<dyn Subagents>>,
    /// See [`CallContext::held`].
    pub hold: Option<Hold>,
    /// The only way to a URL that a tenant or a model gave.
    pub egress: Arc<Egress>,
    /// The hosts that the agent's binding names; none means that it says nothing about hosts.
    pub allowed_domains: Vec<String>,
    /// Keeps files that the tool makes; `None` where nothing does.
    pub artifacts: Option<Arc<dyn ArtifactKeeper>>,
    pub clock: Arc<dyn Clock>,
    /// What the tool did so far. It is journalled also when the call is given up.
    pub record: CallRecord,
}

/// The budget of a run, for tools that cost money or ask models.
#[async_trait]
pub trait Budget: Send + Sync {
    /// Counts an amount against the budgets of the run, the agent and the tenant. Nothing is given back.
    ///
    /// # Errors
    /// A text for the model that names the budget without room.
    async fn spend(&self, amount: Spend) -> Result<(), String>;
}

/// Keeps the files that tools make, with the session of the call.
#[async_trait]
pub trait ArtifactKeeper: Send + Sync {
    /// Keeps a file. The same call keeps the same bytes under one `ordinal` once: made again after a crash, it finds
    /// the file. Waits while the store is away and the call has time.
    ///
    /// # Errors
    /// What comes of the call: a text for the model, or [`ToolError::NotNow`] when the store stays away.
    async fn keep(&self, context: &CallContext, artifact: ToolArtifact) -> Result<ArtifactId, ToolError>;
    /// The file at this path of the workspace of the call's session, or else of the nearest session above it that has
    /// one; `None` when there is none.
    ///
    /// # Errors
    /// As for [`ArtifactKeeper::keep`].
    async fn workspace_file(
        &self,
        context: &CallContext,
        path: &WorkspacePath,
    ) -> Result<Option<ArtifactId>, ToolError>;
}

impl CallContext {
    /// Waits until the run is certainly this worker's. A tool waits for it before each thing that it does to the world:
    /// after a pause, another worker may have the run and may have told what became of the call.
    pub async fn held(&self) {
        if let Some(hold) = &self.hold {
            hold.wait().await;
        }
    }

    /// Whether a human agreed to the call as this account.
    ///
    /// # Arguments
    /// * `account`: as [`Tool::made_as`](crate::Tool::made_as) would show it now.
    pub fn agreement(&self, account: &Value) -> Agreement {
        match &self.approved {
            None => Agreement::NotAsked,
            Some(approved) if approved.account.as_ref() == Some(account) => Agreement::Given,
            Some(_) => Agreement::ToAnother,
        }
    }

    /// The call's own key, as text: the same on every retry and in every life of the process.
    ///
    /// FROZEN: the call's id as text, because a receiver that got the call from an earlier version must know it again.
    pub fn idempotency_key(&self) -> String {
        self.call_id.to_string()
    }

    /// Does work that keeps a processor busy, on a thread where no async task waits for it, among the other programs of
    /// the tenant. Work whose length depends on what a tenant or a model wrote pays [`Fuel`] for its steps, or is
    /// bounded before it begins: nothing else can stop it.
    ///
    /// # Errors
    /// The error of the work, or [`BrokeOff`] when it panicked.
    pub async fn off_thread<T, E>(&self, work: impl FnOnce(&Fuel) -> Result<T, E> + Send + 'static) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<BrokeOff> + Send + 'static,
    {
        Programs::of_process().run(self.tenant_id, work).await
    }
}
