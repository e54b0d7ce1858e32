//! A world for one test: both surfaces over one store, a worker, a scripted model, and people who call.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use artel_bus::LocalBus;
use artel_codelab_api::{
    App, CodelabConfig, Deps, InternalCaller, StreamMode, UnfinishedLimits, gateway_probes, gateway_routes,
    runtime_router,
};
use artel_domain::{
    CallId, Clock, Entry, Event, Phase, Principal, RateLimit, RunId, SessionId, Specialist, SystemClock, TeamRequest,
    TenantId, ToolOutcome, UserId,
};
use artel_egress::{Egress, Resolver, SystemResolver};
use artel_engine::{Deps as EngineDeps, EngineConfig, Rules, TeamConfig, Worker, dangerous_tools};
use artel_http::{Gate, GateConfig, Ground, InternalKey, surface};
use artel_identity::{ApiKeyMaker, Grant, Scopes, SecretBox, TokenIssuer, TokenVerifier};
use artel_intents::{Intents, IntentsConfig};
use artel_llm::{Config as ModelConfig, Endpoint, Models};
use artel_model_mock::{IncomingRequest, Mock, ModelMock, Reply};
use artel_store::{AnswerTo, Answered, CallAnswer, Fence, Journal, NewRun, ProfileChoice, Runs, Sessions, Step};
use artel_store_sqlite::{SqliteOptions, SqliteStore};
use artel_tools::{CallLimits, EnvSecrets, Registry, ToolsConfig, ToolsDeps};
use axum::Router;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::client::Client;

const SECRET: &str = "a secret of the tests, long enough";
const ISSUER: &str = "agent-platform";
pub(crate) const INTERNAL_KEY: &str = "change-me-internal-key";
/// The tenant of everybody who is not of another.
pub(crate) const HOME: u128 = 1;

pub(crate) struct World {
    pub(crate) gateway: Router,
    runtime: Router,
    pub(crate) store: Arc<SqliteStore>,
    bus: Arc<LocalBus>,
    pub(crate) model: ModelMock,
    _worker: Option<Worker>,
    _data: tempfile::TempDir,
}

struct NoLimits;

#[async_trait::async_trait]
impl CallLimits for NoLimits {
    async fn admit(&self, _: &str, _: RateLimit) -> Result<(), Duration> {
        Ok(())
    }
}

struct SomeMetrics;

#[async_trait::async_trait]
impl artel_http::MetricsText for SomeMetrics {
    async fn render(&self) -> String {
        "messages_processed_total 1\n".to_owned()
    }
}

impl World {
    pub(crate) async fn new() -> Self {
        Self::with(|_| {}).await
    }

    /// Nobody drives runs.
    pub(crate) async fn without_worker() -> Self {
        Self::build(|_| {}, false).await
    }

    pub(crate) async fn with(change: impl FnOnce(&mut CodelabConfig)) -> Self {
        Self::build(change, true).await
    }

    async fn build(change: impl FnOnce(&mut CodelabConfig), works: bool) -> Self {
        let data = tempfile::tempdir().unwrap();
        let store = Arc::new(
            SqliteStore::open(&SqliteOptions::new(data.path().join("artel.db").to_str().unwrap())).await.unwrap(),
        );
        let (bus, clock): (_, Arc<dyn Clock>) = (Arc::new(LocalBus::new()), Arc::new(SystemClock));
        let model = ModelMock::serve(Mock::answering(script)).await.unwrap();
        let rules = Arc::new(Rules::new(dangerous_tools(&["write_file".to_owned()])));
        let gate = Gate::new(
            store.clone(),
            bus.clone(),
            clock.clone(),
            Arc::new(TokenVerifier::new(&SECRET.into(), ISSUER, ISSUER)),
            Arc::new(ApiKeyMaker::new(&"pepper".into())),
            Arc::new(SecretBox::new(&[7; 32])),
            gate_config(),
        );
        let mut config = config();
        change(&mut config);
        let limits = IntentsConfig::new(8000);
        let intents = Intents::new(store.clone(), bus.clone(), clock.clone(), rules.clone(), limits);
        let deps = Deps {
            ground: Ground {
                store: store.clone(),
                bus: bus.clone(),
                clock: clock.clone(),
                gate,
                metrics: Arc::new(SomeMetrics),
            },
            intents,
            models_available: Arc::new(|| true),
        };
        let app = App::new(deps, config);
        let engine = EngineDeps {
            store: store.clone(),
            bus: bus.clone(),
            models: Arc::new(models(&model)),
            tools: Arc::new(registry(clock.clone())),
            policy: rules,
            clock: clock.clone(),
            config: EngineConfig {
                team: TeamConfig { model: "openai:scripted".into(), ..TeamConfig::default() },
                ..EngineConfig::new("test")
            },
        };
        Self {
            gateway: surface(gateway_routes(app.clone()).merge(gateway_probes(app.clone())), clock),
            runtime: runtime_router(app),
            store,
            bus,
            model,
            _worker: works.then(|| Worker::start(engine)),
            _data: data,
        }
    }

    /// A user of the gateway with a token.
    pub(crate) fn person(&self, tenant: u128, user: u128, scopes: &[&str]) -> Client {
        let (tenant, user) = (TenantId(Uuid::from_u128(tenant)), UserId(Uuid::from_u128(user)));
        let grant =
            Grant { user_id: user, tenant_id: tenant, scopes: Scopes::new(scopes.iter().copied()), key_id: None };
        let token = TokenIssuer::new(&SECRET.into(), ISSUER, ISSUER)
            .issue(&grant, Duration::from_hours(1), &SystemClock)
            .unwrap();
        self.stranger().being(tenant, user).with("authorization", &format!("Bearer {token}"))
    }

    pub(crate) fn ada(&self) -> Client {
        self.person(HOME, 0xADA, &["api:read", "api:write"])
    }

    /// Of the same tenant.
    pub(crate) fn eve(&self) -> Client {
        self.person(HOME, 0xE7E, &["api:read", "api:write"])
    }

    /// Of another tenant.
    pub(crate) fn bob(&self) -> Client {
        self.person(2, 0xB0B, &["api:read", "api:write"])
    }

    /// Who shows nothing.
    pub(crate) fn stranger(&self) -> Client {
        let (tenant, user) = (TenantId(Uuid::from_u128(HOME)), UserId(Uuid::from_u128(1)));
        Client { port: self.gateway.clone(), headers: Vec::new(), ip: [9, 9, 9, 9], tenant, user }
    }

    /// A service with the internal key, at the runtime.
    pub(crate) fn service(&self) -> Client {
        Client { port: self.runtime.clone(), ..self.stranger() }.with("x-internal-auth", INTERNAL_KEY)
    }

    /// Who shows nothing at the runtime.
    pub(crate) fn intruder(&self) -> Client {
        Client { port: self.runtime.clone(), ..self.stranger() }
    }

    /// The user says something in a session of theirs; the run's id.
    pub(crate) async fn says(&self, user: &Client, session: &str, text: &str) -> RunId {
        let client_tools = artel_specialists::COMMON.map(str::to_owned).to_vec();
        let session_id = SessionId(session.to_owned());
        let new = NewRun {
            id: RunId(SystemClock.uuid()),
            tenant_id: user.tenant,
            agent_id: self.store.find_session(&user.viewer(), &session_id).await.unwrap().unwrap().agent_id,
            profile: ProfileChoice::Published,
            session_id,
            trace_id: "trace".into(),
            principal: Principal {
                user_id: user.user,
                api_key_id: None,
                client_id: None,
                scopes: vec!["api:write".into()],
            },
            input_message: text.into(),
            team: Some(TeamRequest { client_tools, ..TeamRequest::default() }),
            parent: None,
            visibility: artel_domain::Visibility::Tenant,
            at: SystemClock.now(),
            daily_limits: Vec::new(),
        };
        let run = new.id;
        self.store.create_run(&user.viewer(), new, audit()).await.unwrap();
        artel_bus::Bus::wake_workers(&*self.bus);
        run
    }

    /// A run with this journal, as a worker would have written it.
    pub(crate) async fn writes(&self, events: Vec<Event>) {
        let claims =
            self.store.claim_runs("test", Duration::from_secs(30), 1, events.len() as i64 + 1, &[]).await.unwrap();
        let (run, first) = (claims[0].run.clone(), claims[0].first_seq);
        let entries: Vec<Entry> = events
            .into_iter()
            .zip(first..)
            .map(|(event, seq)| Entry { seq, run_id: run.id, at: SystemClock.now(), event })
            .collect();
        let next_seq = first + entries.len() as i64;
        let fence =
            Fence { tenant_id: run.tenant_id, session_id: run.session_id.clone(), run_id: run.id, epoch: run.epoch };
        let step = Step { entries, next_seq, phase: Some(Phase::Succeeded), at: SystemClock.now(), ..Step::default() };
        self.store.commit(&fence, step).await.unwrap();
    }

    /// The client's result of a call.
    pub(crate) async fn answers(&self, user: &Client, session: &str, call: &str, output: Value) -> Answered {
        let answer = CallAnswer {
            to: AnswerTo::Client,
            session_id: SessionId(session.to_owned()),
            call_id: call.parse::<CallId>().unwrap(),
            outcome: ToolOutcome::Succeeded { output },
            by: Some(user.user),
            at: SystemClock.now(),
        };
        let answered = self.store.answer_call(&user.viewer(), answer, audit()).await.unwrap();
        artel_bus::Bus::wake_workers(&*self.bus);
        answered
    }

    /// Until the run is over; whether it ended well.
    pub(crate) async fn ends(&self, user: &Client, run: RunId) -> bool {
        for _ in 0..1000 {
            let found = self.store.find_run(&user.viewer(), run).await.unwrap().unwrap();
            if found.phase.is_end() {
                return found.error_code.is_none();
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("the run did not end within 10 s");
    }
}

pub(crate) fn audit() -> artel_domain::AuditEntry {
    artel_domain::AuditEntry {
        actor: artel_domain::Actor::default(),
        action: "test.act",
        entity_type: "test",
        entity_id: String::new(),
        trace_id: String::new(),
        outcome: "ok".into(),
        details: None,
        at: SystemClock.now(),
    }
}

/// The router sends everything to the coder; it writes and reads when it is told to, and says so afterwards.
fn script(asked: &IncomingRequest) -> Reply {
    let system = asked.body["messages"][0]["content"].as_str().unwrap_or_default();
    if system.starts_with("You are a task classifier") {
        return Reply::text(r#"{"agent":"coder","confidence":"high","reasoning":"it is about code"}"#);
    }
    let said = asked.last_text();
    match asked.last_role() {
        "tool" => Reply::text("Done."),
        _ if said.contains("write") => Reply::call("write_file", json!({ "path": "a.txt", "content": "hello" })),
        _ if said.contains("read") => Reply::call("read_file", json!({ "path": "a.txt" })),
        _ if said.contains("fail") => Reply::status(400),
        _ => Reply::text("Hello there."),
    }
}

fn models(mock: &ModelMock) -> Models {
    let openai = Endpoint { base_url: Some(format!("{}/v1", mock.url())), api_key: Some("any".into()) };
    Models::new(ModelConfig { openai, ..ModelConfig::default() }).unwrap()
}

fn gate_config() -> GateConfig {
    GateConfig {
        rate_default: plenty(),
        rate_runs: plenty(),
        shares: artel_http::Shares::default(),
        trusted_proxies: Vec::new(),
        static_keys: HashMap::new(),
        auth_service: None,
        auth_service_elsewhere: None,
    }
}

fn plenty() -> RateLimit {
    "100000/second".parse().unwrap()
}

fn config() -> CodelabConfig {
    CodelabConfig {
        internal: InternalCaller {
            key: InternalKey::new(INTERNAL_KEY.into()),
            tenant_id: TenantId(Uuid::from_u128(HOME)),
            user_id: UserId(Uuid::from_u128(1)),
        },
        rate_per_ip: plenty(),
        socket_rate_per_ip: plenty(),
        message_rate_per_session: plenty(),
        runtime_rate_per_user: plenty(),
        sockets_per_user: 10,
        unfinished: UnfinishedLimits {
            per_user: 1 << 25,
            per_tenant: 1 << 26,
            in_all: 1 << 27,
            patience: Duration::from_secs(30),
        },
        session_capability: Some(Duration::from_mins(15)),
        socket_origins: Vec::new(),
        stream_mode: StreamMode::Auto,
        whole_for_user_agent: "Dart/".into(),
        ping_interval: Duration::from_secs(30),
        pong_timeout: Duration::from_secs(10),
        sse_keepalive: Duration::from_secs(15),
        model: "openai:scripted".into(),
        first: Specialist::Orchestrator,
        routing: true,
        exempt_loopback: true,
    }
}

fn registry(clock: Arc<dyn Clock>) -> Registry {
    let deps = ToolsDeps {
        secrets: Arc::new(EnvSecrets::new(Vec::new(), None)),
        limits: Arc::new(NoLimits),
        signer: None,
        egress: Arc::new(Egress::new(&[], BTreeMap::new(), &(Arc::new(SystemResolver) as Arc<dyn Resolver>)).unwrap()),
        clock,
    };
    Registry::new(ToolsConfig::default(), deps)
}
