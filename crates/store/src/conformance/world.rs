//! What the promises are tried on: a fresh tenant with one user and one agent.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use artel_domain::{
    Actor, Agent, AgentId, AgentKind, AgentStatus, AuditEntry, Clock, Entry, Event, Phase, Principal, Run, RunId,
    SessionId, SystemClock, TenantId, Timestamp, UserId, Visibility,
};
use uuid::Uuid;

use crate::{Claim, Created, Fence, NewRun, ProfileChoice, Publication, Step, Store, Viewer};

/// Long enough to outlive a test.
pub const LEASE: Duration = Duration::from_mins(1);
/// Lapses while a test waits for it.
pub const SHORT_LEASE: Duration = Duration::from_millis(60);
/// Longer than [`SHORT_LEASE`] by more than a clock's grain.
pub const LAPSE: Duration = Duration::from_millis(120);
/// Numbers reserved by a claim.
pub const BLOCK: i64 = 10;

pub fn now() -> Timestamp {
    SystemClock.now()
}

pub fn uuid() -> Uuid {
    SystemClock.uuid()
}

pub fn session(name: &str) -> SessionId {
    SessionId(name.to_owned())
}

/// A tenant of its own, so that tests do not see each other.
#[derive(Clone)]
pub struct World {
    pub store: Arc<dyn Store>,
    pub tenant: TenantId,
    pub user: UserId,
    pub agent: AgentId,
}

impl World {
    pub async fn new(store: &Arc<dyn Store>) -> Self {
        let mut world =
            Self { store: Arc::clone(store), tenant: TenantId(uuid()), user: UserId(uuid()), agent: AgentId(uuid()) };
        store.ensure_principal(world.tenant, world.user, now()).await.unwrap();
        world.agent = world.creates_agent("scribe").await.id;
        world
    }

    /// The user of this world.
    pub fn viewer(&self) -> Viewer {
        Viewer::user(self.tenant, self.user)
    }

    pub fn audit(&self, action: &'static str) -> AuditEntry {
        AuditEntry {
            actor: Actor { user_id: Some(self.user), ..Actor::default() },
            action,
            entity_type: "thing",
            entity_id: uuid().to_string(),
            trace_id: "trace".to_owned(),
            outcome: "ok".to_owned(),
            details: None,
            at: now(),
        }
    }

    /// A draft that is not stored yet.
    pub fn agent_named(&self, name: &str) -> Agent {
        Agent {
            id: AgentId(uuid()),
            tenant_id: self.tenant,
            owner_user_id: self.user,
            name: name.to_owned(),
            system_prompt: "be brief".to_owned(),
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
            created_at: now(),
            updated_at: None,
        }
    }

    pub async fn creates_agent(&self, name: &str) -> Agent {
        self.store.create_agent(self.agent_named(name), self.audit("agent.create")).await.unwrap()
    }

    /// A publication by the user of this world.
    pub fn publication(&self) -> Publication {
        Publication { by: self.user, request_id: uuid() }
    }

    /// A run that is not stored yet.
    pub fn new_run(&self, in_session: &str) -> NewRun {
        NewRun {
            id: RunId(uuid()),
            tenant_id: self.tenant,
            agent_id: self.agent,
            profile: ProfileChoice::Current,
            session_id: session(in_session),
            trace_id: "trace".to_owned(),
            principal: Principal {
                user_id: self.user,
                api_key_id: None,
                client_id: None,
                scopes: vec!["runs:write".to_owned()],
            },
            input_message: "hello".to_owned(),
            team: None,
            parent: None,
            visibility: Visibility::Tenant,
            at: now(),
            daily_limits: Vec::new(),
        }
    }

    pub async fn creates(&self, new: NewRun) -> Created {
        self.store.create_run(&self.viewer(), new, self.audit("run.create")).await.unwrap()
    }

    pub async fn starts(&self, in_session: &str) -> Run {
        match self.creates(self.new_run(in_session)).await {
            Created::Run(run) => *run,
            refused => panic!("the run was refused: {refused:?}"),
        }
    }

    /// Starts a run and takes it.
    pub async fn drives(&self, in_session: &str) -> (Claim, Fence) {
        self.starts(in_session).await;
        let claim = self.claims("worker", LEASE).await.expect("the run can be claimed");
        let fence = fence(&claim.run);
        (claim, fence)
    }

    pub async fn claims(&self, worker: &str, lease: Duration) -> Option<Claim> {
        self.claims_up_to(1, worker, lease).await.pop()
    }

    pub async fn claims_up_to(&self, limit: u32, worker: &str, lease: Duration) -> Vec<Claim> {
        self.store.claim_runs(worker, lease, limit, BLOCK, &[]).await.unwrap()
    }

    pub async fn finds(&self, run: RunId) -> Run {
        self.store.find_run(&self.viewer(), run).await.unwrap().expect("the run exists")
    }

    pub async fn ends(&self, fence: &Fence, next_seq: i64) {
        self.store.commit(fence, ending(next_seq, Phase::Succeeded)).await.unwrap();
    }
}

pub fn fence(run: &Run) -> Fence {
    Fence { tenant_id: run.tenant_id, session_id: run.session_id.clone(), run_id: run.id, epoch: run.epoch }
}

pub fn entry(fence: &Fence, seq: i64, event: Event) -> Entry {
    Entry { seq, run_id: fence.run_id, at: now(), event }
}

pub fn delta(fence: &Fence, seq: i64, step: u32, text: &str) -> Entry {
    entry(fence, seq, Event::Delta { step, text: text.to_owned() })
}

/// A step that writes these entries, numbered densely.
pub fn writing(entries: Vec<Entry>) -> Step {
    let next_seq = entries.last().map_or(0, |entry| entry.seq + 1);
    Step { entries, next_seq, at: now(), ..Step::default() }
}

/// A step that does nothing but end the run or put it to sleep.
pub fn ending(next_seq: i64, phase: Phase) -> Step {
    Step { phase: Some(phase), next_seq, at: now(), ..Step::default() }
}

/// All at once, each in a task of its own; the answers in no order.
pub async fn at_once<T: Send + 'static, F: Future<Output = T> + Send + 'static>(
    tasks: impl IntoIterator<Item = F>,
) -> Vec<T> {
    let mut set = tokio::task::JoinSet::new();
    for task in tasks {
        set.spawn(task);
    }
    set.join_all().await
}
