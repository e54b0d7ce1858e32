//! Promises about keys that keys made.

use std::sync::Arc;
use std::time::Duration;

use artel_domain::{ApiKeyId, UserId};

use super::identities::key_of;
use super::world::{World, now, uuid};
use crate::viewer::ACCESS;
use crate::{KeyStanding, NewApiKey, Store, Viewer};

async fn below(world: &World, parent: Option<ApiKeyId>, limit: Option<i64>) -> NewApiKey {
    let mut new = key_of(world);
    (new.key.parent_id, new.key.daily_limit) = (parent, limit);
    world.store.create_api_key(new.clone(), world.audit("api_key.create")).await.unwrap();
    new
}

pub async fn a_key_knows_the_keys_above_it(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let root = below(&world, None, Some(3)).await;
    let child = below(&world, Some(root.key.id), None).await;
    let grandchild = below(&world, Some(child.key.id), Some(1)).await;
    let held = store.find_api_key(&grandchild.hash).await.unwrap().unwrap();
    assert_eq!(held.key, grandchild.key);
    let line: Vec<_> = held.line.iter().map(|key| (key.id, key.daily_limit)).collect();
    assert_eq!(line, [(grandchild.key.id, Some(1)), (child.key.id, None), (root.key.id, Some(3))]);
    assert_eq!(store.find_api_key(&root.hash).await.unwrap().unwrap().line.len(), 1);
    let listed = store.list_api_keys(&world.viewer(), false).await.unwrap();
    let parents: Vec<_> = listed.iter().map(|key| key.parent_id).collect();
    assert_eq!(parents, [Some(child.key.id), Some(root.key.id), None]);
}

pub async fn a_key_dies_with_any_key_above_it(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let root = below(&world, None, None).await.key.id;
    let child = below(&world, Some(root), None).await.key.id;
    let grandchild = below(&world, Some(child), None).await;
    let other = below(&world, None, None).await.key.id;
    let audit = world.audit("api_key.revoke");
    assert!(store.revoke_api_key(&world.viewer(), root, audit.clone()).await.unwrap());
    let found = store.find_api_key(&grandchild.hash).await.unwrap().unwrap().key;
    assert_eq!(found.revoked_at, Some(audit.at));
    for (key, standing) in [(root, KeyStanding::Revoked), (child, KeyStanding::Revoked), (other, KeyStanding::Good)] {
        assert_eq!(store.api_key_standing(world.tenant, key, now()).await.unwrap(), standing);
    }
    let ids = async |revoked| {
        let listed = store.list_api_keys(&world.viewer(), revoked).await.unwrap();
        listed.into_iter().map(|key| key.id).collect::<Vec<_>>()
    };
    assert_eq!(ids(false).await, [other]);
    assert_eq!(ids(true).await, [other, grandchild.key.id, child, root]);
}

pub async fn a_key_expires_with_the_first_key_above_it(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let mut root = key_of(&world);
    let end = root.key.created_at + Duration::from_mins(1);
    root.key.expires_at = Some(end);
    store.create_api_key(root.clone(), world.audit("api_key.create")).await.unwrap();
    let child = below(&world, Some(root.key.id), None).await;
    assert_eq!(store.find_api_key(&child.hash).await.unwrap().unwrap().key.expires_at, Some(end));
    assert_eq!(store.api_key_standing(world.tenant, child.key.id, end).await.unwrap(), KeyStanding::Expired);
}

pub async fn a_key_of_another_tenant_is_above_none(store: Arc<dyn Store>) {
    let (ada, bob) = (World::new(&store).await, World::new(&store).await);
    let foreign = below(&bob, None, None).await.key.id;
    let key = below(&ada, Some(foreign), None).await;
    assert_eq!(store.find_api_key(&key.hash).await.unwrap().unwrap().line.len(), 1);
}

pub async fn an_administrator_lists_and_revokes_every_key_of_the_tenant(store: Arc<dyn Store>) {
    let (world, other) = (World::new(&store).await, World::new(&store).await);
    let (own, foreign) = (below(&world, None, None).await.key.id, below(&other, None, None).await.key.id);
    let admin = Viewer::user(world.tenant, UserId(uuid())).as_administrator(world.audit(ACCESS));
    let listed = store.list_api_keys(&admin, true).await.unwrap();
    assert_eq!(listed.into_iter().map(|key| key.id).collect::<Vec<_>>(), [own]);
    assert!(!store.revoke_api_key(&admin, foreign, world.audit("api_key.revoke")).await.unwrap());
    assert!(store.revoke_api_key(&admin, own, world.audit("api_key.revoke")).await.unwrap());
    assert_eq!(store.api_key_standing(world.tenant, own, now()).await.unwrap(), KeyStanding::Revoked);
}
