//! What every surface can rely on, whichever words it has for it.
#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

use std::sync::Arc;

use artel_bus::LocalBus;
use artel_domain::{
    Actor, Agent, AgentId, AgentKind, AgentStatus, ApprovalId, CallId, Clock, Principal, Refusal, RefusalKind,
    Requester, RunId, SessionId, Specialist, Subject, SystemClock, TeamRequest, TenantId, ToolOutcome, UserId,
};
use artel_engine::AllowAll;
use artel_intents::{
    ApprovalRef, CallAnswer, HumanDecision, Intents, IntentsConfig, OpenSession, Runner, StartRun, Started, Switch,
};
use artel_store::{Agents as _, Identities as _, RunFilter, Runs as _};
use artel_store_sqlite::{SqliteOptions, SqliteStore};
use rstest::rstest;
use uuid::Uuid;

const TENANT: TenantId = TenantId(Uuid::from_u128(1));
const ADA: UserId = UserId(Uuid::from_u128(0xADA));
const EVE: UserId = UserId(Uuid::from_u128(0xE7E));

struct World {
    intents: Intents,
    store: Arc<SqliteStore>,
    agent: AgentId,
    _data: tempfile::TempDir,
}

impl World {
    /// Ada and Eve of one tenant, and an agent of Ada's in this state.
    async fn with_agent(status: AgentStatus) -> Self {
        Self::build(status, IntentsConfig::new(100)).await
    }

    async fn build(status: AgentStatus, limits: IntentsConfig) -> Self {
        let data = tempfile::tempdir().unwrap();
        let options = SqliteOptions::new(data.path().join("artel.db").to_str().unwrap());
        let store = Arc::new(SqliteStore::open(&options).await.unwrap());
        let clock = Arc::new(SystemClock);
        let intents = Intents::new(store.clone(), Arc::new(LocalBus::new()), clock, Arc::new(AllowAll), limits);
        for user in [ADA, EVE] {
            store.ensure_principal(TENANT, user, SystemClock.now()).await.unwrap();
        }
        let agent = AgentId(SystemClock.uuid());
        let world = Self { intents, store, agent, _data: data };
        world.make_agent(status).await;
        world
    }

    async fn new() -> Self {
        Self::with_agent(AgentStatus::Published).await
    }

    async fn make_agent(&self, status: AgentStatus) {
        let agent = Agent {
            id: self.agent,
            tenant_id: TENANT,
            owner_user_id: ADA,
            name: "a".into(),
            system_prompt: String::new(),
            model: "demo:echo".into(),
            llm_params: None,
            require_approval: false,
            description: None,
            avatar_url: None,
            status,
            version: 1,
            kind: AgentKind::Custom,
            is_enabled: true,
            has_unpublished_changes: false,
            created_at: SystemClock.now(),
            updated_at: None,
        };
        let audit = user(ADA).audit("agent.create", "agent", self.agent, SystemClock.now());
        self.store.create_agent(agent, audit).await.unwrap();
    }

    fn run(&self) -> StartRun {
        let runner = Runner::Agent { agent: self.agent, draft: None, visibility: artel_domain::Visibility::Tenant };
        StartRun { id: RunId(SystemClock.uuid()), session_id: SessionId("s".into()), runner, input: "hello".into() }
    }

    async fn start(&self, by: &Requester, start: StartRun) -> Result<Started, Refusal> {
        self.intents.start_run(by, start).await
    }

    async fn count_runs(&self) -> usize {
        self.store
            .list_runs(&artel_store::Viewer::service(TENANT), RunFilter { limit: 10, ..RunFilter::default() })
            .await
            .unwrap()
            .len()
    }
}

fn user(user_id: UserId) -> Requester {
    Requester {
        tenant_id: TENANT,
        principal: Principal { user_id, api_key_id: None, client_id: None, scopes: vec!["runs:write".into()] },
        actor: Actor { user_id: Some(user_id), ..Actor::default() },
        only_agent: None,
        daily_limits: Vec::new(),
        is_service: false,
        trace_id: "a trace".into(),
    }
}

fn to(specialist: Specialist) -> TeamRequest {
    TeamRequest { switch_to: Some(specialist), reason: None, client_tools: Vec::new(), plans: false }
}

#[tokio::test]
async fn a_run_is_stored_with_the_trace_and_the_principal_of_its_requester() {
    let world = World::new().await;
    let started = world.start(&user(ADA), world.run()).await.unwrap();
    let Started::New(run) = started else { panic!("{started:?}") };
    assert_eq!((run.trace_id.as_str(), run.principal.user_id), ("a trace", ADA));
}

#[tokio::test]
async fn a_retry_under_the_same_id_gets_the_first_run() {
    let world = World::new().await;
    let first = world.run();
    let again = StartRun { session_id: SessionId("another".into()), ..first.clone() };
    world.start(&user(ADA), first.clone()).await.unwrap();
    let started = world.start(&user(ADA), again).await.unwrap();
    assert!(matches!(started, Started::Known(run) if run.id == first.id && run.session_id == first.session_id));
    assert_eq!(world.count_runs().await, 1);
}

#[rstest]
#[case::blank(" \n", "must not be empty")]
#[case::too_long(&"word ".repeat(1000), "at most 100 can be answered")]
#[tokio::test]
async fn an_input_that_cannot_be_answered_starts_nothing(#[case] input: &str, #[case] why: &str) {
    let world = World::new().await;
    let refusal = world.start(&user(ADA), StartRun { input: input.into(), ..world.run() }).await.unwrap_err();
    assert_eq!(refusal.subject, Subject::Input);
    assert!(refusal.message.contains(why), "{refusal}");
    assert_eq!(world.count_runs().await, 0);
}

#[tokio::test]
async fn a_key_for_one_agent_starts_no_other_and_no_team() {
    let world = World::new().await;
    let keyed = Requester { only_agent: Some(AgentId(Uuid::from_u128(7))), ..user(ADA) };
    let refusal = world.start(&keyed, world.run()).await.unwrap_err();
    assert_eq!(refusal.code, "agent_not_allowed");
    let refusal = world.intents.create_session(&keyed, OpenSession::default()).await.unwrap_err();
    assert_eq!(refusal.code, "agent_not_allowed");
}

#[tokio::test]
async fn a_key_for_one_agent_ends_no_session_of_another() {
    let world = World::new().await;
    let session = world.intents.create_session(&user(ADA), OpenSession::default()).await.unwrap();
    let keyed = Requester { only_agent: Some(AgentId(Uuid::from_u128(7))), ..user(ADA) };
    for refusal in [
        world.intents.end_session(&keyed, &session.id).await.map(drop).unwrap_err(),
        world.intents.cancel_session(&keyed, &session.id).await.map(drop).unwrap_err(),
        world.intents.check_agent_of_session(&keyed, &session).unwrap_err(),
    ] {
        assert_eq!(refusal.code, "agent_not_allowed");
    }
    world.intents.end_session(&user(ADA), &session.id).await.unwrap();
}

#[tokio::test]
async fn users_and_their_tenant_have_daily_limits_whatever_they_show() {
    let limits = IntentsConfig { runs_per_day_user: Some(2), runs_per_day_tenant: Some(3), ..IntentsConfig::new(100) };
    let world = World::build(AgentStatus::Published, limits).await;
    let starts = async |by: UserId| {
        let session_id = SessionId(SystemClock.uuid().to_string());
        world.start(&user(by), StartRun { session_id, ..world.run() }).await.map(drop).map_err(|refusal| refusal.code)
    };
    assert_eq!([starts(ADA).await, starts(ADA).await, starts(ADA).await], [Ok(()), Ok(()), Err("rate_limited")]);
    assert_eq!([starts(EVE).await, starts(EVE).await], [Ok(()), Err("rate_limited")], "the tenant has had three");
}

#[tokio::test]
async fn only_its_owner_runs_a_draft() {
    let world = World::with_agent(AgentStatus::Draft).await;
    assert_eq!(world.start(&user(EVE), world.run()).await.unwrap_err().code, "not_found");
    world.start(&user(ADA), world.run()).await.unwrap();
}

#[tokio::test]
async fn an_agent_that_is_not_there_is_absent() {
    let world = World::new().await;
    let start = StartRun {
        runner: Runner::Agent {
            agent: AgentId(Uuid::from_u128(7)),
            draft: None,
            visibility: artel_domain::Visibility::Tenant,
        },
        ..world.run()
    };
    let refusal = world.start(&user(ADA), start).await.unwrap_err();
    assert!(matches!((refusal.kind, refusal.subject), (RefusalKind::Absent, Subject::Agent)));
}

#[tokio::test]
async fn whoever_only_reads_runs_steers_none() {
    let world = World::new().await;
    let mut reader = user(ADA);
    reader.principal.scopes = vec!["runs:read".into()];
    let session = SessionId("s".into());
    let run = world.start(&user(ADA), world.run()).await.unwrap().into_run().id;
    let approval = ApprovalRef::Id(ApprovalId(Uuid::nil()));
    let answer = CallAnswer {
        session_id: session.clone(),
        call_id: CallId(Uuid::nil()),
        outcome: ToolOutcome::Succeeded { output: 1.into() },
        is_declined: false,
    };
    let switch = Switch {
        session_id: session.clone(),
        specialist: Specialist::Debug,
        reason: None,
        input: None,
        client_tools: Vec::new(),
        plans: false,
    };
    let intents = &world.intents;
    let refusals = [
        intents.start_run(&reader, world.run()).await.unwrap_err(),
        intents.switch(&reader, switch).await.unwrap_err(),
        intents.answer(&reader, answer).await.unwrap_err(),
        intents.decide(&reader, &approval, HumanDecision::Approve, None).await.unwrap_err(),
        intents.cancel_run(&reader, run).await.unwrap_err(),
        intents.cancel_session(&reader, &session).await.unwrap_err(),
    ];
    for refusal in refusals {
        assert_eq!(refusal.code, "insufficient_scope");
    }
}

#[tokio::test]
async fn a_team_runs_in_an_active_session_of_its_requester_only() {
    let world = World::new().await;
    let session = world.intents.create_session(&user(ADA), OpenSession::default()).await.unwrap().id;
    let start = || StartRun { session_id: session.clone(), runner: Runner::Team(to(Specialist::Debug)), ..world.run() };
    let refusal = world.start(&user(EVE), start()).await.unwrap_err();
    assert!(matches!((refusal.kind, refusal.subject), (RefusalKind::Absent, Subject::Session)));
    assert!(world.intents.cancel_session(&user(EVE), &session).await.is_err());
    world.start(&user(ADA), start()).await.unwrap();
    world.intents.end_session(&user(ADA), &session).await.unwrap();
    assert!(world.start(&user(ADA), start()).await.is_err());
}

#[tokio::test]
async fn the_end_of_a_session_cancels_its_runs() {
    let world = World::new().await;
    let session = world.intents.create_session(&user(ADA), OpenSession::default()).await.unwrap().id;
    let start = StartRun { session_id: session.clone(), runner: Runner::Team(to(Specialist::Debug)), ..world.run() };
    let run = world.start(&user(ADA), start).await.unwrap().into_run().id;
    world.intents.end_session(&user(ADA), &session).await.unwrap();
    assert!(world.store.find_run(&artel_store::Viewer::service(TENANT), run).await.unwrap().unwrap().cancel_requested);
}

#[tokio::test]
async fn opening_a_session_twice_opens_the_same_one_and_another_user_gets_one_of_their_own() {
    let world = World::new().await;
    let id = SessionId("mine".into());
    let made = world.intents.open_session(&user(ADA), &id).await.unwrap();
    assert_eq!(world.intents.open_session(&user(ADA), &id).await.unwrap(), made);
    let hers = world.intents.open_session(&user(EVE), &id).await.unwrap();
    assert_ne!(hers.id, made.id);
    assert_eq!((hers.user_id, made.user_id), (Some(EVE), Some(ADA)));
}

#[tokio::test]
async fn texts_are_stored_without_nul_characters() {
    let world = World::new().await;
    let started = world.start(&user(ADA), StartRun { input: "a\0b".into(), ..world.run() }).await.unwrap();
    assert_eq!(started.into_run().input_message, "a\u{fffd}b");
}
