//! How many intents a second the store takes: create → claim → commit → commit, with so many runs open at a time.
//!
//! `ARTEL_TEST_POSTGRES_URL=postgres://… cargo run --release -p artel-store-postgres --example postgres_throughput --
//! [CONCURRENCY] [SECONDS]` works in that database itself and leaves its rows there: name a scratch database of a
//! server with fsync on.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use artel_domain::{
    Actor, Agent, AgentId, AgentKind, AgentStatus, AuditEntry, Clock, Entry, Event, Phase, Principal, RunId, SessionId,
    SystemClock, TenantId, UserId,
};
use artel_store::{
    Agents, Claim, Fence, Identities, Journal, NewRun, Operations, ProfileChoice, Runs, Step, StoreError,
};
use artel_store_postgres::{PostgresOptions, PostgresStore};
use tokio::sync::{Notify, Semaphore};
use tokio::task::JoinSet;
use tokio::time::timeout;

const LEASE: Duration = Duration::from_secs(30);
const POLL: Duration = Duration::from_millis(50);

struct Bench {
    store: PostgresStore,
    tenant: TenantId,
    user: UserId,
    agent: AgentId,
    intents: AtomicU64,
    runs: AtomicU64,
    until: Instant,
    /// A permit for each run that may still be opened.
    room: Semaphore,
    created: Notify,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut args = std::env::args().skip(1).map(|arg| arg.parse::<u64>());
    let concurrency = args.next().transpose()?.unwrap_or(64);
    let seconds = args.next().transpose()?.unwrap_or(10);
    let url = std::env::var("ARTEL_TEST_POSTGRES_URL")?;
    let bench = Arc::new(Bench::new(&url, Duration::from_secs(seconds)).await?);
    bench.room.add_permits(usize::try_from(concurrency)?);
    let mut tasks = JoinSet::new();
    for _ in 0..concurrency {
        tasks.spawn(Arc::clone(&bench).create_runs());
    }
    bench.claim_runs().await?;
    for result in tasks.join_all().await {
        result?;
    }
    report(&bench, concurrency, seconds);
    bench.store.close().await;
    Ok(())
}

#[expect(clippy::print_stdout, reason = "the result of an example")]
fn report(bench: &Bench, concurrency: u64, seconds: u64) {
    let intents = bench.intents.load(Ordering::Relaxed) / seconds;
    let runs = bench.runs.load(Ordering::Relaxed) / seconds;
    println!("concurrency {concurrency}: {intents} intents/s, {runs} runs/s");
}

impl Bench {
    async fn new(url: &str, time: Duration) -> Result<Self, StoreError> {
        let options = PostgresOptions {
            url: url.to_owned(),
            pool_size: 16,
            max_overflow: 16,
            pool_timeout_seconds: 30,
            pool_recycle_seconds: 1800,
        };
        let store = PostgresStore::connect(&options).await?;
        let (tenant, user, agent) =
            (TenantId(SystemClock.uuid()), UserId(SystemClock.uuid()), AgentId(SystemClock.uuid()));
        store.ensure_principal(tenant, user, SystemClock.now()).await?;
        let bench = Self {
            store,
            tenant,
            user,
            agent,
            intents: AtomicU64::new(0),
            runs: AtomicU64::new(0),
            until: Instant::now() + time,
            room: Semaphore::new(0),
            created: Notify::new(),
        };
        bench.store.create_agent(bench.profile(), bench.audit("agent.create")).await?;
        Ok(bench)
    }

    async fn create_runs(self: Arc<Self>) -> Result<(), StoreError> {
        while Instant::now() < self.until {
            if let Ok(Ok(permit)) = timeout(POLL, self.room.acquire()).await {
                permit.forget();
                self.store
                    .create_run(
                        &artel_store::Viewer::user(self.tenant, self.user),
                        self.new_run(),
                        self.audit("run.create"),
                    )
                    .await?;
                self.count();
                self.created.notify_one();
            }
        }
        Ok(())
    }

    /// One claimer, as in the engine; each claimed run is driven by a task of its own.
    async fn claim_runs(self: &Arc<Self>) -> Result<(), StoreError> {
        let mut driven = JoinSet::new();
        while Instant::now() < self.until {
            let claims = self.store.claim_runs("bench", LEASE, 64, 64, &[]).await?;
            if claims.is_empty() {
                drop(timeout(POLL, self.created.notified()).await);
            }
            for claim in claims {
                self.count();
                let bench = Arc::clone(self);
                driven.spawn(async move { bench.drive(&claim).await });
            }
            while let Some(result) = driven.try_join_next() {
                result.map_err(|error| StoreError::Broken(Box::new(error)))??;
            }
        }
        driven.join_all().await.into_iter().collect()
    }

    async fn drive(&self, claim: &Claim) -> Result<(), StoreError> {
        let run = &claim.run;
        let fence =
            Fence { tenant_id: run.tenant_id, session_id: run.session_id.clone(), run_id: run.id, epoch: run.epoch };
        let entry = |seq, event| Entry { seq, run_id: run.id, at: SystemClock.now(), event };
        let first = claim.first_seq;
        let asked = Step {
            entries: vec![entry(first, Event::ModelRequested { step: 1 })],
            next_seq: first + 1,
            at: SystemClock.now(),
            ..Step::default()
        };
        self.store.commit(&fence, asked).await?;
        self.count();
        let ended = Step {
            entries: vec![
                entry(first + 1, Event::Delta { step: 1, text: "hello".to_owned() }),
                entry(first + 2, Event::RunSucceeded { output: "hello".to_owned(), usage: None }),
            ],
            phase: Some(Phase::Succeeded),
            output_message: Some("hello".to_owned()),
            next_seq: first + 3,
            at: SystemClock.now(),
            ..Step::default()
        };
        self.store.commit(&fence, ended).await?;
        self.count();
        self.runs.fetch_add(1, Ordering::Relaxed);
        self.room.add_permits(1);
        Ok(())
    }

    fn count(&self) {
        self.intents.fetch_add(1, Ordering::Relaxed);
    }

    fn audit(&self, action: &'static str) -> AuditEntry {
        AuditEntry {
            actor: Actor { user_id: Some(self.user), ..Actor::default() },
            action,
            entity_type: "run",
            entity_id: SystemClock.uuid().to_string(),
            trace_id: "bench".to_owned(),
            outcome: "ok".to_owned(),
            details: None,
            at: SystemClock.now(),
        }
    }

    fn new_run(&self) -> NewRun {
        NewRun {
            id: RunId(SystemClock.uuid()),
            tenant_id: self.tenant,
            agent_id: self.agent,
            profile: ProfileChoice::Current,
            session_id: SessionId(SystemClock.uuid().to_string()),
            trace_id: "bench".to_owned(),
            principal: Principal {
                user_id: self.user,
                api_key_id: None,
                client_id: None,
                scopes: vec!["runs:write".to_owned()],
            },
            input_message: "hello".to_owned(),
            team: None,
            parent: None,
            visibility: artel_domain::Visibility::Tenant,
            at: SystemClock.now(),
            daily_limits: Vec::new(),
        }
    }

    fn profile(&self) -> Agent {
        Agent {
            id: self.agent,
            tenant_id: self.tenant,
            owner_user_id: self.user,
            name: "bench".to_owned(),
            system_prompt: String::new(),
            model: "demo:echo".to_owned(),
            llm_params: None,
            require_approval: false,
            description: None,
            avatar_url: None,
            status: AgentStatus::Draft,
            version: 1,
            kind: AgentKind::Custom,
            is_enabled: true,
            has_unpublished_changes: false,
            created_at: SystemClock.now(),
            updated_at: None,
        }
    }
}
