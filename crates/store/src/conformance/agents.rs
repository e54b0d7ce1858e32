//! Promises about agents and their versions.

use std::sync::Arc;

use artel_domain::{Agent, AgentId, AgentKind, AgentStatus, BindingId};
use serde_json::json;

use super::tools::{binding, creates_tool};
use super::world::{World, at_once, now, uuid};
use crate::{AgentFilter, AgentPatch, BindingPatch, CloneAgent, Page, Store};

const ALL: Page = Page { limit: 100, offset: 0 };

async fn publishes(world: &World) -> Agent {
    world
        .store
        .publish_agent(&world.viewer(), world.agent, world.publication(), world.audit("agent.publish"))
        .await
        .unwrap()
        .expect("the agent lives")
}

async fn patches(world: &World, patch: AgentPatch) -> Agent {
    world
        .store
        .update_agent(&world.viewer(), world.agent, patch, world.audit("agent.update"))
        .await
        .unwrap()
        .expect("the agent lives")
}

async fn rolls_back(world: &World, version: i64) -> Option<Agent> {
    let audit = world.audit("agent.rollback");
    world.store.rollback_agent(&world.viewer(), world.agent, version, world.publication(), audit).await.unwrap()
}

pub(super) fn copy_for(world: &World, name: Option<&str>) -> CloneAgent {
    CloneAgent {
        tenant_id: world.tenant,
        id: AgentId(uuid()),
        owner_user_id: world.user,
        name: name.map(str::to_owned),
        at: now(),
        binding_namespace: BindingId(uuid()),
    }
}

/// The names of what the agent may use.
async fn tools_of(world: &World, agent: AgentId) -> Vec<String> {
    let bound = world.store.list_bindings(&world.viewer(), agent).await.unwrap().expect("the agent lives");
    bound.into_iter().map(|(_, tool)| tool.name).collect()
}

pub async fn an_agent_is_found_as_it_was_stored(store: Arc<dyn Store>) {
    let ada = World::new(&store).await;
    // A float that a careless parser gets wrong, an order that a careless writer sorts, and characters beyond ASCII.
    let params = json!({"temperature": 0.1, "top_p": 2.225_073_858_507_201_4e-308, "stop": ["ё", "\u{0}"], "a": null});
    let agent = Agent { llm_params: Some(params.clone()), ..ada.agent_named("Писарь ✍") };
    let created = store.create_agent(agent.clone(), ada.audit("agent.create")).await.unwrap();
    let found = store.find_agent(&ada.viewer(), agent.id).await.unwrap().unwrap();
    assert_eq!(created, agent);
    assert_eq!(found, agent);
    assert_eq!(found.llm_params.unwrap().to_string(), params.to_string(), "to the byte");
}

pub async fn creating_an_agent_again_gives_the_first_one(store: Arc<dyn Store>) {
    let ada = World::new(&store).await;
    let first = ada.creates_agent("first").await;
    let before = store.audit_head(ada.tenant).await.unwrap();
    let again = Agent { name: "second".to_owned(), ..first.clone() };
    assert_eq!(store.create_agent(again, ada.audit("agent.create")).await.unwrap(), first);
    assert_eq!(store.find_agent(&ada.viewer(), first.id).await.unwrap().unwrap().name, "first");
    assert_eq!(store.audit_head(ada.tenant).await.unwrap(), before, "nothing is written");
}

pub async fn agents_are_listed_newest_first_page_by_page(store: Arc<dyn Store>) {
    let ada = World::new(&store).await;
    for name in ["one", "two", "three"] {
        ada.creates_agent(name).await;
    }
    let (page, all) =
        store.list_agents(&ada.viewer(), AgentFilter::default(), Page { limit: 2, offset: 1 }).await.unwrap();
    assert_eq!(page.iter().map(|agent| agent.name.as_str()).collect::<Vec<_>>(), ["two", "one"]);
    assert_eq!(all, 4);
    let (beyond, all) =
        store.list_agents(&ada.viewer(), AgentFilter::default(), Page { limit: 2, offset: 9 }).await.unwrap();
    assert!(beyond.is_empty());
    assert_eq!(all, 4, "the number of all does not depend on the page");
}

pub async fn agents_are_filtered_by_status_and_a_part_of_the_name(store: Arc<dyn Store>) {
    let ada = World::new(&store).await;
    publishes(&ada).await;
    ada.creates_agent("100%_sure").await;
    let names = |filter: AgentFilter| {
        let world = ada.clone();
        async move {
            let (page, all) = world.store.list_agents(&world.viewer(), filter, ALL).await.unwrap();
            assert_eq!(page.len() as i64, all);
            page.into_iter().map(|agent| agent.name).collect::<Vec<_>>()
        }
    };
    let q = |q: &str| AgentFilter { q: Some(q.to_owned()), ..AgentFilter::default() };
    assert_eq!(names(q("SCRI")).await, ["scribe"]);
    assert_eq!(names(q("%_")).await, ["100%_sure"], "a search is not a pattern");
    assert_eq!(names(q("%s%")).await, [""; 0]);
    assert_eq!(names(AgentFilter { status: Some(AgentStatus::Draft), ..AgentFilter::default() }).await, ["100%_sure"]);
    assert_eq!(names(AgentFilter { status: Some(AgentStatus::Published), ..q("sure") }).await, [""; 0]);
    assert_eq!(names(AgentFilter { kind: Some(AgentKind::System), ..AgentFilter::default() }).await, [""; 0]);
}

pub async fn names_are_found_in_any_case_of_any_script(store: Arc<dyn Store>) {
    let ada = World::new(&store).await;
    for (name, searches) in [
        ("Ёлка", vec!["ёлка", "ЁЛК", "лКа"]),
        ("École", vec!["école", "ÉCOLE", "e\u{301}cole"]),
        ("straße", vec!["STRASSE", "Straße", "SS"]),
        ("ΟΔΟΣ", vec!["οδος"]),
    ] {
        let made = ada.creates_agent(name).await;
        for q in searches {
            let filter = AgentFilter { q: Some(q.to_owned()), ..AgentFilter::default() };
            let (found, all) = store.list_agents(&ada.viewer(), filter, ALL).await.unwrap();
            assert_eq!((found, all), (vec![made.clone()], 1), "{name} by {q}");
        }
    }
    let by = |q: &str| AgentFilter { q: Some(q.to_owned()), ..AgentFilter::default() };
    assert_eq!(store.list_agents(&ada.viewer(), by("елка"), ALL).await.unwrap().1, 0, "ё is a letter of its own");
    patches(&ada, AgentPatch { name: Some("Ячмень".to_owned()), ..AgentPatch::default() }).await;
    assert_eq!(store.list_agents(&ada.viewer(), by("яЧМ"), ALL).await.unwrap().1, 1, "a new name is found");
    assert_eq!(store.list_agents(&ada.viewer(), by("scribe"), ALL).await.unwrap().1, 0, "and the old one is not");
}

pub async fn an_update_changes_only_what_it_names(store: Arc<dyn Store>) {
    let ada = World::new(&store).await;
    let params = json!({"temperature": 0});
    let patch = AgentPatch { llm_params: Some(Some(params.clone())), ..AgentPatch::default() };
    let before = patches(&ada, AgentPatch { require_approval: Some(true), ..patch }).await;
    assert!(before.require_approval);
    let after = patches(&ada, AgentPatch { name: Some("clerk".to_owned()), ..AgentPatch::default() }).await;
    assert_eq!(after, Agent { name: "clerk".to_owned(), updated_at: after.updated_at, ..before.clone() });
    assert!(after.updated_at > before.updated_at);
    assert_eq!(after.llm_params, Some(params));
    let cleared = patches(&ada, AgentPatch { llm_params: Some(None), ..AgentPatch::default() }).await;
    assert_eq!(cleared.llm_params, None);
    assert_eq!(store.find_agent(&ada.viewer(), ada.agent).await.unwrap(), Some(cleared));
}

pub async fn a_deleted_agent_is_absent(store: Arc<dyn Store>) {
    let ada = World::new(&store).await;
    let tool = creates_tool(&ada, "echo").await;
    publishes(&ada).await;
    assert!(store.delete_agent(&ada.viewer(), ada.agent, ada.audit("agent.delete")).await.unwrap());

    assert!(!store.delete_agent(&ada.viewer(), ada.agent, ada.audit("agent.delete")).await.unwrap());
    assert_eq!(store.find_agent(&ada.viewer(), ada.agent).await.unwrap(), None);
    assert_eq!(store.list_agents(&ada.viewer(), AgentFilter::default(), ALL).await.unwrap(), (vec![], 0));
    assert_eq!(
        store.update_agent(&ada.viewer(), ada.agent, AgentPatch::default(), ada.audit("agent.update")).await.unwrap(),
        None
    );
    assert_eq!(
        store.publish_agent(&ada.viewer(), ada.agent, ada.publication(), ada.audit("agent.publish")).await.unwrap(),
        None
    );
    assert!(store.list_agent_versions(&ada.viewer(), ada.agent).await.unwrap().is_empty());
    assert_eq!(store.find_agent_version(&ada.viewer(), ada.agent, 2).await.unwrap(), None);
    assert_eq!(rolls_back(&ada, 2).await, None);
    assert_eq!(
        store.clone_agent(&ada.viewer(), ada.agent, copy_for(&ada, None), ada.audit("agent.clone")).await.unwrap(),
        None
    );
    assert_eq!(store.list_bindings(&ada.viewer(), ada.agent).await.unwrap(), None);
    let refused =
        store.bind_tool(&ada.viewer(), binding(&ada, ada.agent, tool.id), ada.audit("binding.create")).await.unwrap();
    assert_eq!(refused, crate::BindingWrite::AgentMissing);
}

pub async fn an_agent_is_invisible_to_other_tenants(store: Arc<dyn Store>) {
    let (ada, bob) = (World::new(&store).await, World::new(&store).await);
    publishes(&ada).await;
    let before = store.find_agent(&ada.viewer(), ada.agent).await.unwrap();
    let thief = World { tenant: bob.tenant, ..ada.clone() };

    assert_eq!(store.find_agent(&bob.viewer(), ada.agent).await.unwrap(), None);
    let (seen, all) = store.list_agents(&bob.viewer(), AgentFilter::default(), ALL).await.unwrap();
    assert_eq!((seen.into_iter().map(|agent| agent.id).collect::<Vec<_>>(), all), (vec![bob.agent], 1));
    let patch = AgentPatch { name: Some("stolen".to_owned()), ..AgentPatch::default() };
    assert_eq!(store.update_agent(&bob.viewer(), ada.agent, patch, bob.audit("agent.update")).await.unwrap(), None);
    assert!(!store.delete_agent(&bob.viewer(), ada.agent, bob.audit("agent.delete")).await.unwrap());
    assert_eq!(
        store.publish_agent(&bob.viewer(), ada.agent, bob.publication(), bob.audit("agent.publish")).await.unwrap(),
        None
    );
    assert!(store.list_agent_versions(&bob.viewer(), ada.agent).await.unwrap().is_empty());
    assert_eq!(store.find_agent_version(&bob.viewer(), ada.agent, 2).await.unwrap(), None);
    assert_eq!(rolls_back(&thief, 2).await, None);
    assert_eq!(
        store.clone_agent(&bob.viewer(), ada.agent, copy_for(&bob, None), bob.audit("agent.clone")).await.unwrap(),
        None
    );
    let taken = Agent { tenant_id: bob.tenant, name: "stolen".to_owned(), ..before.clone().unwrap() };
    assert!(store.create_agent(taken, bob.audit("agent.create")).await.is_err(), "an id is taken for all tenants");
    assert_eq!(store.find_agent(&ada.viewer(), ada.agent).await.unwrap(), before);
}

pub async fn publishing_raises_the_version_and_keeps_a_snapshot(store: Arc<dyn Store>) {
    let ada = World::new(&store).await;
    let tool = creates_tool(&ada, "echo").await;
    store.bind_tool(&ada.viewer(), binding(&ada, ada.agent, tool.id), ada.audit("binding.create")).await.unwrap();
    let second = publishes(&ada).await;
    assert_eq!((second.version, second.status), (2, AgentStatus::Published));

    patches(&ada, AgentPatch { name: Some("renamed".to_owned()), ..AgentPatch::default() }).await;
    store.unbind_tool(&ada.viewer(), ada.agent, tool.id, ada.audit("binding.delete")).await.unwrap();
    let third = publishes(&ada).await;
    assert_eq!(third.version, 3);

    let kept = store.find_agent_version(&ada.viewer(), ada.agent, 2).await.unwrap().unwrap();
    assert_eq!(kept.agent, second);
    assert_eq!(kept.created_by, ada.user);
    assert_eq!(kept.bindings.iter().map(|binding| binding.tool_id).collect::<Vec<_>>(), [tool.id]);
    let versions = store.list_agent_versions(&ada.viewer(), ada.agent).await.unwrap();
    assert_eq!(versions.iter().map(|version| version.version).collect::<Vec<_>>(), [3, 2]);
    assert!(versions[0].bindings.is_empty());
    assert_eq!(
        store.find_agent_version(&ada.viewer(), ada.agent, 1).await.unwrap(),
        None,
        "a draft was never published"
    );
}

pub async fn publishing_at_once_gives_every_version_once(store: Arc<dyn Store>) {
    let ada = World::new(&store).await;
    let mut published: Vec<i64> = at_once((0..8).map(|_| {
        let ada = ada.clone();
        async move { publishes(&ada).await.version }
    }))
    .await;
    published.sort_unstable();
    assert_eq!(published, (2..=9).collect::<Vec<_>>());
    assert_eq!(store.list_agent_versions(&ada.viewer(), ada.agent).await.unwrap().len(), 8);
}

pub async fn rolling_back_restores_the_profile_and_the_bindings_as_a_new_version(store: Arc<dyn Store>) {
    let ada = World::new(&store).await;
    let (kept, dropped, added) =
        (creates_tool(&ada, "kept").await, creates_tool(&ada, "dropped").await, creates_tool(&ada, "added").await);
    for tool in [&kept, &dropped] {
        store.bind_tool(&ada.viewer(), binding(&ada, ada.agent, tool.id), ada.audit("binding.create")).await.unwrap();
    }
    let past = publishes(&ada).await;

    let patch = AgentPatch {
        system_prompt: Some("be long".to_owned()),
        model: Some("demo:other".to_owned()),
        ..AgentPatch::default()
    };
    patches(
        &ada,
        AgentPatch {
            name: Some("clerk".to_owned()),
            llm_params: Some(Some(json!({}))),
            require_approval: Some(true),
            status: Some(AgentStatus::Draft),
            ..patch
        },
    )
    .await;
    let wide = BindingPatch { allowed_domains: Some(vec!["elsewhere.example".to_owned()]), ..BindingPatch::default() };
    store.update_binding(&ada.viewer(), ada.agent, kept.id, wide, ada.audit("binding.update")).await.unwrap();
    store.bind_tool(&ada.viewer(), binding(&ada, ada.agent, added.id), ada.audit("binding.create")).await.unwrap();
    store.delete_tool(ada.tenant, dropped.id, ada.audit("tool.delete")).await.unwrap();

    let back = rolls_back(&ada, past.version).await.unwrap();
    assert_eq!(back, Agent { version: past.version + 1, updated_at: back.updated_at, ..past.clone() });
    assert_eq!(tools_of(&ada, ada.agent).await, ["kept"], "a tool deleted since stays deleted");
    let version = store.find_agent_version(&ada.viewer(), ada.agent, back.version).await.unwrap().unwrap();
    assert_eq!(version.agent, back);
    assert_eq!(version.bindings.len(), 1);
    assert!(version.bindings[0].allowed_domains.is_empty(), "limits go back too");
    assert_eq!(
        store.find_agent_version(&ada.viewer(), ada.agent, past.version).await.unwrap().unwrap().agent,
        past,
        "snapshots never change"
    );
}

pub async fn a_publication_that_is_asked_for_again_is_made_once(store: Arc<dyn Store>) {
    let ada = World::new(&store).await;
    let (publish, roll_back) = (ada.publication(), ada.publication());
    let viewer = ada.viewer();
    let publishes =
        async || store.publish_agent(&viewer, ada.agent, publish, ada.audit("agent.publish")).await.unwrap().unwrap();
    let rolls_back = async || {
        let audit = ada.audit("agent.rollback");
        store.rollback_agent(&viewer, ada.agent, 2, roll_back, audit).await.unwrap().unwrap()
    };
    let published = publishes().await;
    assert_eq!(publishes().await, published);
    let rolled_back = rolls_back().await;
    assert_eq!(rolls_back().await, rolled_back);
    assert_eq!(publishes().await, published, "also after another version");
    assert_eq!((published.version, rolled_back.version), (2, 3));
    assert_eq!(store.list_agent_versions(&viewer, ada.agent).await.unwrap().len(), 2);
}

pub async fn rolling_back_to_a_version_that_never_was_changes_nothing(store: Arc<dyn Store>) {
    let ada = World::new(&store).await;
    let published = publishes(&ada).await;
    assert_eq!(rolls_back(&ada, 7).await, None);
    assert_eq!(store.find_agent(&ada.viewer(), ada.agent).await.unwrap(), Some(published));
}

pub async fn a_copy_is_a_draft_of_its_own_with_the_same_tools(store: Arc<dyn Store>) {
    let ada = World::new(&store).await;
    let (tool, gone) = (creates_tool(&ada, "echo").await, creates_tool(&ada, "gone").await);
    for tool in [&tool, &gone] {
        store.bind_tool(&ada.viewer(), binding(&ada, ada.agent, tool.id), ada.audit("binding.create")).await.unwrap();
    }
    store.delete_tool(ada.tenant, gone.id, ada.audit("tool.delete")).await.unwrap();
    let source = publishes(&ada).await;
    let copy = copy_for(&ada, None);
    let made =
        store.clone_agent(&ada.viewer(), ada.agent, copy.clone(), ada.audit("agent.clone")).await.unwrap().unwrap();

    let expected = Agent {
        id: copy.id,
        owner_user_id: copy.owner_user_id,
        name: "scribe (copy)".to_owned(),
        status: AgentStatus::Draft,
        version: 1,
        created_at: copy.at,
        updated_at: None,
        ..source.clone()
    };
    assert_eq!(made, expected);
    assert_eq!(tools_of(&ada, made.id).await, ["echo"]);
    assert!(store.list_agent_versions(&ada.viewer(), made.id).await.unwrap().is_empty());
    store.unbind_tool(&ada.viewer(), made.id, tool.id, ada.audit("binding.delete")).await.unwrap();
    assert_eq!(tools_of(&ada, ada.agent).await, ["echo"], "the source keeps its own");
    assert_eq!(store.find_agent(&ada.viewer(), ada.agent).await.unwrap(), Some(source));
}

pub async fn a_copys_name_is_cut_to_two_hundred_characters(store: Arc<dyn Store>) {
    let ada = World::new(&store).await;
    patches(&ada, AgentPatch { name: Some("ж".repeat(198)), ..AgentPatch::default() }).await;
    let made = store
        .clone_agent(&ada.viewer(), ada.agent, copy_for(&ada, None), ada.audit("agent.clone"))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(made.name, format!("{} (", "ж".repeat(198)));
    let named = store
        .clone_agent(&ada.viewer(), ada.agent, copy_for(&ada, Some("twin")), ada.audit("agent.clone"))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(named.name, "twin");
}
