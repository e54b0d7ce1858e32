//! Promises about tenants, API keys and secrets. The audit chain is in `audit`.

use std::sync::Arc;
use std::time::Duration;

use artel_domain::{ApiKey, ApiKeyId, TenantId, Timestamp, UserId};
use uuid::Uuid;

use super::world::{World, at_once, now, uuid};
use crate::{KeyStanding, NewApiKey, Store, StoreError, Viewer};

pub(super) fn key_of(world: &World) -> NewApiKey {
    NewApiKey {
        key: ApiKey {
            id: ApiKeyId(uuid()),
            tenant_id: world.tenant,
            user_id: world.user,
            agent_id: Some(world.agent),
            name: Some("laptop".to_owned()),
            last4: "4242".to_owned(),
            scopes: vec!["runs:read".to_owned(), "runs:write".to_owned()],
            daily_limit: Some(7),
            created_at: now(),
            expires_at: None,
            revoked_at: None,
            parent_id: None,
        },
        hash: Uuid::simple(uuid()).to_string(),
    }
}

async fn creates_key(world: &World) -> NewApiKey {
    let new = key_of(world);
    world.store.create_api_key(new.clone(), world.audit("api_key.create")).await.unwrap();
    new
}

async fn finds(store: &Arc<dyn Store>, key: &NewApiKey) -> ApiKey {
    store.find_api_key(&key.hash).await.unwrap().unwrap().key
}

fn later(at: Timestamp) -> Timestamp {
    at + Duration::from_mins(1)
}

pub async fn a_principal_may_be_vouched_for_again_and_by_many_at_once(store: Arc<dyn Store>) {
    let (tenant, user) = (TenantId(uuid()), UserId(uuid()));
    let vouched = at_once((0..20).map(|_| {
        let store = Arc::clone(&store);
        async move { store.ensure_principal(tenant, user, now()).await }
    }))
    .await;
    assert!(vouched.iter().all(Result::is_ok), "{vouched:?}");
    assert_eq!(store.list_tenants().await.unwrap().iter().filter(|id| **id == tenant).count(), 1);
}

pub async fn a_key_is_found_by_its_hash_as_it_was_stored(store: Arc<dyn Store>) {
    let ada = World::new(&store).await;
    let new = creates_key(&ada).await;
    assert_eq!(finds(&store, &new).await, new.key);
    let by_id = store.find_api_key_by_id(ada.tenant, new.key.id).await.unwrap();
    assert_eq!(by_id, store.find_api_key(&new.hash).await.unwrap());
    assert_eq!(store.find_api_key("never issued").await.unwrap(), None);
}

pub async fn a_hash_is_unique_over_all_tenants(store: Arc<dyn Store>) {
    let (ada, bob) = (World::new(&store).await, World::new(&store).await);
    let first = creates_key(&ada).await;
    let second = NewApiKey { hash: first.hash.clone(), ..key_of(&bob) };
    let refused = store.create_api_key(second, bob.audit("api_key.create")).await;
    assert!(matches!(refused, Err(StoreError::Duplicate(_))), "{refused:?}");
    assert_eq!(finds(&store, &first).await, first.key);
    assert!(store.list_api_keys(&bob.viewer(), true).await.unwrap().is_empty());
}

pub async fn the_list_holds_the_users_own_keys_newest_first_and_no_revoked_ones(store: Arc<dyn Store>) {
    let ada = World::new(&store).await;
    let (old, gone, new) = (creates_key(&ada).await.key, creates_key(&ada).await.key, creates_key(&ada).await.key);
    let colleague = World { user: UserId(uuid()), ..ada.clone() };
    store.ensure_principal(colleague.tenant, colleague.user, now()).await.unwrap();
    creates_key(&colleague).await;
    assert!(store.revoke_api_key(&ada.viewer(), gone.id, ada.audit("api_key.revoke")).await.unwrap());

    let listed = |keys: Vec<ApiKey>| keys.into_iter().map(|key| key.id).collect::<Vec<_>>();
    assert_eq!(listed(store.list_api_keys(&ada.viewer(), false).await.unwrap()), [new.id, old.id]);
    assert_eq!(listed(store.list_api_keys(&ada.viewer(), true).await.unwrap()), [new.id, gone.id, old.id]);
}

pub async fn a_key_is_revoked_once_and_only_by_its_owner(store: Arc<dyn Store>) {
    let (ada, bob) = (World::new(&store).await, World::new(&store).await);
    let new = creates_key(&ada).await;
    let key = new.key.id;
    assert!(
        !store
            .revoke_api_key(&Viewer::user(ada.tenant, UserId(uuid())), key, ada.audit("api_key.revoke"))
            .await
            .unwrap()
    );
    assert!(
        !store.revoke_api_key(&Viewer::user(bob.tenant, ada.user), key, bob.audit("api_key.revoke")).await.unwrap()
    );
    assert_eq!(store.api_key_standing(ada.tenant, key, now()).await.unwrap(), KeyStanding::Good);

    let audit = ada.audit("api_key.revoke");
    assert!(store.revoke_api_key(&ada.viewer(), key, audit.clone()).await.unwrap());
    assert!(!store.revoke_api_key(&ada.viewer(), key, ada.audit("api_key.revoke")).await.unwrap());
    assert_eq!(finds(&store, &new).await.revoked_at, Some(audit.at));
}

pub async fn a_key_stands_as_it_does_now(store: Arc<dyn Store>) {
    let (ada, bob) = (World::new(&store).await, World::new(&store).await);
    let mut expiring = key_of(&ada);
    expiring.key.expires_at = Some(later(expiring.key.created_at));
    store.create_api_key(expiring.clone(), ada.audit("api_key.create")).await.unwrap();
    let revoked = creates_key(&ada).await.key.id;
    store.revoke_api_key(&ada.viewer(), revoked, ada.audit("api_key.revoke")).await.unwrap();

    let standing = |tenant, key, at| {
        let store = Arc::clone(&store);
        async move { store.api_key_standing(tenant, key, at).await.unwrap() }
    };
    let (key, created) = (expiring.key.id, expiring.key.created_at);
    assert_eq!(standing(ada.tenant, key, created).await, KeyStanding::Good);
    assert_eq!(standing(ada.tenant, key, later(created)).await, KeyStanding::Expired);
    assert_eq!(standing(ada.tenant, revoked, now()).await, KeyStanding::Revoked);
    assert_eq!(standing(ada.tenant, ApiKeyId(uuid()), now()).await, KeyStanding::Unknown);
    assert_eq!(standing(bob.tenant, key, created).await, KeyStanding::Unknown);
}

pub async fn a_secret_is_kept_replaced_listed_and_deleted(store: Arc<dyn Store>) {
    let ada = World::new(&store).await;
    for (name, sealed) in [("weather", "one"), ("billing", "two"), ("weather", "three")] {
        store.put_secret(ada.tenant, name, sealed, ada.audit("secret.put")).await.unwrap();
    }
    assert_eq!(store.find_secret(ada.tenant, "weather").await.unwrap().as_deref(), Some("three"));
    assert_eq!(store.list_secret_names(ada.tenant).await.unwrap(), ["billing", "weather"]);

    assert!(store.delete_secret(ada.tenant, "weather", ada.audit("secret.delete")).await.unwrap());
    assert!(!store.delete_secret(ada.tenant, "weather", ada.audit("secret.delete")).await.unwrap());
    assert_eq!(store.find_secret(ada.tenant, "weather").await.unwrap(), None);
    assert_eq!(store.list_secret_names(ada.tenant).await.unwrap(), ["billing"]);
}

pub async fn a_secret_is_invisible_to_other_tenants(store: Arc<dyn Store>) {
    let (ada, bob) = (World::new(&store).await, World::new(&store).await);
    store.put_secret(ada.tenant, "weather", "ada's", ada.audit("secret.put")).await.unwrap();
    assert_eq!(store.find_secret(bob.tenant, "weather").await.unwrap(), None);
    assert!(store.list_secret_names(bob.tenant).await.unwrap().is_empty());
    assert!(!store.delete_secret(bob.tenant, "weather", bob.audit("secret.delete")).await.unwrap());
    store.put_secret(bob.tenant, "weather", "bob's", bob.audit("secret.put")).await.unwrap();
    assert_eq!(store.find_secret(ada.tenant, "weather").await.unwrap().as_deref(), Some("ada's"));
}
