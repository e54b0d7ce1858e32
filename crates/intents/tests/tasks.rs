//! Saved tasks by their rules, with a clock that the tests move.
#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use artel_bus::LocalBus;
use artel_domain::{
    Account, Actor, AgentId, Cap, Clock, Execution, Hashed, Misfire, Overlap, Principal, Refusal, Requester, RunId,
    StartCause, Task, TaskId, TaskSchedule, TaskState, TenantId, Timestamp, UserId,
};
use artel_engine::AllowAll;
use artel_intents::{Intents, IntentsConfig, NewTask, RunTask, TaskChange, TaskTerms};
use artel_store::{Accounts as _, Identities as _, NewAccount, Page, Runs as _, Tasks as _, Viewer};
use artel_store_sqlite::{SqliteOptions, SqliteStore};
use uuid::Uuid;

const TENANT: TenantId = TenantId(Uuid::from_u128(1));
const ADA: UserId = UserId(Uuid::from_u128(0xADA));
const HOUR: Duration = Duration::from_hours(1);

/// A clock that stands still until it is moved. Microseconds.
struct HandClock(AtomicI64);

impl Clock for HandClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_microsecond(self.0.load(Ordering::Relaxed)).unwrap()
    }

    fn uuid(&self) -> Uuid {
        artel_domain::SystemClock.uuid()
    }
}

struct World {
    intents: Intents,
    store: Arc<SqliteStore>,
    clock: Arc<HandClock>,
    _data: tempfile::TempDir,
}

impl World {
    /// At 2026-01-01 00:00 UTC, with Ada.
    async fn new() -> Self {
        let data = tempfile::tempdir().unwrap();
        let options = SqliteOptions::new(data.path().join("artel.db").to_str().unwrap());
        let store = Arc::new(SqliteStore::open(&options).await.unwrap());
        let clock = Arc::new(HandClock(AtomicI64::new(at("2026-01-01T00:00:00Z").as_microsecond())));
        let (bus, config) = (Arc::new(LocalBus::new()), IntentsConfig::new(100));
        let intents = Intents::new(store.clone(), bus, clock.clone(), Arc::new(AllowAll), config);
        store.ensure_principal(TENANT, ADA, clock.now()).await.unwrap();
        Self { intents, store, clock, _data: data }
    }

    fn advance(&self, by: Duration) {
        self.clock.0.fetch_add(i64::try_from(by.as_micros()).unwrap(), Ordering::Relaxed);
    }

    async fn makes(&self, terms: TaskTerms) -> Result<Task, Refusal> {
        let new = NewTask { id: TaskId(self.clock.uuid()), parent: None, terms };
        self.intents.create_task(&ada(), new).await
    }

    async fn finds(&self, task: &Task) -> Task {
        self.store.find_task(&Viewer::service(TENANT), task.id).await.unwrap().unwrap()
    }

    /// Oldest first.
    async fn executions(&self, task: &Task) -> Vec<Execution> {
        let page = Page { limit: 100, offset: 0 };
        let (mut found, _) = self.store.list_executions(&Viewer::service(TENANT), task.id, None, page).await.unwrap();
        found.reverse();
        found
    }

    async fn fires(&self) -> u64 {
        self.intents.fire_due_tasks().await.unwrap()
    }

    async fn changes(&self, task: &Task, change: TaskChange) -> Result<Task, Refusal> {
        self.intents.update_task(&ada(), task.id, change).await
    }
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn ada() -> Requester {
    Requester {
        tenant_id: TENANT,
        principal: Principal { user_id: ADA, api_key_id: None, scopes: vec!["runs:write".into()] },
        actor: Actor { user_id: Some(ADA), ..Actor::default() },
        only_agent: None,
        daily_limits: Vec::new(),
        is_service: false,
        trace_id: "a trace".into(),
    }
}

/// At every full hour of Moscow, whatever is open.
fn hourly() -> TaskTerms {
    TaskTerms {
        title: "report".into(),
        prompt: "write it".into(),
        schedule: Some(TaskSchedule::Cron { cron: "0 * * * *".into(), timezone: "Europe/Moscow".into() }),
        overlap: Some(Overlap::CancelPrevious),
        is_active: true,
        ..TaskTerms::default()
    }
}

#[tokio::test]
async fn a_task_starts_at_its_times_and_not_before() {
    let world = World::new().await;
    let task = world.makes(hourly()).await.unwrap();
    let times = ["2026-01-01T01:00:00Z", "2026-01-01T02:00:00Z"].map(at);
    assert_eq!(world.intents.next_times(&task, 2), times);
    assert_eq!(world.fires().await, 0);
    world.advance(HOUR);
    assert_eq!((world.fires().await, world.fires().await), (1, 0));
    let found = world.executions(&task).await;
    assert_eq!((found[0].due_at, found[0].cause), (times[0], StartCause::Schedule));
    let run = world.store.find_run(&Viewer::service(TENANT), found[0].run_id).await.unwrap().unwrap();
    assert_eq!((run.principal, run.input_message.as_str()), (ada().principal, "write it"));
    assert_eq!(world.finds(&task).await.next_run_at, Some(times[1]));
}

#[tokio::test]
async fn a_worker_that_slept_for_a_day_makes_up_for_it_once_or_not_at_all() {
    let world = World::new().await;
    let once = world.makes(hourly()).await.unwrap();
    let never = world.makes(TaskTerms { misfire: Some(Misfire::Skip), ..hourly() }).await.unwrap();
    world.advance(24 * HOUR + Duration::from_mins(30));
    assert_eq!(world.fires().await, 2);
    let next = Some(at("2026-01-02T01:00:00Z"));
    assert_eq!((world.finds(&once).await.next_run_at, world.finds(&never).await.next_run_at), (next, next));
    assert_eq!(world.executions(&once).await.len(), 1);
    assert_eq!(world.executions(&never).await, []);
    let skipped = world.finds(&never).await.skipped.unwrap();
    assert_eq!(skipped.due_at, at("2026-01-01T01:00:00Z"));
    assert!(skipped.reason.starts_with("missed: "), "{skipped:?}");
}

#[tokio::test]
async fn a_start_within_fifteen_seconds_is_on_time() {
    let world = World::new().await;
    let schedule = TaskSchedule::Cron { cron: "*/5 * * * * *".into(), timezone: "UTC".into() };
    let terms = TaskTerms { schedule: Some(schedule), misfire: Some(Misfire::Skip), ..hourly() };
    let task = world.makes(terms).await.unwrap();
    world.advance(Duration::from_secs(20));
    assert_eq!(world.fires().await, 4, "5, 10, 15 and 20 seconds past");
    assert_eq!(world.executions(&task).await.len(), 4);
    world.advance(Duration::from_secs(21));
    assert_eq!(world.fires().await, 1, "25 is 16 seconds late: it and all up to now are left out");
    assert_eq!(world.executions(&task).await.len(), 4);
}

#[tokio::test]
async fn a_time_comes_once_and_the_task_is_done() {
    let world = World::new().await;
    let schedule = Some(TaskSchedule::Once { at: at("2026-01-01T01:00:00Z") });
    let task = world.makes(TaskTerms { schedule, ..hourly() }).await.unwrap();
    world.advance(HOUR);
    assert_eq!((world.fires().await, world.fires().await), (1, 0));
    let done = world.finds(&task).await;
    assert_eq!((done.state, done.next_run_at), (TaskState::Done, None));
    let again = TaskChange { is_active: Some(true), ..TaskChange::default() };
    let refusal = world.changes(&task, again).await.unwrap_err();
    assert_eq!(refusal.faults[0].field, "schedule.at");
    let schedule = Some(Some(TaskSchedule::Once { at: at("2026-01-01T02:00:00Z") }));
    let changed = world.changes(&task, TaskChange { schedule, ..TaskChange::default() }).await.unwrap();
    assert_eq!((changed.state, changed.next_run_at), (TaskState::Active, Some(at("2026-01-01T02:00:00Z"))));
}

#[tokio::test]
async fn a_paused_task_starts_by_hand_alone_and_makes_up_for_nothing() {
    let world = World::new().await;
    let task = world.makes(hourly()).await.unwrap();
    let switch = |on| TaskChange { is_active: Some(on), ..TaskChange::default() };
    assert_eq!(world.changes(&task, switch(false)).await.unwrap().next_run_at, None);
    world.advance(5 * HOUR + Duration::from_mins(1));
    assert_eq!(world.fires().await, 0);
    let run = RunId(world.clock.uuid());
    for _ in 0..2 {
        let started = world.intents.run_task(&ada(), RunTask { task: task.id, run }).await.unwrap();
        assert_eq!(started.id, run, "a retry gets the same run");
    }
    assert_eq!(world.executions(&task).await.len(), 1);
    let resumed = world.changes(&task, switch(true)).await.unwrap();
    assert_eq!(resumed.next_run_at, Some(at("2026-01-01T06:00:00Z")));
}

#[tokio::test]
async fn a_start_that_meets_an_open_execution_is_noted_when_the_rule_skips_it() {
    let world = World::new().await;
    let task = world.makes(TaskTerms { overlap: None, ..hourly() }).await.unwrap();
    world.advance(HOUR);
    world.fires().await;
    let by_hand = RunTask { task: task.id, run: RunId(world.clock.uuid()) };
    assert_eq!(world.intents.run_task(&ada(), by_hand).await.unwrap_err().code, "task_is_running");
    world.advance(HOUR);
    assert_eq!(world.fires().await, 1);
    assert_eq!(world.executions(&task).await.len(), 1);
    let skipped = world.finds(&task).await.skipped.unwrap();
    assert_eq!(skipped.reason, "overlap: an execution was not over");
}

#[tokio::test]
async fn a_task_whose_agent_is_gone_or_whose_owner_lost_access_is_paused() {
    let world = World::new().await;
    let agent = AgentId(Uuid::from_u128(7));
    let refusal = world.makes(TaskTerms { agent: Some(agent), ..hourly() }).await.unwrap_err();
    assert_eq!(refusal.subject, artel_domain::Subject::Agent);
    let task = world.makes(hourly()).await.unwrap();
    let account = Account {
        user_id: ADA,
        tenant_id: TENANT,
        username: "ada".into(),
        email: None,
        is_admin: false,
        created_at: world.clock.now(),
        updated_at: None,
        last_login_at: None,
        deactivated_at: None,
    };
    let account = NewAccount { account, password_hash: Hashed::new("hash") };
    let audit = || ada().audit("account.create", "account", ADA, world.clock.now());
    world.store.create_account(account, audit()).await.unwrap();
    world.store.deactivate_account(TENANT, ADA, audit()).await.unwrap();
    world.advance(HOUR);
    assert_eq!(world.fires().await, 1);
    let paused = world.finds(&task).await;
    assert_eq!((paused.state, paused.next_run_at), (TaskState::Paused, None));
    assert!(paused.skipped.unwrap().reason.starts_with("paused: the account"));
    assert_eq!(world.executions(&task).await, []);
}

#[tokio::test]
async fn whoever_changes_what_a_task_does_is_whom_it_acts_for() {
    let world = World::new().await;
    let task = world.makes(hourly()).await.unwrap();
    let weak = Requester {
        principal: Principal { scopes: vec!["runs:write".into(), "agents:read".into()], ..ada().principal },
        ..ada()
    };
    let switch = TaskChange { is_active: Some(true), ..TaskChange::default() };
    let switched = world.intents.update_task(&weak, task.id, switch).await.unwrap();
    assert_eq!(switched.acts_for, task.acts_for);
    let budget = TaskChange { budget: Some(Cap { tokens: Some(5), nano_usd: None }), ..TaskChange::default() };
    let changed = world.intents.update_task(&weak, task.id, budget).await.unwrap();
    assert_eq!(changed.acts_for, weak.principal);
    let reader = Requester { principal: Principal { scopes: Vec::new(), ..ada().principal }, ..ada() };
    let refusal = world.intents.delete_task(&reader, task.id).await.unwrap_err();
    assert_eq!(refusal.code, "insufficient_scope");
}

#[tokio::test]
async fn what_a_task_says_is_checked_by_its_members() {
    let world = World::new().await;
    let schedule = Some(TaskSchedule::Cron { cron: "0 99 * * *".into(), timezone: "Mars".into() });
    let terms = TaskTerms { title: " ".into(), prompt: String::new(), schedule, ..hourly() };
    let refusal = world.makes(terms).await.unwrap_err();
    let fields: Vec<&str> = refusal.faults.iter().map(|fault| fault.field.as_str()).collect();
    assert_eq!(fields, ["title", "prompt", "schedule.cron", "schedule.timezone"]);
}
