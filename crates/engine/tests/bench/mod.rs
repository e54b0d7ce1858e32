//! An engine on a fresh store, with one agent and one internal tool.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use artel_bus::{Bus, LocalBus};
use artel_domain::event::Verdict;
use artel_domain::tool::HttpMethod;
use artel_domain::{
    Actor, Agent, AgentId, AgentKind, AgentStatus, Approval, AuditEntry, AuthType, Binding, BindingId, Budget, CallId,
    CallState, Cap, Clock, Decision, EffectClass, Entry, ExecutionType, ParentCall, PermissionScope, Phase, Principal,
    RateLimit, Run, RunId, SessionId, SystemClock, TenantId, ToolCallRow, ToolDefinition, ToolId, ToolOutcome,
    ToolStatus, UserId,
};
use artel_egress::{Egress, Resolver, SystemResolver};
use artel_engine::{AllowAll, Deps, EngineConfig, Policy, ProposedCall, Worker};
use artel_llm::{Endpoint, Models};
use artel_store::{
    AnswerTo, Answered, ApprovalFilter, BindingPatch, CallAnswer, Created, Decided, Fence, NewRun, ProfileChoice,
    RunFilter, Step, Store, ToolPatch, Viewer,
};
use artel_store_postgres::{PostgresOptions, PostgresStore};
use artel_store_sqlite::{SqliteOptions, SqliteStore};
use artel_testkit::{Database, ModelServer};
use artel_tools::{EnvSecrets, Registry, ToolsConfig, ToolsDeps};
use serde_json::{Value, json};

pub(crate) struct AskAlways;

impl Policy for AskAlways {
    fn verdict(&self, _: &ProposedCall<'_>) -> Verdict {
        Verdict::Ask { reason: "this test asks always".into(), approvers: Vec::new(), account: None }
    }
}

struct NoLimits;

#[async_trait::async_trait]
impl artel_tools::CallLimits for NoLimits {
    async fn admit(&self, _: &str, _: RateLimit) -> Result<(), Duration> {
        Ok(())
    }
}

pub(crate) struct Bench {
    store: Arc<dyn Store>,
    bus: Arc<dyn Bus>,
    tenant: TenantId,
    user: UserId,
    agent: AgentId,
    /// Where the agent's model is; the demo model when absent.
    model: Option<String>,
    /// Goes with the bench.
    place: Arc<Place>,
}

/// Where the store is.
struct Place {
    directory: tempfile::TempDir,
    database: Database,
}

impl Place {
    async fn open(&self) -> Arc<dyn Store> {
        match &self.database {
            Database::Sqlite => {
                let path = self.directory.path().join("artel.db");
                Arc::new(SqliteStore::open(&SqliteOptions::new(path.to_str().unwrap())).await.unwrap())
            }
            Database::Postgres { url, .. } => {
                let options = PostgresOptions {
                    url: url.clone(),
                    pool_size: 2,
                    max_overflow: 4,
                    pool_timeout_seconds: 10,
                    pool_recycle_seconds: 600,
                };
                Arc::new(PostgresStore::connect(&options).await.unwrap())
            }
        }
    }
}

impl Bench {
    pub(crate) async fn new(database: Database) -> Self {
        let place = Place { directory: tempfile::tempdir().unwrap(), database };
        Self::on(place.open().await, Arc::new(LocalBus::new()), None, Arc::new(place)).await
    }

    /// With an agent that asks the model of this server.
    pub(crate) async fn asking(server: &ModelServer, database: Database) -> Self {
        let place = Place { directory: tempfile::tempdir().unwrap(), database };
        let model = Some(server.url().to_owned());
        Self::on(place.open().await, Arc::new(LocalBus::new()), model, Arc::new(place)).await
    }

    /// Another tenant on the same store.
    pub(crate) async fn neighbour(&self) -> Self {
        Self::on(self.store.clone(), self.bus.clone(), self.model.clone(), self.place.clone()).await
    }

    async fn on(store: Arc<dyn Store>, bus: Arc<dyn Bus>, model: Option<String>, place: Arc<Place>) -> Self {
        let (tenant, user) = (TenantId(SystemClock.uuid()), UserId(SystemClock.uuid()));
        store.ensure_principal(tenant, user, SystemClock.now()).await.unwrap();
        let agent = AgentId(SystemClock.uuid());
        let name = if model.is_some() { "openai:test" } else { "demo:echo" };
        let bench = Self { store, bus, tenant, user, agent, model, place };
        let profile = Agent {
            id: agent,
            tenant_id: tenant,
            owner_user_id: user,
            name: "Agent".into(),
            system_prompt: String::new(),
            model: name.into(),
            llm_params: None,
            require_approval: false,
            description: None,
            avatar_url: None,
            status: AgentStatus::Published,
            version: 1,
            kind: AgentKind::Custom,
            is_enabled: true,
            has_unpublished_changes: false,
            created_at: SystemClock.now(),
            updated_at: None,
        };
        bench.store.create_agent(profile, audit()).await.unwrap();
        bench.bind_internal("echo", PermissionScope::Read, HttpMethod::Post).await;
        bench
    }

    /// Binds an internal function, in place of what was bound before.
    pub(crate) async fn bind_internal(&self, name: &str, scope: PermissionScope, method: HttpMethod) {
        self.unbind_all().await;
        self.bind(name, scope, method).await;
    }

    /// Binds an internal function beside what is bound.
    pub(crate) async fn bind(&self, name: &str, scope: PermissionScope, method: HttpMethod) {
        let required: &[&str] = if name == "echo" { &["text"] } else { &[] };
        let properties = json!({ "text": { "type": "string" } });
        let input_schema = json!({ "type": "object", "properties": properties, "required": required });
        let reads = !matches!(name, "run_subagent" | "request_form");
        let tool = ToolDefinition {
            id: ToolId(SystemClock.uuid()),
            tenant_id: self.tenant,
            name: name.into(),
            description: "Echoes input back".into(),
            input_schema,
            execution_type: ExecutionType::Internal,
            endpoint: None,
            auth_type: AuthType::None,
            status: ToolStatus::Active,
            version: 1,
            http_method: method,
            parameter_mapping: std::collections::BTreeMap::new(),
            custom_headers: std::collections::BTreeMap::new(),
            response_transform: None,
            effect: if reads { EffectClass::ReadOnly } else { EffectClass::Idempotent },
            status_endpoint: None,
            cache_ttl_seconds: None,
            created_at: SystemClock.now(),
            updated_at: None,
        };
        let tool = self.store.create_tool(tool, audit()).await.unwrap();
        let binding = Binding {
            id: BindingId(SystemClock.uuid()),
            tenant_id: self.tenant,
            agent_id: self.agent,
            tool_id: tool.id,
            permission_scope: scope,
            timeout_ms: 1000,
            rate_limit: None,
            allowed_domains: Vec::new(),
            secrets_ref: None,
            require_approval: false,
            created_at: SystemClock.now(),
            updated_at: None,
        };
        self.store.bind_tool(&Viewer::service(self.tenant), binding, audit()).await.unwrap();
    }

    pub(crate) fn worker(&self, policy: impl Policy + 'static) -> Worker {
        self.worker_with(policy, |tools| tools)
    }

    /// A worker whose registry the test changes.
    pub(crate) fn worker_with(
        &self,
        policy: impl Policy + 'static,
        change: impl FnOnce(Registry) -> Registry,
    ) -> Worker {
        self.worker_of(EngineConfig::new(SystemClock.uuid().to_string()), policy, change)
    }

    pub(crate) fn worker_of(
        &self,
        config: EngineConfig,
        policy: impl Policy + 'static,
        change: impl FnOnce(Registry) -> Registry,
    ) -> Worker {
        Worker::start(self.deps(self.store.clone(), config, policy, change))
    }

    fn deps(
        &self,
        store: Arc<dyn Store>,
        config: EngineConfig,
        policy: impl Policy + 'static,
        change: impl FnOnce(Registry) -> Registry,
    ) -> Deps {
        let ports = ToolsDeps {
            secrets: Arc::new(EnvSecrets::new(Vec::new(), None)),
            limits: Arc::new(NoLimits),
            signer: None,
            egress: Arc::new(
                Egress::new(&[], BTreeMap::new(), &(Arc::new(SystemResolver) as Arc<dyn Resolver>)).unwrap(),
            ),
            clock: Arc::new(SystemClock),
        };
        let openai = Endpoint { base_url: self.model.clone(), api_key: None };
        let models = Models::new(artel_llm::Config { openai, ..artel_llm::Config::default() }).unwrap();
        Deps {
            store,
            bus: self.bus.clone(),
            models: Arc::new(models),
            tools: Arc::new(change(Registry::new(ToolsConfig::default(), ports))),
            policy: Arc::new(policy),
            clock: Arc::new(SystemClock),
            config,
        }
    }

    /// A worker that can be killed: it is in a runtime of its own, with connections of its own.
    pub(crate) async fn mortal_worker(&self, change: impl FnOnce(Registry) -> Registry) -> MortalWorker {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let place = self.place.clone();
        let handle = runtime.handle().clone();
        let store = tokio::task::spawn_blocking(move || handle.block_on(place.open())).await.unwrap();
        let config =
            EngineConfig { lease: Duration::from_secs(1), ..EngineConfig::new(SystemClock.uuid().to_string()) };
        let deps = self.deps(store, config, AllowAll, change);
        let worker = runtime.spawn(async move { Worker::start(deps) }).await.unwrap();
        MortalWorker { runtime, _worker: worker }
    }

    /// Drives a child to its end as some worker may that nobody sees.
    pub(crate) async fn end_by_hand(&self, children: &[RunId], output: &str) {
        let mut left = children.to_vec();
        while !left.is_empty() {
            for claim in self.store.claim_runs("hand", Duration::from_mins(1), 5, 10, &[]).await.unwrap() {
                let (run, next_seq) = (claim.run, claim.first_seq);
                let fence =
                    Fence { tenant_id: run.tenant_id, session_id: run.session_id, run_id: run.id, epoch: run.epoch };
                let output_message = Some(output.to_owned());
                let phase = Some(if left.contains(&run.id) { Phase::Succeeded } else { Phase::Queued });
                let step = Step { phase, output_message, next_seq, at: SystemClock.now(), ..Step::default() };
                self.store.commit(&fence, step).await.unwrap();
                left.retain(|child| *child != run.id);
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
    }

    /// The runs that calls of this one started, oldest first, once there are so many.
    pub(crate) async fn until_children(&self, parent: RunId, count: usize) -> Vec<Run> {
        for _ in 0..400 {
            let filter = RunFilter { limit: 100, ..RunFilter::default() };
            let mut runs = self.store.list_runs(&self.viewer(), filter).await.unwrap();
            runs.retain(|run| run.parent.is_some_and(|of| of.run_id == parent));
            if runs.len() == count {
                runs.sort_by_key(|run| run.id);
                return runs;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        panic!("after 10 s {parent} has not {count} children");
    }

    /// All entries of the session that the run is alone in.
    pub(crate) async fn entries(&self, run: RunId) -> Vec<Entry> {
        self.store.session_entries(&self.viewer(), &SessionId(run.to_string()), 0, 1000).await.unwrap()
    }

    /// What the organisation's agent spent today, in tokens.
    pub(crate) async fn spent_today(&self) -> i64 {
        self.store.spent_on_day(self.tenant, Some(self.agent), SystemClock.now()).await.unwrap().tokens
    }

    pub(crate) fn viewer(&self) -> artel_store::Viewer {
        artel_store::Viewer::user(self.tenant, self.user)
    }

    pub(crate) async fn start_run(&self, input: &str) -> RunId {
        self.start_run_as(&["tools:write"], input).await
    }

    pub(crate) async fn start_run_as(&self, scopes: &[&str], input: &str) -> RunId {
        self.start(scopes, input, None).await
    }

    /// A run that this call of another run starts.
    pub(crate) async fn start_child(&self, run_id: RunId, call_id: CallId, input: &str) -> RunId {
        self.start(&["tools:write"], input, Some(ParentCall { run_id, call_id })).await
    }

    async fn start(&self, scopes: &[&str], input: &str, parent: Option<ParentCall>) -> RunId {
        let id = RunId(SystemClock.uuid());
        let new = NewRun {
            id,
            tenant_id: self.tenant,
            agent_id: self.agent,
            profile: ProfileChoice::Current,
            session_id: SessionId(id.to_string()),
            trace_id: id.to_string(),
            principal: Principal {
                user_id: self.user,
                api_key_id: None,
                client_id: None,
                scopes: scopes.iter().map(|s| (*s).to_owned()).collect(),
            },
            input_message: input.into(),
            team: None,
            parent,
            visibility: artel_domain::Visibility::Tenant,
            at: SystemClock.now(),
            daily_limits: Vec::new(),
        };
        assert!(matches!(self.store.create_run(&self.viewer(), new, audit()).await.unwrap(), Created::Run(_)));
        self.bus.wake_workers();
        id
    }

    pub(crate) async fn run(&self, run: RunId) -> Run {
        self.store.find_run(&self.viewer(), run).await.unwrap().unwrap()
    }

    pub(crate) async fn until(&self, run: RunId, condition: impl Fn(&Run) -> bool) -> Run {
        for _ in 0..400 {
            let run = self.run(run).await;
            if condition(&run) {
                return run;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        panic!("it did not happen within 10 s: {:?}", self.run(run).await);
    }

    /// Until nothing is kept in memory, which is a moment after the store says that a run is over or waits.
    pub(crate) async fn until_idle(&self, worker: &Worker) {
        for _ in 0..400 {
            if worker.active() == 0 {
                return;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        panic!("after 10 s {} runs are still kept in memory", worker.active());
    }

    pub(crate) async fn approvals(&self, run: RunId) -> Vec<Approval> {
        self.store
            .list_approvals(
                &self.viewer(),
                ApprovalFilter { run_id: Some(run), limit: 10, ..ApprovalFilter::default() },
            )
            .await
            .unwrap()
    }

    /// The kinds of the run's journal entries, oldest first.
    pub(crate) async fn kinds(&self, run: RunId) -> Vec<&'static str> {
        let entries = self.store.run_entries(&self.viewer(), run, 0, 1000).await.unwrap();
        entries.iter().map(|entry| &*entry.event.kind().to_owned().leak()).collect()
    }

    pub(crate) async fn calls(&self, run: RunId) -> Vec<ToolCallRow> {
        self.store.list_tool_calls(&self.viewer(), &[run]).await.unwrap()
    }

    pub(crate) async fn decide(
        &self,
        approval: &Approval,
        decision: Decision,
        args: Option<Value>,
    ) -> Option<Approval> {
        let decided = Decided {
            approval_id: approval.id,
            decision,
            args,
            feedback: None,
            by: Some(self.user),
            at: SystemClock.now(),
        };
        let approval = self.store.decide_approval(&self.viewer(), decided, audit()).await.unwrap();
        self.bus.wake_workers();
        approval
    }

    /// What the agent may spend in one run, in tokens.
    pub(crate) async fn limit_run(&self, tokens: i64) {
        let budget = Budget { run: Cap { tokens: Some(tokens), nano_usd: None }, day: Cap::default() };
        assert!(self.store.put_budget(&Viewer::service(self.tenant), Some(self.agent), budget, audit()).await.unwrap());
    }

    pub(crate) async fn spent(&self, run: RunId) -> i64 {
        self.store.spent_by_run(&self.viewer(), run).await.unwrap().tokens
    }

    /// Until there are that many questions about calls of the run.
    pub(crate) async fn until_approvals(&self, run: RunId, count: usize) -> Vec<Approval> {
        for _ in 0..400 {
            let approvals = self.approvals(run).await;
            if approvals.len() == count {
                return approvals;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        panic!("after 10 s there are {} approvals", self.approvals(run).await.len());
    }

    /// How long a call of the one tool that is bound may take.
    pub(crate) async fn allow_time(&self, timeout_ms: u64) {
        let viewer = Viewer::service(self.tenant);
        let bindings = self.store.list_bindings(&viewer, self.agent).await.unwrap().unwrap();
        let patch = BindingPatch { timeout_ms: Some(timeout_ms), ..BindingPatch::default() };
        self.store.update_binding(&viewer, self.agent, bindings[0].1.id, patch, audit()).await.unwrap().unwrap();
    }

    /// How long a call of any tool that is bound may take.
    pub(crate) async fn allow_all_time(&self, timeout_ms: u64) {
        let viewer = Viewer::service(self.tenant);
        for (_, tool) in self.store.list_bindings(&viewer, self.agent).await.unwrap().unwrap() {
            let patch = BindingPatch { timeout_ms: Some(timeout_ms), ..BindingPatch::default() };
            self.store.update_binding(&viewer, self.agent, tool.id, patch, audit()).await.unwrap().unwrap();
        }
    }

    /// Until the run has so many calls, all of them in this state.
    pub(crate) async fn until_calls(&self, run: RunId, count: usize, state: CallState) {
        for _ in 0..400 {
            let calls = self.calls(run).await;
            if calls.len() == count && calls.iter().all(|call| call.state == state) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        panic!("after 10 s the calls are {:?}", self.calls(run).await);
    }

    /// Changes the one tool that is bound.
    pub(crate) async fn change_tool(&self, patch: ToolPatch) {
        let bindings = self.store.list_bindings(&Viewer::service(self.tenant), self.agent).await.unwrap().unwrap();
        self.store.update_tool(self.tenant, bindings[0].1.id, patch, audit()).await.unwrap().done().unwrap();
    }

    /// Deletes every tool that is bound.
    pub(crate) async fn delete_tools(&self) {
        for (binding, _) in self.store.list_bindings(&Viewer::service(self.tenant), self.agent).await.unwrap().unwrap()
        {
            assert!(self.store.delete_tool(self.tenant, binding.tool_id, audit()).await.unwrap());
        }
    }

    async fn unbind_all(&self) {
        for (binding, _) in self.store.list_bindings(&Viewer::service(self.tenant), self.agent).await.unwrap().unwrap()
        {
            self.store.unbind_tool(&Viewer::service(self.tenant), self.agent, binding.tool_id, audit()).await.unwrap();
        }
    }

    pub(crate) async fn answer_form(&self, run: RunId, call_id: CallId, outcome: ToolOutcome) -> Answered {
        let answer = CallAnswer {
            session_id: SessionId(run.to_string()),
            call_id,
            to: AnswerTo::Form,
            outcome,
            by: Some(self.user),
            at: SystemClock.now(),
        };
        let answered = self.store.answer_call(&self.viewer(), answer, audit()).await.unwrap();
        self.bus.wake_workers();
        answered
    }

    pub(crate) async fn cancel(&self, run: RunId) {
        self.store.cancel_run(&self.viewer(), run, audit()).await.unwrap();
        self.bus.wake_workers();
    }
}

pub(crate) struct MortalWorker {
    runtime: tokio::runtime::Runtime,
    _worker: Worker,
}

impl MortalWorker {
    /// Nothing of it goes on, and it says goodbye to nobody.
    pub(crate) fn kill(self) {
        self.runtime.shutdown_background();
    }
}

fn audit() -> AuditEntry {
    AuditEntry {
        actor: Actor::default(),
        action: "test.act",
        entity_type: "test",
        entity_id: String::new(),
        trace_id: String::new(),
        outcome: "ok".into(),
        details: None,
        at: SystemClock.now(),
    }
}
