//! Promises about drafts: they are their owner's and administrators', and absent to everybody else.

use std::sync::Arc;

use artel_domain::{Agent, AgentStatus, Budget, Cap, UserId};

use super::agents::copy_for;
use super::tools::{binding, creates_tool};
use super::world::{World, uuid};
use crate::viewer::ACCESS;
use crate::{AgentFilter, AgentPatch, AuditFilter, BindingPatch, BindingWrite, CloneAgent, Page, Store, Viewer};

const ALL: Page = Page { limit: 100, offset: 0 };

fn colleague(world: &World) -> Viewer {
    Viewer::user(world.tenant, UserId(uuid()))
}

fn administrator(world: &World) -> Viewer {
    colleague(world).as_administrator(world.audit(ACCESS))
}

/// How much the viewer sees of the world's agent, which was published and has a tool: one flag for each way to look.
async fn sees(world: &World, viewer: &Viewer) -> Vec<bool> {
    let (store, agent) = (&world.store, world.agent);
    let by_name = AgentFilter { q: Some("scribe".to_owned()), ..AgentFilter::default() };
    let (listed, count) = store.list_agents(viewer, AgentFilter::default(), ALL).await.unwrap();
    let of_agent = AuditFilter { entity_id: Some(agent.to_string()), limit: 9, ..AuditFilter::default() };
    vec![
        store.find_agent(viewer, agent).await.unwrap().is_some(),
        listed.iter().any(|listed| listed.id == agent),
        count > 0,
        store.list_agents(viewer, by_name, ALL).await.unwrap().1 > 0,
        !store.list_agent_versions(viewer, agent).await.unwrap().is_empty(),
        store.find_agent_version(viewer, agent, 2).await.unwrap().is_some(),
        store.list_bindings(viewer, agent).await.unwrap().is_some(),
        !store.list_audit(viewer, of_agent).await.unwrap().is_empty(),
    ]
}

/// A draft of the world's user that was published once, with a tool and with an audit row that names it.
async fn drafted(world: &World) -> Agent {
    let store = &world.store;
    let tool = creates_tool(world, "echo").await;
    let bound = binding(world, world.agent, tool.id);
    store.bind_tool(&world.viewer(), bound, world.audit("binding.create")).await.unwrap();
    let audit = artel_domain::AuditEntry {
        entity_type: "agent",
        entity_id: world.agent.to_string(),
        ..world.audit("agent.publish")
    };
    store.publish_agent(&world.viewer(), world.agent, world.publication(), audit).await.unwrap().unwrap();
    let back = AgentPatch { status: Some(AgentStatus::Draft), ..AgentPatch::default() };
    store.update_agent(&world.viewer(), world.agent, back, world.audit("agent.update")).await.unwrap().unwrap()
}

pub async fn a_draft_is_seen_by_its_owner_and_by_administrators(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    drafted(&world).await;
    assert_eq!(sees(&world, &world.viewer()).await, [true; 8]);
    assert_eq!(sees(&world, &administrator(&world)).await, [true; 8]);
    assert_eq!(sees(&world, &Viewer::service(world.tenant)).await, [true; 8]);
    assert_eq!(sees(&world, &colleague(&world)).await, [false; 8]);
    store.publish_agent(&world.viewer(), world.agent, world.publication(), world.audit("agent.publish")).await.unwrap();
    assert_eq!(sees(&world, &colleague(&world)).await, [true; 8], "what is published is for everybody");
}

pub async fn a_colleague_changes_nothing_of_a_draft(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let before = drafted(&world).await;
    let bound = store.list_bindings(&world.viewer(), world.agent).await.unwrap().unwrap();
    let (agent, tool, spare) = (world.agent, bound[0].1.id, creates_tool(&world, "spare").await.id);
    let (eve, audit) = (colleague(&world), || world.audit("agent.update"));
    let stolen = AgentPatch { name: Some("stolen".to_owned()), ..AgentPatch::default() };
    let budget = Budget { run: Cap { tokens: Some(1), nano_usd: None }, ..Budget::default() };
    assert_eq!(store.update_agent(&eve, agent, stolen, audit()).await.unwrap(), None);
    assert!(!store.delete_agent(&eve, agent, audit()).await.unwrap());
    assert_eq!(store.publish_agent(&eve, agent, world.publication(), audit()).await.unwrap(), None);
    assert_eq!(store.rollback_agent(&eve, agent, 2, world.publication(), audit()).await.unwrap(), None);
    assert_eq!(store.clone_agent(&eve, agent, copy_for(&world, None), audit()).await.unwrap(), None);
    let refused = store.bind_tool(&eve, binding(&world, agent, spare), audit()).await.unwrap();
    assert_eq!(refused, BindingWrite::AgentMissing);
    assert_eq!(store.update_binding(&eve, agent, tool, BindingPatch::default(), audit()).await.unwrap(), None);
    assert!(!store.unbind_tool(&eve, agent, tool, audit()).await.unwrap());
    assert!(!store.put_budget(&eve, Some(agent), budget, audit()).await.unwrap());
    assert_eq!(store.find_agent(&world.viewer(), agent).await.unwrap(), Some(before));
    assert_eq!(store.list_bindings(&world.viewer(), agent).await.unwrap(), Some(bound));
    assert!(store.find_budget(world.tenant, Some(agent)).await.unwrap().is_unlimited());
}

pub async fn an_administrator_changes_and_deletes_a_draft(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    drafted(&world).await;
    let (admin, renamed) = (administrator(&world), AgentPatch { name: Some("b".to_owned()), ..AgentPatch::default() });
    let changed = store.update_agent(&admin, world.agent, renamed, world.audit("agent.update")).await.unwrap().unwrap();
    assert_eq!((changed.name.as_str(), changed.owner_user_id), ("b", world.user), "it stays its owner's");
    assert!(store.delete_agent(&admin, world.agent, world.audit("agent.delete")).await.unwrap());
}

pub async fn a_copy_is_a_draft_of_whoever_made_it(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    drafted(&world).await;
    store.publish_agent(&world.viewer(), world.agent, world.publication(), world.audit("agent.publish")).await.unwrap();
    let eve = colleague(&world);
    let copy = CloneAgent { owner_user_id: eve.user_id, ..copy_for(&world, None) };
    let made = store.clone_agent(&eve, world.agent, copy, world.audit("agent.clone")).await.unwrap().unwrap();
    assert_eq!(made.owner_user_id, eve.user_id);
    assert_eq!(store.find_agent(&world.viewer(), made.id).await.unwrap(), None);
    assert_eq!(store.find_agent(&eve, made.id).await.unwrap(), Some(made));
}
