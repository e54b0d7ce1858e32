//! Promises about the agents that every tenant has without making them.

use std::sync::Arc;

use artel_domain::{Agent, AgentId, AgentKind, AgentStatus, Budget, BuiltinAgent, Cap};

use super::agents::copy_for;
use super::tools::{binding, creates_tool};
use super::world::{LEASE, World, at_once, fence};
use crate::{AgentPatch, AuditFilter, BindingPatch, BuiltinPatch, Created, NewRun, ProfileChoice, Store, StoreError};

const CODELAB: BuiltinAgent = BuiltinAgent::Codelab;

async fn ensures(world: &World) -> Agent {
    world.store.ensure_builtin_agent(world.tenant, CODELAB, world.user, world.audit("agent.create")).await.unwrap()
}

async fn configures(world: &World, patch: BuiltinPatch) -> Agent {
    let audit = world.audit("agent.configure");
    world
        .store
        .configure_builtin_agent(world.tenant, CODELAB, patch, world.user, audit)
        .await
        .unwrap()
        .expect("the row is there")
}

fn run_of(world: &World, agent: AgentId) -> NewRun {
    NewRun { agent_id: agent, profile: ProfileChoice::Published, ..world.new_run("builtin") }
}

async fn audited(world: &World, action: &str) -> usize {
    let rows =
        world.store.list_audit(&world.viewer(), AuditFilter { limit: 100, ..AuditFilter::default() }).await.unwrap();
    rows.iter().filter(|row| row.action == action).count()
}

pub async fn a_builtin_agent_is_made_once_in_each_tenant(store: Arc<dyn Store>) {
    let (ada, bob) = (World::new(&store).await, World::new(&store).await);
    let made = at_once((0..8).map(|_| {
        let ada = ada.clone();
        async move { ensures(&ada).await }
    }))
    .await;
    let stored = store.find_agent(&ada.viewer(), CODELAB.id(ada.tenant)).await.unwrap().expect("the row is there");
    assert!(made.iter().all(|agent| *agent == stored), "{made:?}");
    assert_eq!((stored.kind, stored.is_enabled, stored.version), (AgentKind::Builtin, true, 1));
    assert!(store.find_agent_version(&ada.viewer(), stored.id, 1).await.unwrap().is_some());
    assert_eq!(audited(&ada, "agent.create").await, 2, "one for the agent of the world, one for the built-in agent");
    assert_ne!(ensures(&bob).await.id, stored.id);
    assert_eq!(store.find_agent(&bob.viewer(), stored.id).await.unwrap(), None);
}

pub async fn a_builtin_agent_is_changed_by_its_settings_only(store: Arc<dyn Store>) {
    let ada = World::new(&store).await;
    let (tenant, viewer) = (ada.tenant, ada.viewer());
    let builtin = ensures(&ada).await;
    let tool = creates_tool(&ada, "echo").await.id;
    let audit = || ada.audit("agent.update");
    let renamed = AgentPatch { name: Some("mine".to_owned()), ..AgentPatch::default() };
    let budget = Budget { run: Cap { tokens: Some(1), nano_usd: None }, ..Budget::default() };
    let copy = copy_for(&ada, None);
    let refused = [
        store.update_agent(&viewer, builtin.id, renamed, audit()).await.map(drop),
        store.delete_agent(&viewer, builtin.id, audit()).await.map(drop),
        store.publish_agent(&viewer, builtin.id, ada.publication(), audit()).await.map(drop),
        store.rollback_agent(&viewer, builtin.id, 1, ada.publication(), audit()).await.map(drop),
        store.clone_agent(&viewer, builtin.id, copy.clone(), audit()).await.map(drop),
        store.bind_tool(&viewer, binding(&ada, builtin.id, tool), audit()).await.map(drop),
        store.update_binding(&viewer, builtin.id, tool, BindingPatch::default(), audit()).await.map(drop),
        store.unbind_tool(&viewer, builtin.id, tool, audit()).await.map(drop),
        store.put_budget(&viewer, Some(builtin.id), budget, audit()).await.map(drop),
    ];
    for (number, outcome) in refused.into_iter().enumerate() {
        assert!(matches!(outcome, Err(StoreError::ReadOnlyAgent)), "the change with the number {number}: {outcome:?}");
    }
    assert_eq!(store.find_agent(&viewer, builtin.id).await.unwrap(), Some(builtin.clone()));
    assert_eq!(store.find_agent(&viewer, copy.id).await.unwrap(), None);
    assert_eq!(store.list_bindings(&viewer, builtin.id).await.unwrap(), Some(vec![]));
    assert!(store.find_budget(tenant, Some(builtin.id)).await.unwrap().is_unlimited());
    assert_eq!(audited(&ada, "agent.update").await, 0, "nothing was written");
}

pub async fn a_builtin_agent_is_read_only_before_its_first_use(store: Arc<dyn Store>) {
    let ada = World::new(&store).await;
    let (viewer, agent, tool) = (ada.viewer(), CODELAB.id(ada.tenant), creates_tool(&ada, "echo").await.id);
    let audit = || ada.audit("agent.update");
    let refused = [
        store.update_agent(&viewer, agent, AgentPatch::default(), audit()).await.map(drop),
        store.delete_agent(&viewer, agent, audit()).await.map(drop),
        store.publish_agent(&viewer, agent, ada.publication(), audit()).await.map(drop),
        store.rollback_agent(&viewer, agent, 1, ada.publication(), audit()).await.map(drop),
        store.clone_agent(&viewer, agent, copy_for(&ada, None), audit()).await.map(drop),
        store.bind_tool(&viewer, binding(&ada, agent, tool), audit()).await.map(drop),
        store.unbind_tool(&viewer, agent, tool, audit()).await.map(drop),
        store.put_budget(&viewer, Some(agent), Budget::default(), audit()).await.map(drop),
    ];
    for (number, outcome) in refused.into_iter().enumerate() {
        assert!(matches!(outcome, Err(StoreError::ReadOnlyAgent)), "the change with the number {number}: {outcome:?}");
    }
    assert_eq!(store.find_agent(&viewer, agent).await.unwrap(), None, "nothing was made");
}

pub async fn a_builtin_agent_is_switched_off_and_on_again(store: Arc<dyn Store>) {
    let (ada, bob) = (World::new(&store).await, World::new(&store).await);
    let (builtin, of_bob) = (ensures(&ada).await, ensures(&bob).await);
    let switch = |is_enabled| BuiltinPatch { is_enabled: Some(is_enabled), ..BuiltinPatch::default() };
    let off = configures(&ada, switch(false)).await;
    assert_eq!((off.is_enabled, off.version), (false, 1));
    assert_eq!(store.count_disabled_agents(AgentKind::Builtin).await.unwrap(), 1);
    assert_eq!(store.count_disabled_agents(AgentKind::Custom).await.unwrap(), 0);
    assert_eq!(ada.creates(run_of(&ada, builtin.id)).await, Created::AgentDisabled);
    assert_eq!(ensures(&ada).await, off, "an agent that is switched off is not damaged");
    assert!(matches!(bob.creates(run_of(&bob, of_bob.id)).await, Created::Run(_)), "another tenant's goes on");

    configures(&ada, switch(true)).await;
    assert_eq!(store.count_disabled_agents(AgentKind::Builtin).await.unwrap(), 0);
    assert!(matches!(ada.creates(run_of(&ada, builtin.id)).await, Created::Run(_)));
    assert_eq!(audited(&ada, "agent.configure").await, 2);
}

pub async fn another_model_of_a_builtin_agent_is_another_version(store: Arc<dyn Store>) {
    let ada = World::new(&store).await;
    let builtin = ensures(&ada).await;
    let Created::Run(first) = ada.creates(run_of(&ada, builtin.id)).await else { panic!("refused") };
    let budget = Budget { run: Cap { tokens: Some(9), nano_usd: None }, ..Budget::default() };
    let patch = BuiltinPatch { model: Some("demo:echo".to_owned()), budget: Some(budget), ..BuiltinPatch::default() };
    let set = configures(&ada, patch).await;
    assert_eq!((set.model.as_str(), set.version), ("demo:echo", 2));
    assert_eq!(store.find_budget(ada.tenant, Some(builtin.id)).await.unwrap(), budget);
    assert_eq!(
        configures(&ada, BuiltinPatch { budget: Some(Budget::default()), ..BuiltinPatch::default() }).await.version,
        2
    );
    assert!(store.find_budget(ada.tenant, Some(builtin.id)).await.unwrap().is_unlimited());

    let claim = ada.claims("worker", LEASE).await.expect("the run can be claimed");
    assert_eq!((claim.run.id, claim.run.agent_version), (first.id, Some(1)));
    assert_eq!(store.load_turn(&fence(&claim.run), 10).await.unwrap().agent.model, "default");
    ada.ends(&fence(&claim.run), claim.first_seq).await;
    let Created::Run(second) = ada.creates(run_of(&ada, builtin.id)).await else { panic!("refused") };
    let claim = ada.claims("worker", LEASE).await.expect("the run can be claimed");
    assert_eq!((claim.run.id, claim.run.agent_version), (second.id, Some(2)));
    assert_eq!(store.load_turn(&fence(&claim.run), 10).await.unwrap().agent.model, "demo:echo");
}

pub async fn a_builtin_agent_that_an_earlier_release_let_be_changed_becomes_whole(store: Arc<dyn Store>) {
    let ada = World::new(&store).await;
    let damaged = Agent {
        id: CODELAB.id(ada.tenant),
        name: "mine".to_owned(),
        system_prompt: "be rude".to_owned(),
        model: "demo:echo".to_owned(),
        status: AgentStatus::Draft,
        version: 3,
        kind: AgentKind::Custom,
        ..ada.agent_named("mine")
    };
    store.create_agent(damaged.clone(), ada.audit("agent.create")).await.unwrap();
    let patch = AgentPatch { name: Some("again".to_owned()), ..AgentPatch::default() };
    let refused = store.update_agent(&ada.viewer(), damaged.id, patch, ada.audit("agent.update")).await;
    assert!(matches!(refused, Err(StoreError::ReadOnlyAgent)), "its id says what it is: {refused:?}");

    let whole = ensures(&ada).await;
    assert!(CODELAB.is_intact(&whole), "{whole:?}");
    assert_eq!((whole.model.as_str(), whole.version), ("demo:echo", 3), "the tenant's choice of a model stays");
    assert_eq!(store.find_agent(&ada.viewer(), damaged.id).await.unwrap(), Some(whole));
    assert_eq!(audited(&ada, "agent.restore").await, 1);
    ensures(&ada).await;
    assert_eq!(audited(&ada, "agent.restore").await, 1, "what is whole is left alone");
}
