//! How many intents a second the store takes: `cargo run --release -p artel-store-sqlite --example sqlite_throughput --
//! [CONCURRENCY] [SECONDS]`. Each worker repeats create → claim → load → commit → commit, as a run without tools does.
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a tool for developers")]

use std::sync::Arc;
use std::time::{Duration, Instant};

use artel_domain::{
    Actor, Agent, AgentId, AgentKind, AgentStatus, AuditEntry, Clock, Entry, Event, FinishReason, Phase, Principal,
    RunId, SessionId, SystemClock, TenantId, Usage, UserId,
};
use artel_store::{Agents, Claim, Fence, Identities, Journal, NewRun, Operations, ProfileChoice, Runs, Step};
use artel_store_sqlite::{SqliteOptions, SqliteStore};
use tokio::task::JoinSet;

const INTENTS_PER_RUN: usize = 4;

struct Bench {
    store: SqliteStore,
    tenant: TenantId,
    user: UserId,
    agent: AgentId,
}

#[tokio::main(worker_threads = 2)]
async fn main() {
    let mut args = std::env::args().skip(1);
    let concurrency: usize = args.next().map_or(64, |text| text.parse().unwrap());
    let seconds: u64 = args.next().map_or(5, |text| text.parse().unwrap());
    let directory = tempfile::tempdir().unwrap();
    let bench = Arc::new(Bench::new(directory.path().join("artel.db").to_str().unwrap()).await);
    let (begun, end) = (Instant::now(), Instant::now() + Duration::from_secs(seconds));
    let mut workers = JoinSet::new();
    for i in 0..concurrency {
        workers.spawn(Arc::clone(&bench).work(i, end));
    }
    let mut cycles: Vec<Duration> = workers.join_all().await.into_iter().flatten().collect();
    let elapsed = begun.elapsed().as_secs_f64();
    cycles.sort_unstable();
    let percentile = |p: usize| cycles[(cycles.len() - 1) * p / 100].as_secs_f64() * 1000.0;
    let runs = cycles.len() as f64 / elapsed;
    println!("concurrency {concurrency}: {runs:.0} runs/s, {:.0} write intents/s", runs * INTENTS_PER_RUN as f64);
    println!("a run: p50 {:.2} ms, p99 {:.2} ms, max {:.2} ms", percentile(50), percentile(99), percentile(100));
    bench.store.close().await;
}

impl Bench {
    async fn new(path: &str) -> Self {
        let store = SqliteStore::open(&SqliteOptions::new(path)).await.unwrap();
        let bench = Self {
            store,
            tenant: TenantId(SystemClock.uuid()),
            user: UserId(SystemClock.uuid()),
            agent: AgentId(SystemClock.uuid()),
        };
        bench.store.ensure_principal(bench.tenant, bench.user, SystemClock.now()).await.unwrap();
        let agent = Agent {
            id: bench.agent,
            tenant_id: bench.tenant,
            owner_user_id: bench.user,
            name: "bench".to_owned(),
            system_prompt: "be brief".to_owned(),
            model: "demo:echo".to_owned(),
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
        bench.store.create_agent(agent, bench.audit("agent.create")).await.unwrap();
        bench
    }

    fn audit(&self, action: &'static str) -> AuditEntry {
        AuditEntry {
            actor: Actor { user_id: Some(self.user), api_key_id: None, ip: Some("127.0.0.1".to_owned()) },
            action,
            entity_type: "run",
            entity_id: SystemClock.uuid().to_string(),
            trace_id: "0af7651916cd43dd8448eb211c80319c".to_owned(),
            outcome: "ok".to_owned(),
            details: None,
            at: SystemClock.now(),
        }
    }

    async fn work(self: Arc<Self>, worker: usize, end: Instant) -> Vec<Duration> {
        let name = format!("worker-{worker}");
        let mut cycles = Vec::new();
        while Instant::now() < end {
            let begun = Instant::now();
            self.create().await;
            let claims = self.store.claim_runs(&name, Duration::from_secs(10), 1, 64, &[]).await.unwrap();
            for claim in claims {
                self.drive(claim).await;
                cycles.push(begun.elapsed());
            }
        }
        cycles
    }

    async fn create(&self) {
        let id = SystemClock.uuid();
        let new = NewRun {
            id: RunId(id),
            tenant_id: self.tenant,
            agent_id: self.agent,
            profile: ProfileChoice::Current,
            session_id: SessionId(id.to_string()),
            trace_id: "0af7651916cd43dd8448eb211c80319c".to_owned(),
            principal: Principal {
                user_id: self.user,
                api_key_id: None,
                client_id: None,
                scopes: vec!["runs:write".to_owned()],
            },
            input_message: "What is the capital of France?".to_owned(),
            team: None,
            parent: None,
            visibility: artel_domain::Visibility::Tenant,
            at: SystemClock.now(),
            daily_limits: Vec::new(),
        };
        self.store
            .create_run(&artel_store::Viewer::user(self.tenant, self.user), new, self.audit("run.create"))
            .await
            .unwrap();
    }

    async fn drive(&self, claim: Claim) {
        let run = claim.run;
        let fence =
            Fence { tenant_id: run.tenant_id, session_id: run.session_id.clone(), run_id: run.id, epoch: run.epoch };
        let turn = self.store.load_turn(&fence, 50).await.unwrap();
        let at = SystemClock.now();
        let entry = |offset: i64, event| Entry { seq: claim.first_seq + offset, run_id: run.id, at, event };
        let started = Event::RunStarted {
            agent_id: turn.agent.id,
            agent_version: 1,
            trace_id: run.trace_id.clone(),
            input: run.input_message.clone(),
            team: None,
        };
        let asked = Step {
            entries: vec![entry(0, started), entry(1, Event::ModelRequested { step: 1 })],
            next_seq: claim.first_seq + 2,
            at,
            ..Step::default()
        };
        self.store.commit(&fence, asked).await.unwrap();
        let text = "The capital of France is Paris.".to_owned();
        let usage = Some(Usage {
            prompt_tokens: 20,
            completion_tokens: 8,
            cached_tokens: 0,
            reasoning_tokens: 0,
            cache_write_tokens: 0,
        });
        let answered = Event::ModelAnswered {
            step: 1,
            text: text.clone(),
            finish: FinishReason::Stop,
            usage,
            planned: 0,
            opaque: None,
        };
        let done = Step {
            entries: vec![
                entry(2, Event::Delta { step: 1, text: text.clone() }),
                entry(3, answered),
                entry(4, Event::RunSucceeded { output: text.clone(), usage }),
            ],
            phase: Some(Phase::Succeeded),
            output_message: Some(text),
            usage,
            progress: true,
            next_seq: claim.first_seq + 5,
            at,
            ..Step::default()
        };
        self.store.commit(&fence, done).await.unwrap();
    }
}
