//! Promises about tools and bindings.

use std::collections::BTreeMap;
use std::sync::Arc;

use artel_domain::tool::{ArgumentPlace, HttpMethod};
use artel_domain::{
    AgentId, AuthType, Binding, BindingId, EffectClass, ExecutionType, PermissionScope, RateLimit, ToolDefinition,
    ToolId, ToolStatus,
};
use serde_json::json;

use super::world::{World, at_once, now, uuid};
use crate::{BindingPatch, BindingWrite, Page, Store, ToolPatch, ToolWrite};

const ALL: Page = Page { limit: 100, offset: 0 };

/// A webhook with every member set.
pub(super) fn tool_named(world: &World, name: &str) -> ToolDefinition {
    ToolDefinition {
        id: ToolId(uuid()),
        tenant_id: world.tenant,
        name: name.to_owned(),
        description: "says it again".to_owned(),
        input_schema: json!({"type": "object", "properties": {"text": {"type": "string"}, "n": {"maximum": 1.5e-7}}, "required": ["text"]}),
        execution_type: ExecutionType::HttpWebhook,
        endpoint: Some("https://tools.example/echo".to_owned()),
        auth_type: AuthType::BearerToken,
        status: ToolStatus::Active,
        version: 1,
        http_method: HttpMethod::Put,
        parameter_mapping: BTreeMap::from([("text".to_owned(), ArgumentPlace::Query)]),
        custom_headers: BTreeMap::from([("x-who".to_owned(), "artel".to_owned())]),
        response_transform: Some("text".to_owned()),
        effect: EffectClass::Verifiable,
        status_endpoint: Some("https://tools.example/status".to_owned()),
        cache_ttl_seconds: Some(60),
        created_at: now(),
        updated_at: None,
    }
}

pub(super) async fn creates_tool(world: &World, name: &str) -> ToolDefinition {
    world.store.create_tool(tool_named(world, name), world.audit("tool.create")).await.unwrap()
}

/// A binding that is not stored yet.
pub(super) fn binding(world: &World, agent: AgentId, tool: ToolId) -> Binding {
    Binding {
        id: BindingId(uuid()),
        tenant_id: world.tenant,
        agent_id: agent,
        tool_id: tool,
        permission_scope: PermissionScope::Write,
        timeout_ms: 1500,
        rate_limit: None,
        allowed_domains: vec![],
        secrets_ref: None,
        require_approval: false,
        created_at: now(),
        updated_at: None,
    }
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

fn limit(text: &str) -> RateLimit {
    text.parse().expect("a rate limit")
}

pub async fn a_tool_is_found_as_it_was_stored(store: Arc<dyn Store>) {
    let ada = World::new(&store).await;
    let tool = tool_named(&ada, "echo");
    assert_eq!(store.create_tool(tool.clone(), ada.audit("tool.create")).await.unwrap(), tool);
    let found = store.find_tool(ada.tenant, tool.id).await.unwrap().unwrap();
    assert_eq!(found, tool);
    assert_eq!(found.input_schema.to_string(), tool.input_schema.to_string(), "to the byte");
}

pub async fn creating_a_tool_again_gives_the_first_one(store: Arc<dyn Store>) {
    let ada = World::new(&store).await;
    let first = creates_tool(&ada, "first").await;
    let before = store.audit_head(ada.tenant).await.unwrap();
    let again = ToolDefinition { name: "second".to_owned(), ..first.clone() };
    assert_eq!(store.create_tool(again, ada.audit("tool.create")).await.unwrap(), first);
    assert_eq!(store.find_tool(ada.tenant, first.id).await.unwrap(), Some(first));
    assert_eq!(store.audit_head(ada.tenant).await.unwrap(), before, "nothing is written");
}

pub async fn tools_are_listed_newest_first_page_by_page(store: Arc<dyn Store>) {
    let ada = World::new(&store).await;
    for name in ["one", "two", "three"] {
        creates_tool(&ada, name).await;
    }
    let (page, all) = store.list_tools(ada.tenant, Page { limit: 2, offset: 1 }).await.unwrap();
    assert_eq!(page.iter().map(|tool| tool.name.as_str()).collect::<Vec<_>>(), ["two", "one"]);
    assert_eq!(all, 3);
}

pub async fn an_update_of_a_tool_changes_only_what_it_names_and_raises_the_version(store: Arc<dyn Store>) {
    let ada = World::new(&store).await;
    let before = creates_tool(&ada, "echo").await;
    let patch = ToolPatch {
        name: Some("shout".to_owned()),
        endpoint: Some(None),
        execution_type: Some(ExecutionType::Internal),
        custom_headers: Some(BTreeMap::new()),
        cache_ttl_seconds: Some(None),
        ..ToolPatch::default()
    };
    let after =
        store.update_tool(ada.tenant, before.id, patch, ada.audit("tool.update")).await.unwrap().done().unwrap();
    let expected = ToolDefinition {
        name: "shout".to_owned(),
        endpoint: None,
        execution_type: ExecutionType::Internal,
        custom_headers: BTreeMap::new(),
        cache_ttl_seconds: None,
        version: 2,
        updated_at: after.updated_at,
        ..before
    };
    assert_eq!(after, expected);
    assert!(after.updated_at.is_some());
    assert_eq!(store.find_tool(ada.tenant, after.id).await.unwrap(), Some(after));
}

/// A creation that is repeated with the id of a deleted tool meets its row, so the row is there.
pub async fn the_row_of_a_deleted_tool_stays(store: Arc<dyn Store>) {
    let ada = World::new(&store).await;
    let tool = creates_tool(&ada, "echo").await;
    assert!(store.delete_tool(ada.tenant, tool.id, ada.audit("tool.delete")).await.unwrap());
    let again = ToolDefinition { name: "another".to_owned(), ..tool.clone() };
    assert_eq!(store.create_tool(again, ada.audit("tool.create")).await.unwrap().name, "echo");
    assert_eq!(store.find_tool(ada.tenant, tool.id).await.unwrap(), None, "and nobody finds it");
}

pub async fn a_deleted_tool_is_absent_and_its_bindings_are_too(store: Arc<dyn Store>) {
    let ada = World::new(&store).await;
    let (tool, other) = (creates_tool(&ada, "echo").await, creates_tool(&ada, "other").await);
    binds(&ada, tool.id).await;
    binds(&ada, other.id).await;
    assert!(store.delete_tool(ada.tenant, tool.id, ada.audit("tool.delete")).await.unwrap());

    assert!(!store.delete_tool(ada.tenant, tool.id, ada.audit("tool.delete")).await.unwrap());
    assert_eq!(store.find_tool(ada.tenant, tool.id).await.unwrap(), None);
    assert_eq!(store.list_tools(ada.tenant, ALL).await.unwrap().1, 1);
    assert_eq!(
        store.update_tool(ada.tenant, tool.id, ToolPatch::default(), ada.audit("tool.update")).await.unwrap(),
        ToolWrite::Missing
    );
    let bound = store.list_bindings(&ada.viewer(), ada.agent).await.unwrap().unwrap();
    assert_eq!(bound.into_iter().map(|(_, tool)| tool.id).collect::<Vec<_>>(), [other.id]);
    let patch = BindingPatch { timeout_ms: Some(1), ..BindingPatch::default() };
    assert_eq!(
        store.update_binding(&ada.viewer(), ada.agent, tool.id, patch, ada.audit("binding.update")).await.unwrap(),
        None
    );
    assert!(!store.unbind_tool(&ada.viewer(), ada.agent, tool.id, ada.audit("binding.delete")).await.unwrap());
    let refused =
        store.bind_tool(&ada.viewer(), binding(&ada, ada.agent, tool.id), ada.audit("binding.create")).await.unwrap();
    assert_eq!(refused, BindingWrite::ToolMissing);
}

pub async fn a_tool_is_invisible_to_other_tenants(store: Arc<dyn Store>) {
    let (ada, bob) = (World::new(&store).await, World::new(&store).await);
    let tool = creates_tool(&ada, "echo").await;
    assert_eq!(store.find_tool(bob.tenant, tool.id).await.unwrap(), None);
    assert_eq!(store.list_tools(bob.tenant, ALL).await.unwrap(), (vec![], 0));
    assert_eq!(
        store.update_tool(bob.tenant, tool.id, ToolPatch::default(), bob.audit("tool.update")).await.unwrap(),
        ToolWrite::Missing
    );
    assert!(!store.delete_tool(bob.tenant, tool.id, bob.audit("tool.delete")).await.unwrap());
    let refused =
        store.bind_tool(&bob.viewer(), binding(&bob, bob.agent, tool.id), bob.audit("binding.create")).await.unwrap();
    assert_eq!(refused, BindingWrite::ToolMissing);
    let stolen = ToolDefinition { tenant_id: bob.tenant, ..tool.clone() };
    assert!(store.create_tool(stolen, bob.audit("tool.create")).await.is_err(), "an id is taken for all tenants");
    assert_eq!(store.find_tool(ada.tenant, tool.id).await.unwrap(), Some(tool));
}

pub async fn a_binding_is_listed_with_its_tool_oldest_first(store: Arc<dyn Store>) {
    let ada = World::new(&store).await;
    let (first, second) = (creates_tool(&ada, "zebra").await, creates_tool(&ada, "ant").await);
    let new = Binding {
        rate_limit: Some(limit("10/minute")),
        allowed_domains: vec!["b.example".to_owned(), "a.example".to_owned()],
        secrets_ref: Some("weather".to_owned()),
        ..binding(&ada, ada.agent, first.id)
    };
    let made = store.bind_tool(&ada.viewer(), new.clone(), ada.audit("binding.create")).await.unwrap();
    assert_eq!(made, BindingWrite::Done(new.clone()));
    let later = binds(&ada, second.id).await;
    assert_eq!(store.list_bindings(&ada.viewer(), ada.agent).await.unwrap().unwrap(), [(new, first), (later, second)]);
}

pub async fn an_agent_has_a_tool_once(store: Arc<dyn Store>) {
    let ada = World::new(&store).await;
    let tool = creates_tool(&ada, "echo").await;
    let first = binds(&ada, tool.id).await;
    let before = store.audit_head(ada.tenant).await.unwrap();
    let second =
        store.bind_tool(&ada.viewer(), binding(&ada, ada.agent, tool.id), ada.audit("binding.create")).await.unwrap();
    assert_eq!(second, BindingWrite::Duplicate);
    let retried = store.bind_tool(&ada.viewer(), first.clone(), ada.audit("binding.create")).await.unwrap();
    assert_eq!(retried, BindingWrite::Done(first), "a retried request gets what it made");
    assert_eq!(store.audit_head(ada.tenant).await.unwrap(), before, "nothing is written");
}

pub async fn an_agent_has_no_two_tools_whose_names_count_as_one(store: Arc<dyn Store>) {
    let ada = World::new(&store).await;
    let first = creates_tool(&ada, "write_file").await;
    let other = creates_tool(&ada, "writ\u{435} file").await;
    binds(&ada, first.id).await;
    let before = store.audit_head(ada.tenant).await.unwrap();
    let refused =
        store.bind_tool(&ada.viewer(), binding(&ada, ada.agent, other.id), ada.audit("binding.create")).await.unwrap();
    assert_eq!(refused, BindingWrite::NameTaken("write_file".to_owned()));
    assert_eq!(store.list_bindings(&ada.viewer(), ada.agent).await.unwrap().unwrap().len(), 1);

    let third = creates_tool(&ada, "read_file").await;
    binds(&ada, third.id).await;
    let audited = store.audit_head(ada.tenant).await.unwrap();
    let named = |name: &str| ToolPatch { name: Some(name.to_owned()), ..ToolPatch::default() };
    let renames =
        async |tool, name| store.update_tool(ada.tenant, tool, named(name), ada.audit("tool.update")).await.unwrap();
    assert_eq!(renames(third.id, "Write-File").await, ToolWrite::NameTaken("write_file".to_owned()));
    assert_eq!(store.audit_head(ada.tenant).await.unwrap(), audited, "nothing is written");
    assert_ne!(audited, before);
    assert_eq!(store.find_tool(ada.tenant, third.id).await.unwrap().unwrap().name, "read_file");
    assert!(renames(third.id, "READ_FILE").await.done().is_some(), "its own name is no other's");
    assert!(renames(other.id, "Write-File").await.done().is_some(), "no agent has it");
}

pub async fn of_many_bindings_of_one_tool_at_once_one_is_made(store: Arc<dyn Store>) {
    let ada = World::new(&store).await;
    let tool = creates_tool(&ada, "echo").await;
    let written = at_once((0..10).map(|_| {
        let (ada, new) = (ada.clone(), binding(&ada, ada.agent, tool.id));
        async move { ada.store.bind_tool(&ada.viewer(), new, ada.audit("binding.create")).await.unwrap() }
    }))
    .await;
    assert_eq!(written.iter().filter(|write| matches!(write, BindingWrite::Done(_))).count(), 1, "{written:?}");
    assert_eq!(written.iter().filter(|write| **write == BindingWrite::Duplicate).count(), 9, "{written:?}");
}

pub async fn a_binding_needs_an_agent_and_a_tool_that_exist(store: Arc<dyn Store>) {
    let ada = World::new(&store).await;
    let tool = creates_tool(&ada, "echo").await;
    let missing_agent = binding(&ada, AgentId(uuid()), tool.id);
    let missing_tool = binding(&ada, ada.agent, ToolId(uuid()));
    assert_eq!(
        store.bind_tool(&ada.viewer(), missing_agent, ada.audit("binding.create")).await.unwrap(),
        BindingWrite::AgentMissing
    );
    assert_eq!(
        store.bind_tool(&ada.viewer(), missing_tool, ada.audit("binding.create")).await.unwrap(),
        BindingWrite::ToolMissing
    );
    assert_eq!(store.list_bindings(&ada.viewer(), AgentId(uuid())).await.unwrap(), None);
    assert_eq!(store.list_bindings(&ada.viewer(), ada.agent).await.unwrap(), Some(vec![]));
}

pub async fn an_update_of_a_binding_changes_only_what_it_names(store: Arc<dyn Store>) {
    let ada = World::new(&store).await;
    let tool = creates_tool(&ada, "echo").await;
    let before = binds(&ada, tool.id).await;
    let update = |patch| {
        let ada = ada.clone();
        async move {
            ada.store
                .update_binding(&ada.viewer(), ada.agent, tool.id, patch, ada.audit("binding.update"))
                .await
                .unwrap()
                .unwrap()
        }
    };
    let limited = BindingPatch {
        rate_limit: Some(Some(limit("2/day"))),
        secrets_ref: Some(Some("key".to_owned())),
        require_approval: Some(true),
        ..BindingPatch::default()
    };
    let after = update(limited).await;
    let expected = Binding {
        rate_limit: Some(limit("2/day")),
        secrets_ref: Some("key".to_owned()),
        require_approval: true,
        updated_at: after.updated_at,
        ..before
    };
    assert_eq!(after, expected);
    let cleared = update(BindingPatch {
        rate_limit: Some(None),
        permission_scope: Some(PermissionScope::Read),
        ..BindingPatch::default()
    })
    .await;
    assert_eq!(
        cleared,
        Binding { rate_limit: None, permission_scope: PermissionScope::Read, updated_at: cleared.updated_at, ..after }
    );
}

pub async fn an_unbound_tool_can_be_bound_again(store: Arc<dyn Store>) {
    let ada = World::new(&store).await;
    let tool = creates_tool(&ada, "echo").await;
    binds(&ada, tool.id).await;
    assert!(store.unbind_tool(&ada.viewer(), ada.agent, tool.id, ada.audit("binding.delete")).await.unwrap());
    assert!(!store.unbind_tool(&ada.viewer(), ada.agent, tool.id, ada.audit("binding.delete")).await.unwrap());
    assert_eq!(store.list_bindings(&ada.viewer(), ada.agent).await.unwrap(), Some(vec![]));
    binds(&ada, tool.id).await;
}

pub async fn a_binding_is_invisible_to_other_tenants(store: Arc<dyn Store>) {
    let (ada, bob) = (World::new(&store).await, World::new(&store).await);
    let tool = creates_tool(&ada, "echo").await;
    let bound = binds(&ada, tool.id).await;
    assert_eq!(store.list_bindings(&bob.viewer(), ada.agent).await.unwrap(), None);
    let patch = BindingPatch { timeout_ms: Some(1), ..BindingPatch::default() };
    assert_eq!(
        store.update_binding(&bob.viewer(), ada.agent, tool.id, patch, bob.audit("binding.update")).await.unwrap(),
        None
    );
    assert!(!store.unbind_tool(&bob.viewer(), ada.agent, tool.id, bob.audit("binding.delete")).await.unwrap());
    let foreign = binding(&bob, ada.agent, creates_tool(&bob, "bob's").await.id);
    assert_eq!(
        store.bind_tool(&bob.viewer(), foreign, bob.audit("binding.create")).await.unwrap(),
        BindingWrite::AgentMissing
    );
    assert_eq!(store.list_bindings(&ada.viewer(), ada.agent).await.unwrap(), Some(vec![(bound, tool)]));
}
