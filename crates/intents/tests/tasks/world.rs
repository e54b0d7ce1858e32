//! Ada of one tenant, a clock that the tests move, and an eye on what tasks do.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use artel_bus::LocalBus;
use artel_domain::{
    Account, Actor, Agent, AgentId, AgentKind, AgentStatus, Clock, Execution, HookId, InboundEventId, Overlap, Phase,
    Principal, Refusal, Requester, RunId, Task, TaskId, TaskSchedule, TaskState, TaskTrigger, TenantId, Timestamp,
    UserId,
};
use artel_engine::AllowAll;
use artel_intents::{Intents, IntentsConfig, NewTask, RunTask, TaskChange, TaskTerms};
use artel_store::{
    Accounts as _, Agents as _, Fence, Identities as _, InboundJournal as _, Journal as _, NewAccount, NewInboundEvent,
    Page, Runs as _, Step, Tasks as _, Viewer,
};
use artel_store_sqlite::{SqliteOptions, SqliteStore};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{Connection as _, SqliteConnection};
use uuid::Uuid;

pub(crate) const TENANT: TenantId = TenantId(Uuid::from_u128(1));
pub(crate) const ADA: UserId = UserId(Uuid::from_u128(0xADA));
pub(crate) const HOUR: Duration = Duration::from_hours(1);

/// A clock that stands still until it is moved. Microseconds.
#[derive(Default)]
pub(crate) struct HandClock {
    at: AtomicI64,
    /// What others do while somebody looks at the clock.
    meanwhile: Mutex<Option<Box<dyn FnMut() + Send>>>,
}

impl Clock for HandClock {
    fn now(&self) -> Timestamp {
        let meanwhile = self.meanwhile.lock().unwrap().take();
        if let Some(mut does) = meanwhile {
            does();
            self.meanwhile.lock().unwrap().get_or_insert(does);
        }
        Timestamp::from_microsecond(self.at.load(Ordering::Relaxed)).unwrap()
    }

    fn uuid(&self) -> Uuid {
        artel_domain::SystemClock.uuid()
    }
}

pub(crate) struct World {
    pub(crate) intents: Intents,
    pub(crate) store: Arc<SqliteStore>,
    pub(crate) clock: Arc<HandClock>,
    data: tempfile::TempDir,
}

impl World {
    /// At 2026-01-01 00:00 UTC, with Ada.
    pub(crate) async fn new() -> Self {
        Self::with(IntentsConfig::new(100)).await
    }

    pub(crate) async fn with(config: IntentsConfig) -> Self {
        let data = tempfile::tempdir().unwrap();
        let options = SqliteOptions::new(data.path().join("artel.db").to_str().unwrap());
        let store = Arc::new(SqliteStore::open(&options).await.unwrap());
        let clock = Arc::new(HandClock::default());
        clock.at.store(at("2026-01-01T00:00:00Z").as_microsecond(), Ordering::Relaxed);
        let intents = Intents::new(store.clone(), Arc::new(LocalBus::new()), clock.clone(), Arc::new(AllowAll), config);
        store.ensure_principal(TENANT, ADA, clock.now()).await.unwrap();
        Self { intents, store, clock, data }
    }

    pub(crate) fn advance(&self, by: Duration) {
        self.clock.at.fetch_add(i64::try_from(by.as_micros()).unwrap(), Ordering::Relaxed);
    }

    pub(crate) async fn makes(&self, terms: TaskTerms) -> Result<Task, Refusal> {
        let new = NewTask { id: TaskId(self.clock.uuid()), parent: None, terms };
        self.intents.create_task(&ada(), new).await
    }

    pub(crate) async fn finds(&self, task: &Task) -> Task {
        self.store.find_task(&Viewer::service(TENANT), task.id).await.unwrap().unwrap()
    }

    /// Oldest first.
    pub(crate) async fn executions(&self, task: &Task) -> Vec<Execution> {
        let page = Page { limit: 100, offset: 0 };
        let (mut found, _) = self.store.list_executions(&Viewer::service(TENANT), task.id, None, page).await.unwrap();
        found.reverse();
        found
    }

    pub(crate) async fn fires(&self) -> u64 {
        self.intents.fire_due_tasks().await.unwrap()
    }

    pub(crate) async fn runs(&self, task: &Task) -> Result<RunId, Refusal> {
        let asked = RunTask { task: task.id, run: RunId(self.clock.uuid()), call: None };
        self.intents.run_task(&ada(), asked).await.map(|run| run.id)
    }

    /// An agent of Ada's own.
    pub(crate) async fn agent(&self) -> AgentId {
        let id = AgentId(self.clock.uuid());
        let agent = Agent {
            id,
            tenant_id: TENANT,
            owner_user_id: ADA,
            name: format!("agent {id}"),
            system_prompt: String::new(),
            model: "demo:echo".into(),
            llm_params: None,
            require_approval: false,
            description: None,
            avatar_url: None,
            status: AgentStatus::Published,
            version: 1,
            kind: AgentKind::Custom,
            is_enabled: true,
            has_unpublished_changes: false,
            created_at: self.clock.now(),
            updated_at: None,
        };
        let audit = ada().audit("agent.create", "agent", id, self.clock.now());
        self.store.create_agent(agent, audit).await.unwrap();
        id
    }

    pub(crate) async fn deletes_agent(&self, agent: AgentId) {
        let audit = ada().audit("agent.delete", "agent", agent, self.clock.now());
        assert!(self.store.delete_agent(&Viewer::service(TENANT), agent, audit).await.unwrap());
    }

    /// Ada has no account any more.
    pub(crate) async fn ada_leaves(&self) {
        let account = Account {
            user_id: ADA,
            tenant_id: TENANT,
            username: "ada".into(),
            email: None,
            is_admin: false,
            created_at: self.clock.now(),
            updated_at: None,
            last_login_at: None,
            deactivated_at: None,
        };
        let account = NewAccount { account, password_hash: artel_domain::Hashed::new("hash") };
        let audit = || ada().audit("account.create", "account", ADA, self.clock.now());
        self.store.create_account(account, audit()).await.unwrap();
        self.store.deactivate_account(TENANT, ADA, audit()).await.unwrap();
    }

    /// GitHub says that something was pushed.
    pub(crate) async fn push(&self) -> InboundEventId {
        let id = InboundEventId(self.clock.uuid());
        let event = NewInboundEvent {
            id,
            tenant_id: TENANT,
            hook_id: HookId(Uuid::from_u128(5)),
            service: "github".into(),
            kind: Some("push".into()),
            received_at: self.clock.now(),
            delivery_id: id.to_string(),
            payload: r#"{"secret":"of the payload"}"#.into(),
            sameness: [id.0.as_bytes().as_slice(), id.0.as_bytes()].concat().try_into().unwrap(),
            same_for: None,
            most_of_tenant: None,
        };
        self.store.record_inbound_event(event).await.unwrap();
        id
    }

    /// What no request does to the database.
    pub(crate) async fn damages(&self, sql: &'static str, id: Uuid) {
        let options = SqliteConnectOptions::new().filename(self.data.path().join("artel.db"));
        let mut database = SqliteConnection::connect_with(&options).await.unwrap();
        assert_eq!(sqlx::query(sql).bind(id).execute(&mut database).await.unwrap().rows_affected(), 1, "{sql}");
        database.close().await.unwrap();
    }

    /// From now on another process does this at each look at the clock.
    pub(crate) fn meanwhile<F: Future<Output = ()>>(&self, does: impl Fn(SqliteStore) -> F + Send + Sync + 'static) {
        let (path, does) = (self.data.path().join("artel.db"), Arc::new(does));
        let apart = move || {
            let (path, does) = (path.clone(), Arc::clone(&does));
            let process = std::thread::spawn(move || {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
                runtime.block_on(async {
                    let options = SqliteOptions::new(path.to_str().unwrap());
                    does(SqliteStore::open(&options).await.unwrap()).await;
                });
            });
            process.join().unwrap();
        };
        *self.clock.meanwhile.lock().unwrap() = Some(Box::new(apart));
    }

    /// A worker drives the run to this end.
    pub(crate) async fn ends(&self, run: RunId, phase: Phase) {
        let claims = self.store.claim_runs("worker", HOUR, 1, 10, &[]).await.unwrap();
        let claim = &claims[0];
        assert_eq!(claim.run.id, run);
        let step = Step { phase: Some(phase), next_seq: claim.first_seq, at: self.clock.now(), ..Step::default() };
        let (session_id, epoch) = (claim.run.session_id.clone(), claim.run.epoch);
        self.store.commit(&Fence { tenant_id: TENANT, session_id, run_id: run, epoch }, step).await.unwrap();
    }

    pub(crate) async fn changes(&self, task: &Task, change: TaskChange) -> Result<Task, Refusal> {
        self.intents.update_task(&ada(), task.id, change).await
    }
}

pub(crate) fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

pub(crate) fn ada() -> Requester {
    Requester {
        tenant_id: TENANT,
        principal: Principal { user_id: ADA, api_key_id: None, client_id: None, scopes: vec!["runs:write".into()] },
        actor: Actor { user_id: Some(ADA), ..Actor::default() },
        only_agent: None,
        daily_limits: Vec::new(),
        is_service: false,
        trace_id: "a trace".into(),
    }
}

/// At every full hour of Moscow, whatever is open.
pub(crate) fn hourly() -> TaskTerms {
    TaskTerms {
        title: "report".into(),
        prompt: "write it".into(),
        schedule: Some(TaskSchedule::Cron { cron: "0 * * * *".into(), timezone: "Europe/Moscow".into() }),
        overlap: Some(Overlap::CancelPrevious),
        is_active: true,
        ..TaskTerms::default()
    }
}

/// At every push, and by no time.
pub(crate) fn at_a_push() -> TaskTerms {
    let trigger = Some(TaskTrigger { service: "github".into(), kind: "push".into() });
    TaskTerms { schedule: None, overlap: None, trigger, ..hourly() }
}

pub(crate) fn cron(line: &str) -> TaskSchedule {
    TaskSchedule::Cron { cron: line.into(), timezone: "UTC".into() }
}

/// A task of another tenant as its owner made it, due at this time.
pub(crate) fn of_another_tenant(due_at: Timestamp) -> Task {
    let (tenant_id, owner_id) = (TenantId(Uuid::from_u128(2)), UserId(Uuid::from_u128(0xB0B)));
    Task {
        id: TaskId(artel_domain::SystemClock.uuid()),
        tenant_id,
        owner_id,
        parent_id: None,
        agent_id: artel_domain::BuiltinAgent::System.id(tenant_id),
        title: "theirs".into(),
        prompt: "write it".into(),
        schedule: Some(cron("0 0 1 1 *")),
        trigger: None,
        overlap: Overlap::Skip,
        misfire: artel_domain::Misfire::RunOnce,
        budget: artel_domain::Cap { tokens: None, nano_usd: None },
        state: TaskState::Active,
        next_run_at: Some(due_at),
        skipped: None,
        acts_for: Principal { user_id: owner_id, api_key_id: None, client_id: None, scopes: vec!["runs:write".into()] },
        version: 1,
        created_at: due_at,
        updated_at: None,
    }
}
