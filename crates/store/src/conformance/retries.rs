//! A request and its retry at the same time, under one id: one of them makes what is asked for, the other finds it. On
//! a database with many writers both look before either has written.

use std::fmt::Debug;
use std::sync::Arc;

use super::world::{World, at_once, uuid};
use super::{credentials, hooks, organization_connectors, organization_sessions, tools, webhooks};
use crate::Store;

/// What four tries at once get, again and again.
async fn tries<T, F>(mut make: impl FnMut() -> Box<dyn Fn() -> F + Send>)
where
    T: Debug + PartialEq + Send + 'static,
    F: Future<Output = T> + Send + 'static,
{
    for _ in 0..10 {
        let make = make();
        let mut made = at_once((0..4).map(|_| make())).await;
        let first = made.pop().unwrap();
        assert!(made.iter().all(|one| *one == first), "{first:?} and {made:?}");
    }
}

pub async fn tries_of_an_agent_at_once_make_one(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    tries(|| {
        let (world, agent) = (world.clone(), world.agent_named(&uuid().to_string()));
        Box::new(move || {
            let (world, agent) = (world.clone(), agent.clone());
            async move { world.store.create_agent(agent, world.audit("agent.create")).await.unwrap() }
        })
    })
    .await;
}

pub async fn tries_of_a_tool_at_once_make_one(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    tries(|| {
        let (world, tool) = (world.clone(), tools::tool_named(&world, &uuid().to_string()));
        Box::new(move || {
            let (world, tool) = (world.clone(), tool.clone());
            async move { world.store.create_tool(tool, world.audit("tool.create")).await.unwrap() }
        })
    })
    .await;
}

pub async fn tries_of_a_credential_at_once_make_one(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    tries(|| {
        let (world, account) = (world.clone(), credentials::account(&world, "ozon", &uuid().to_string()));
        Box::new(move || {
            let (world, account) = (world.clone(), account.clone());
            async move { credentials::keeps(&world, account).await }
        })
    })
    .await;
}

pub async fn tries_of_a_grant_at_once_make_one(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    credentials::may_call(&world, &["ozon"]).await;
    let mut accounts = Vec::new();
    for _ in 0..10 {
        accounts.push(credentials::kept(&world, "ozon", &uuid().to_string()).await.id);
    }
    tries(|| {
        let (world, grant) = (world.clone(), credentials::grant(&world, accounts.pop().unwrap()));
        Box::new(move || {
            let (world, grant) = (world.clone(), grant.clone());
            async move { credentials::grants(&world, grant).await }
        })
    })
    .await;
}

pub async fn tries_of_a_hook_at_once_make_one(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    tries(|| {
        let (world, hook) = (world.clone(), hooks::hook(&world, "github"));
        Box::new(move || {
            let (world, hook) = (world.clone(), hook.clone());
            async move { hooks::writes(&world, &hook).await }
        })
    })
    .await;
}

pub async fn tries_of_a_webhook_endpoint_at_once_make_one(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    tries(|| {
        let (world, endpoint) = (world.clone(), webhooks::endpoint(&world, &[]));
        Box::new(move || {
            let new = crate::NewWebhookEndpoint { endpoint: endpoint.clone(), sealed: "sealed".to_owned() };
            let world = world.clone();
            async move { world.store.create_webhook_endpoint(new, 100, world.audit("webhook.create")).await.unwrap() }
        })
    })
    .await;
    assert_eq!(store.list_webhook_endpoints(world.tenant).await.unwrap().len(), 10);
}

pub async fn tries_of_a_session_at_once_make_one(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    tries(|| {
        let (world, new) = (world.clone(), organization_sessions::titled(&world, "first"));
        Box::new(move || {
            let (world, new) = (world.clone(), new.clone());
            async move { organization_sessions::creates(&world, new).await }
        })
    })
    .await;
}

pub async fn tries_of_a_connector_at_once_make_one(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    tries(|| {
        let key = format!("shop_{}", uuid().simple());
        let (world, new) = (world.clone(), organization_connectors::connector(&world, &key, "a definition"));
        Box::new(move || {
            let (world, new) = (world.clone(), new.clone());
            async move { organization_connectors::puts(&world, new, None).await }
        })
    })
    .await;
}
