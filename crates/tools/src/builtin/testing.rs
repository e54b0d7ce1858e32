//! What the tests of built-in tools share.

use std::collections::BTreeMap;
use std::sync::Arc;

use std::sync::Mutex;

use artel_domain::{
    AgentId, ArtifactId, CallId, Clock, Principal, RunId, SessionId, TenantId, Timestamp, UserId, WorkspacePath,
};
use artel_egress::{Egress, Resolver, SystemResolver};
use async_trait::async_trait;
use serde_json::Value;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::typed::{Builtin, Typed};
use crate::artifacts::ToolArtifact;
use crate::context::{ArtifactKeeper, CallContext, RunScope};
use crate::exchange::CallRecord;
use crate::output::ToolError;
use crate::subagents::{SubagentTask, Subagents};
use crate::tool::Tool as _;

/// It is always half a second past noon on the first of July 2026.
struct FixedClock;

impl Clock for FixedClock {
    fn now(&self) -> Timestamp {
        "2026-07-01T12:00:00.5Z".parse().unwrap()
    }

    fn uuid(&self) -> Uuid {
        Uuid::nil()
    }
}

/// The answer of one call, as a model's arguments bring it.
pub(crate) async fn answer<T: Builtin>(tool: T, args: Value) -> Result<Value, ToolError> {
    Typed::new(tool).call(&context(), args).await.map(|output| output.value)
}

/// Keeps files in memory, for the test to look at.
#[derive(Clone, Default)]
pub(crate) struct MemoryKeeper(Arc<Mutex<Vec<ToolArtifact>>>);

impl MemoryKeeper {
    pub(crate) fn all(&self) -> Vec<ToolArtifact> {
        self.0.lock().unwrap().clone()
    }
}

#[async_trait]
impl ArtifactKeeper for MemoryKeeper {
    async fn keep(&self, context: &CallContext, artifact: ToolArtifact) -> Result<ArtifactId, ToolError> {
        let id = ArtifactId::of_call(context.call_id, artifact.ordinal);
        self.0.lock().unwrap().push(artifact);
        Ok(id)
    }

    /// There is one file.
    async fn workspace_file(&self, _: &CallContext, path: &WorkspacePath) -> Result<Option<ArtifactId>, ToolError> {
        Ok((path.as_str() == "report.csv").then(|| ArtifactId::of_call(CallId(Uuid::nil()), 0)))
    }
}

/// The answer of one call of a run that may keep files.
pub(crate) async fn answer_keeping<T: Builtin>(tool: T, args: Value, kept: &MemoryKeeper) -> Result<Value, ToolError> {
    let run = RunScope {
        agent_id: AgentId(Uuid::nil()),
        session_id: SessionId("session".to_owned()),
        run_id: RunId(Uuid::nil()),
        sessions_above: Vec::new(),
    };
    let context = CallContext { artifacts: Some(Arc::new(kept.clone())), run: Some(run), ..context() };
    Typed::new(tool).call(&context, args).await.map(|output| output.value)
}

/// Keeps the tasks of subagents in memory, for the test to look at.
#[derive(Clone, Default)]
pub(crate) struct Started(Arc<Mutex<Vec<SubagentTask>>>);

impl Started {
    pub(crate) fn all(&self) -> Vec<SubagentTask> {
        self.0.lock().unwrap().clone()
    }
}

#[async_trait]
impl Subagents for Started {
    async fn start(&self, _: CallId, tasks: Vec<SubagentTask>) -> Result<(), ToolError> {
        self.0.lock().unwrap().extend(tasks);
        Ok(())
    }
}

/// The answer of one call that may start subagents.
pub(crate) async fn start<T: Builtin>(tool: T, args: Value, started: &Started) -> Result<Value, ToolError> {
    let context = CallContext { subagents: Some(Arc::new(started.clone())), ..context() };
    Typed::new(tool).call(&context, args).await.map(|output| output.value)
}

/// The text that a model gets instead of an answer.
pub(crate) async fn refusal<T: Builtin>(tool: T, args: Value) -> String {
    match answer(tool, args).await {
        Err(ToolError::Tell(text)) => text,
        other => panic!("{other:?}"),
    }
}

fn context() -> CallContext {
    let resolver: Arc<dyn Resolver> = Arc::new(SystemResolver);
    CallContext {
        tenant_id: TenantId(Uuid::nil()),
        principal: Principal { user_id: UserId(Uuid::nil()), api_key_id: None, client_id: None, scopes: Vec::new() },
        run: None,
        call_id: CallId(Uuid::nil()),
        trace_id: "trace".to_owned(),
        deadline: Instant::now() + crate::DEFAULT_TIMEOUT,
        cancel: CancellationToken::new(),
        budget: None,
        approved: None,
        subagents: None,
        hold: None,
        egress: Arc::new(Egress::new(&[], BTreeMap::new(), &resolver).unwrap()),
        allowed_domains: Vec::new(),
        artifacts: None,
        clock: Arc::new(FixedClock),
        record: CallRecord::default(),
    }
}
