use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use artel_domain::{
    ArtifactId, CallId, Principal, RateLimit, SystemClock, TenantId, ToolOutcome, ToolRef, UserId, WorkspacePath,
};
use artel_egress::{Egress, Resolver, SystemResolver};
use artel_tools::{
    ArtifactKeeper, CallContext, CallEnd, CallLimits, CallRequest, EnvSecrets, Registry, Tool, ToolArtifact, ToolError,
    ToolsConfig, ToolsDeps,
};
use async_trait::async_trait;
use axum::Router;
use serde_json::Value;
use uuid::Uuid;

struct NoLimits;

#[async_trait]
impl CallLimits for NoLimits {
    async fn admit(&self, _: &str, _: RateLimit) -> Result<(), Duration> {
        Ok(())
    }
}

/// Keeps files in memory, for the test to look at.
#[derive(Default)]
pub(crate) struct MemoryKeeper(pub(crate) Mutex<Vec<ToolArtifact>>);

#[async_trait]
impl ArtifactKeeper for MemoryKeeper {
    async fn keep(&self, context: &CallContext, artifact: ToolArtifact) -> Result<ArtifactId, ToolError> {
        let id = ArtifactId::of_call(context.call_id, artifact.ordinal);
        self.0.lock().unwrap().push(artifact);
        Ok(id)
    }

    async fn workspace_file(&self, _: &CallContext, _: &WorkspacePath) -> Result<Option<ArtifactId>, ToolError> {
        Ok(None)
    }
}

/// The guard, which lets this machine's own addresses pass when `private` says so.
pub(crate) fn egress(private: bool) -> Arc<Egress> {
    let resolver: Arc<dyn Resolver> = Arc::new(SystemResolver);
    let hosts: &[String] = if private { &["127.0.0.1".to_owned()] } else { &[] };
    Arc::new(Egress::new(hosts, BTreeMap::new(), &resolver).unwrap())
}

/// Serves on a free port of this machine; its address.
#[expect(clippy::disallowed_methods, reason = "the server ends with the test's runtime")]
pub(crate) async fn serves(router: Router) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    address
}

/// What a call comes to: the answer, or the text that the model gets instead.
pub(crate) async fn calls(
    tool: Arc<dyn Tool>,
    args: Value,
    private: bool,
    keeper: Option<Arc<MemoryKeeper>>,
) -> Result<Value, String> {
    let name = tool.descriptor().name.clone();
    let deps = ToolsDeps {
        secrets: Arc::new(EnvSecrets::new(Vec::new(), None)),
        limits: Arc::new(NoLimits),
        signer: None,
        egress: egress(private),
        clock: Arc::new(SystemClock),
    };
    let registry = Registry::new(ToolsConfig::default(), deps).with(tool);
    let registry = match keeper {
        Some(keeper) => registry.keeping(keeper),
        None => registry,
    };
    let request = CallRequest {
        tenant_id: TenantId(Uuid::from_u128(1)),
        principal: Principal {
            user_id: UserId(Uuid::from_u128(2)),
            api_key_id: None,
            client_id: None,
            scopes: Vec::new(),
        },
        may_write: false,
        run: None,
        call_id: CallId(Uuid::from_u128(3)),
        trace_id: "trace".to_owned(),
        budget: None,
        approved: None,
        subagents: None,
        hold: None,
    };
    let tool = registry.resolve(&ToolRef::builtin(&name), None).unwrap();
    match registry.call(&tool, &request, &args).await.end {
        CallEnd::Finished(ToolOutcome::Succeeded { output }) => Ok(output),
        CallEnd::Finished(ToolOutcome::Failed { error }) => Err(error),
        _ => Err("neither an answer nor an error".to_owned()),
    }
}
