use std::sync::Arc;
use std::time::Duration;

use artel_domain::{Hook, HookId};

use super::world::{World, at_once, now, uuid};
use crate::hooks::MOST_HOOKS;
use crate::{AuditFilter, HookWrite, NewHook, Page, SealedHook, Store, Viewer};

const ALL: Page = Page { limit: 100, offset: 0 };

pub(super) fn hook(world: &World, connector: &str) -> Hook {
    Hook {
        id: HookId(uuid()),
        tenant_id: world.tenant,
        connector_key: connector.to_owned(),
        last4: "wxyz".to_owned(),
        has_secret: true,
        created_by: world.user,
        created_at: now(),
        last_refused_at: None,
    }
}

pub(super) async fn writes(world: &World, hook: &Hook) -> HookWrite {
    let sealed = hook.has_secret.then(|| "sealed".to_owned());
    let new = NewHook { hook: hook.clone(), token_hash: hash(hook), sealed };
    world.store.create_hook(new, world.audit("hook.create")).await.unwrap()
}

async fn makes(world: &World, hook: &Hook) -> Hook {
    let HookWrite::Done(made) = writes(world, hook).await else { panic!("it is not made") };
    made
}

/// A hook of this connector; each has a token of its own.
async fn made(world: &World, connector: &str) -> Hook {
    let hook = hook(world, connector);
    assert_eq!(makes(world, &hook).await, hook);
    hook
}

fn hash(hook: &Hook) -> String {
    format!("hash of the token of {}", hook.id)
}

async fn opens(world: &World, connector: &str, hook: &Hook) -> Option<SealedHook> {
    world.store.find_hook_by_token(world.tenant, connector, &hash(hook)).await.unwrap()
}

async fn actions(world: &World) -> Vec<String> {
    let filter = AuditFilter { limit: 100, ..AuditFilter::default() };
    let rows = world.store.list_audit(&Viewer::service(world.tenant), filter).await.unwrap();
    rows.into_iter().rev().map(|row| row.action).filter(|action| action.starts_with("hook.")).collect()
}

pub async fn a_hook_is_found_by_its_token_until_it_is_revoked(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let github = made(&world, "github").await;
    let open = Hook { has_secret: false, ..hook(&world, "github") };
    assert_eq!(makes(&world, &open).await, open);
    let sealed = SealedHook { hook: github.clone(), sealed: Some("sealed".to_owned()) };
    assert_eq!(opens(&world, "github", &github).await, Some(sealed));
    assert_eq!(opens(&world, "github", &open).await, Some(SealedHook { hook: open.clone(), sealed: None }));
    assert_eq!(opens(&world, "gitlab", &github).await, None, "the token of another connector");
    assert_eq!(store.list_hooks(world.tenant, "github", ALL).await.unwrap(), (vec![github.clone(), open.clone()], 2));
    let second = Page { limit: 1, offset: 1 };
    assert_eq!(store.list_hooks(world.tenant, "github", second).await.unwrap(), (vec![open.clone()], 2));
    let revoke = async || {
        let audit = world.audit("hook.revoke");
        store.revoke_hook(world.tenant, "github", github.id, audit).await.unwrap()
    };
    assert!(revoke().await && !revoke().await, "it is revoked once");
    assert_eq!(opens(&world, "github", &github).await, None);
    assert_eq!(store.list_hooks(world.tenant, "github", ALL).await.unwrap(), (vec![open], 1));
    assert_eq!(actions(&world).await, ["hook.create", "hook.create", "hook.revoke"]);
}

pub async fn a_retried_hook_is_the_same_hook(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let first = made(&world, "github").await;
    let again = Hook { created_at: now(), last4: "abcd".to_owned(), ..first.clone() };
    assert_eq!(makes(&world, &again).await, first);
    assert_eq!(actions(&world).await, ["hook.create"]);
}

pub async fn a_hooks_secret_is_replaced_and_gone_with_it(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let open = Hook { has_secret: false, ..hook(&world, "bitrix24") };
    makes(&world, &open).await;
    let set = async |connector: &str| {
        let audit = world.audit("hook.update");
        store.set_hook_secret(world.tenant, connector, open.id, "new".to_owned(), audit).await.unwrap()
    };
    assert_eq!(set("github").await, None, "another connector's path");
    assert_eq!(set("bitrix24").await, Some(Hook { has_secret: true, ..open.clone() }));
    assert_eq!(opens(&world, "bitrix24", &open).await.unwrap().sealed.as_deref(), Some("new"));
    assert!(!store.revoke_hook(world.tenant, "github", open.id, world.audit("hook.revoke")).await.unwrap());
    assert!(store.revoke_hook(world.tenant, "bitrix24", open.id, world.audit("hook.revoke")).await.unwrap());
    assert_eq!(set("bitrix24").await, None);
    assert_eq!(actions(&world).await, ["hook.create", "hook.update", "hook.revoke"]);
}

pub async fn another_tenant_has_nothing_of_a_hook(store: Arc<dyn Store>) {
    let (world, other) = (World::new(&store).await, World::new(&store).await);
    let hook = made(&world, "github").await;
    assert_eq!(opens(&other, "github", &hook).await, None);
    assert_eq!(store.list_hooks(other.tenant, "github", ALL).await.unwrap(), (vec![], 0));
    let audit = other.audit("hook.update");
    assert_eq!(store.set_hook_secret(other.tenant, "github", hook.id, "x".to_owned(), audit).await.unwrap(), None);
    assert!(!store.revoke_hook(other.tenant, "github", hook.id, other.audit("hook.revoke")).await.unwrap());
    store.note_hook_refusal(other.tenant, hook.id, now()).await.unwrap();
    assert_eq!(opens(&world, "github", &hook).await.unwrap().hook, hook);
    assert_eq!(actions(&other).await, [""; 0]);
}

pub async fn a_refusal_is_noted_at_most_once_a_minute(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let hook = made(&world, "github").await;
    let start = now();
    let mut noted = Vec::new();
    for seconds in [0, 59, 60] {
        let at = start.checked_add(Duration::from_secs(seconds)).unwrap();
        store.note_hook_refusal(world.tenant, hook.id, at).await.unwrap();
        let refused = opens(&world, "github", &hook).await.unwrap().hook.last_refused_at.unwrap();
        noted.push(refused.duration_since(start).as_secs());
    }
    assert_eq!(noted, [0, 0, 60]);
}

pub async fn an_organisation_has_so_many_hooks(store: Arc<dyn Store>) {
    let (world, other) = (World::new(&store).await, World::new(&store).await);
    let first = made(&world, "github").await;
    let written = at_once((1..MOST_HOOKS + 5).map(|number| {
        let world = world.clone();
        async move { writes(&world, &hook(&world, if number % 2 == 0 { "github" } else { "ozon" })).await }
    }))
    .await;
    assert_eq!(written.iter().filter(|write| **write == HookWrite::TooMany).count(), 5);
    assert_eq!(makes(&world, &first).await, first, "a retried request");
    made(&other, "github").await;
    assert!(store.revoke_hook(world.tenant, "github", first.id, world.audit("hook.revoke")).await.unwrap());
    made(&world, "telegram").await;
}
