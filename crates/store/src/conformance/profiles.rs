//! Promises about what a run uses of its agent: a version that nobody changes any more, or the agent as it is.

use std::sync::Arc;

use artel_domain::{Agent, AgentStatus, Binding, Run, ToolId};

use super::tools::{binding, creates_tool};
use super::world::{LEASE, World, at_once, fence, uuid};
use crate::{AgentPatch, BindingPatch, BindingWrite, Created, NewRun, ProfileChoice, Store};

const PUBLISHED: ProfileChoice = ProfileChoice::Published;
const CURRENT: ProfileChoice = ProfileChoice::Current;

/// A world whose agent was created as published, with the prompt `be brief`.
async fn published(store: &Arc<dyn Store>) -> World {
    let mut world = World::new(store).await;
    let agent = Agent { status: AgentStatus::Published, version: 4, ..world.agent_named("scribe") };
    world.agent = world.store.create_agent(agent, world.audit("agent.create")).await.unwrap().id;
    world
}

async fn agent(world: &World) -> Agent {
    world.store.find_agent(&world.viewer(), world.agent).await.unwrap().expect("the agent lives")
}

async fn patches(world: &World, patch: AgentPatch) -> Agent {
    world
        .store
        .update_agent(&world.viewer(), world.agent, patch, world.audit("agent.update"))
        .await
        .unwrap()
        .expect("the agent lives")
}

async fn prompts(world: &World, prompt: &str) -> Agent {
    patches(world, AgentPatch { system_prompt: Some(prompt.to_owned()), ..AgentPatch::default() }).await
}

async fn starts(world: &World, profile: ProfileChoice) -> Run {
    match world.creates(NewRun { profile, ..world.new_run(&uuid().to_string()) }).await {
        Created::Run(run) => *run,
        refused => panic!("the run was refused: {refused:?}"),
    }
}

/// The prompt and the names of the tools that a worker gets for the run, which is the only one that waits.
async fn uses(world: &World) -> (String, Vec<String>) {
    let claim = world.claims("worker", LEASE).await.expect("the run can be claimed");
    reads(world, &claim.run).await
}

async fn reads(world: &World, run: &Run) -> (String, Vec<String>) {
    let turn = world.store.load_turn(&fence(run), 10).await.unwrap();
    (turn.agent.system_prompt, turn.bindings.into_iter().map(|(_, tool)| tool.name).collect())
}

async fn binds(world: &World, tool: ToolId) -> Binding {
    match world
        .store
        .bind_tool(&world.viewer(), binding(world, world.agent, tool), world.audit("binding.create"))
        .await
        .unwrap()
    {
        BindingWrite::Done(binding) => binding,
        refused => panic!("the binding was refused: {refused:?}"),
    }
}

async fn unbinds(world: &World, tool: ToolId) {
    assert!(world.store.unbind_tool(&world.viewer(), world.agent, tool, world.audit("binding.delete")).await.unwrap());
}

fn brief(tools: &[&str]) -> (String, Vec<String>) {
    ("be brief".to_owned(), tools.iter().map(ToString::to_string).collect())
}

pub async fn an_agent_that_is_created_as_published_has_its_version_at_once(store: Arc<dyn Store>) {
    let ada = published(&store).await;
    let agent = agent(&ada).await;
    assert_eq!((agent.status, agent.version, agent.has_unpublished_changes), (AgentStatus::Published, 4, false));
    let version = store.find_agent_version(&ada.viewer(), ada.agent, 4).await.unwrap().expect("the version was kept");
    assert_eq!((version.agent, version.created_by), (agent, ada.user));
    assert_eq!(starts(&ada, PUBLISHED).await.agent_version, Some(4));
    assert_eq!(uses(&ada).await, brief(&[]));
}

pub async fn a_run_uses_the_version_that_it_names_whatever_is_changed_or_published_later(store: Arc<dyn Store>) {
    let ada = published(&store).await;
    let run = starts(&ada, PUBLISHED).await;
    assert_eq!(ada.finds(run.id).await.agent_version, Some(4));
    prompts(&ada, "be long").await;
    let claim = ada.claims("worker", LEASE).await.expect("the run can be claimed");
    assert_eq!(claim.run.agent_version, Some(4));
    assert_eq!(reads(&ada, &claim.run).await, brief(&[]));
    store
        .publish_agent(&ada.viewer(), ada.agent, ada.publication(), ada.audit("agent.publish"))
        .await
        .unwrap()
        .expect("the agent lives");
    store.delete_agent(&ada.viewer(), ada.agent, ada.audit("agent.delete")).await.unwrap();
    assert_eq!(reads(&ada, &claim.run).await, brief(&[]), "also when the agent is gone");
}

pub async fn an_unpublished_change_is_used_by_who_asks_for_it_and_by_nobody_else(store: Arc<dyn Store>) {
    let ada = published(&store).await;
    let changed = prompts(&ada, "be long").await;
    assert_eq!((changed.version, changed.has_unpublished_changes), (4, true));

    assert_eq!(starts(&ada, PUBLISHED).await.agent_version, Some(4));
    assert_eq!(uses(&ada).await, brief(&[]));
    let draft = starts(&ada, CURRENT).await;
    assert_eq!((draft.agent_version, ada.finds(draft.id).await.agent_version), (None, None));
    assert_eq!(uses(&ada).await, ("be long".to_owned(), vec![]));

    let back = prompts(&ada, "be brief").await;
    assert!(!back.has_unpublished_changes, "what was changed back is not a change");
    assert_eq!(starts(&ada, CURRENT).await.agent_version, Some(4));
}

pub async fn a_draft_is_run_as_it_is_and_has_no_version(store: Arc<dyn Store>) {
    let ada = World::new(&store).await;
    assert_eq!(ada.creates(NewRun { profile: PUBLISHED, ..ada.new_run("s") }).await, Created::AgentIsDraft);
    assert_eq!(starts(&ada, CURRENT).await.agent_version, None);
    prompts(&ada, "be long").await;
    assert_eq!(uses(&ada).await, ("be long".to_owned(), vec![]));
}

pub async fn a_draft_is_published_by_its_status_too(store: Arc<dyn Store>) {
    let ada = World::new(&store).await;
    let status = |status| AgentPatch { status: Some(status), ..AgentPatch::default() };
    let first = patches(&ada, status(AgentStatus::Published)).await;
    assert_eq!(first.version, 1, "its first version has the number that it was created with");
    assert_eq!(
        store.find_agent_version(&ada.viewer(), ada.agent, 1).await.unwrap().expect("the version was kept").agent,
        first
    );

    patches(&ada, status(AgentStatus::Draft)).await;
    assert_eq!(patches(&ada, status(AgentStatus::Published)).await.version, 1, "nothing was changed");
    patches(&ada, AgentPatch { system_prompt: Some("be long".to_owned()), ..status(AgentStatus::Draft) }).await;
    let second = patches(&ada, status(AgentStatus::Published)).await;
    assert_eq!((second.version, second.has_unpublished_changes), (2, false));
    assert_eq!(store.list_agent_versions(&ada.viewer(), ada.agent).await.unwrap().len(), 2);
}

pub async fn a_change_that_publishes_is_a_version_of_a_published_agent_only(store: Arc<dyn Store>) {
    let ada = published(&store).await;
    let longer = AgentPatch { system_prompt: Some("be long".to_owned()), publishes: true, ..AgentPatch::default() };
    let changed = patches(&ada, longer.clone()).await;
    assert_eq!((changed.version, changed.has_unpublished_changes), (5, false));
    let described =
        AgentPatch { description: Some(Some("writes".to_owned())), publishes: true, ..AgentPatch::default() };
    let described = patches(&ada, described).await;
    assert_eq!((described.version, described.description.as_deref()), (5, Some("writes")), "no version knows it");
    let shown = AgentPatch { avatar_url: Some(Some("https://a.example/b.png".to_owned())), ..AgentPatch::default() };
    assert!(!patches(&ada, shown).await.has_unpublished_changes);
    let draft = World::new(&store).await;
    let changed = patches(&draft, longer).await;
    assert_eq!((changed.status, changed.version), (AgentStatus::Draft, 1));
}

pub async fn a_binding_of_a_published_agent_is_in_its_next_version(store: Arc<dyn Store>) {
    let ada = published(&store).await;
    let tool = creates_tool(&ada, "echo").await.id;
    let before = starts(&ada, PUBLISHED).await;
    let claim = ada.claims("worker", LEASE).await.expect("the run can be claimed");
    binds(&ada, tool).await;
    assert_eq!((agent(&ada).await.version, before.agent_version), (5, Some(4)));
    assert_eq!(reads(&ada, &claim.run).await, brief(&[]), "a run under way keeps its version");

    assert_eq!(starts(&ada, PUBLISHED).await.agent_version, Some(5));
    let claim = ada.claims("worker", LEASE).await.expect("the run can be claimed");
    let patch = BindingPatch { timeout_ms: Some(77), ..BindingPatch::default() };
    store
        .update_binding(&ada.viewer(), ada.agent, tool, patch.clone(), ada.audit("binding.update"))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(agent(&ada).await.version, 6);
    store.update_binding(&ada.viewer(), ada.agent, tool, patch, ada.audit("binding.update")).await.unwrap().unwrap();
    assert_eq!(agent(&ada).await.version, 6, "the same limits again are no change");
    unbinds(&ada, tool).await;
    assert_eq!(agent(&ada).await.version, 7);
    let turn = store.load_turn(&fence(&claim.run), 10).await.unwrap();
    assert_eq!(turn.bindings.len(), 1, "a run under way keeps what it began with");
    assert_ne!(turn.bindings[0].0.timeout_ms, 77);
    store.delete_tool(ada.tenant, tool, ada.audit("tool.delete")).await.unwrap();
    assert_eq!(reads(&ada, &claim.run).await, brief(&[]), "but for a tool that is deleted");
}

pub async fn a_binding_beside_an_unpublished_change_is_one_more_of_them(store: Arc<dyn Store>) {
    let ada = published(&store).await;
    let tool = creates_tool(&ada, "echo").await.id;
    prompts(&ada, "be long").await;
    binds(&ada, tool).await;
    let changed = agent(&ada).await;
    assert_eq!((changed.version, changed.has_unpublished_changes), (4, true));
    starts(&ada, PUBLISHED).await;
    assert_eq!(uses(&ada).await, brief(&[]));

    assert!(prompts(&ada, "be brief").await.has_unpublished_changes, "the binding is left");
    unbinds(&ada, tool).await;
    assert!(!agent(&ada).await.has_unpublished_changes);
}

pub async fn of_many_bindings_at_once_each_is_in_a_version(store: Arc<dyn Store>) {
    let ada = published(&store).await;
    let mut tools = Vec::new();
    for number in 0..6 {
        tools.push(creates_tool(&ada, &format!("tool{number}")).await.id);
    }
    at_once(tools.into_iter().map(|tool| {
        let ada = ada.clone();
        async move { binds(&ada, tool).await }
    }))
    .await;
    let agent = agent(&ada).await;
    assert_eq!((agent.version, agent.has_unpublished_changes), (10, false));
    let newest = store.find_agent_version(&ada.viewer(), ada.agent, 10).await.unwrap().expect("the version was kept");
    assert_eq!(newest.bindings.len(), 6);
}

pub async fn an_agent_that_is_switched_off_starts_no_run(store: Arc<dyn Store>) {
    let ada = published(&store).await;
    let switch = |is_enabled| AgentPatch { is_enabled: Some(is_enabled), ..AgentPatch::default() };
    let run = starts(&ada, PUBLISHED).await;
    let off = patches(&ada, switch(false)).await;
    assert_eq!((off.is_enabled, off.version, off.has_unpublished_changes), (false, 4, false));
    for profile in [PUBLISHED, CURRENT] {
        assert_eq!(ada.creates(NewRun { profile, ..ada.new_run("s") }).await, Created::AgentDisabled);
    }
    let again = NewRun { id: run.id, ..ada.new_run(&run.session_id.0) };
    assert_eq!(ada.creates(again).await, Created::Run(Box::new(run)), "a retried request gets its run");
    assert_eq!(uses(&ada).await, brief(&[]), "what was started goes on");
    patches(&ada, switch(true)).await;
    starts(&ada, PUBLISHED).await;
}
