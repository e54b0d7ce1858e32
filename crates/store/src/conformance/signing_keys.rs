//! Promises about signing keys. They belong to the installation, so other tests of the same database may see them.

use std::sync::Arc;
use std::time::Duration;

use artel_domain::{SigningKeyState, TenantId};
use serde_json::json;

use super::login_world::{LoginWorld, unique};
use super::world::{at_once, uuid};
use crate::{NewSigningKey, Store, StoreError};

fn key() -> NewSigningKey {
    let kid = unique("kid");
    NewSigningKey { public_jwk: json!({"kid": kid, "kty": "RSA"}), sealed: "sealed".to_owned(), kid }
}

pub async fn of_many_who_start_at_once_all_get_the_same_first_key(store: Arc<dyn Store>) {
    let world = LoginWorld::new(&store).await;
    let got = at_once((0..10).map(|_| {
        let world = world.clone();
        async move {
            world.store.ensure_signing_key(key(), world.tenant, world.audit("key.create", world.opened)).await.unwrap()
        }
    }))
    .await;
    assert!(got.iter().all(|one| *one == got[0] && one.state == SigningKeyState::Active), "{got:?}");
    assert_eq!(store.signing_keys(world.opened).await.unwrap(), got[..1]);
    assert_eq!(world.outcomes("key.create").await.len(), 1);
}

pub async fn a_rotation_overlaps_until_the_old_key_ends(store: Arc<dyn Store>) {
    let world = LoginWorld::new(&store).await;
    let (at, audit) = (world.opened, || world.audit("key.rotate", world.opened));
    let old = store.ensure_signing_key(key(), world.tenant, audit()).await.unwrap();
    let (next, until) = (key(), at + Duration::from_hours(1));
    store.rotate_signing_key(next.clone(), until, world.tenant, audit()).await.unwrap();

    let kids = |at| {
        let store = Arc::clone(&store);
        async move { store.signing_keys(at).await.unwrap().into_iter().map(|key| key.kid).collect::<Vec<_>>() }
    };
    assert_eq!(kids(at).await, [next.kid.clone(), old.kid.clone()], "the active one first");
    assert_eq!(kids(until).await, std::slice::from_ref(&next.kid));
    let stored = store.signing_keys(at).await.unwrap();
    assert_eq!((stored[0].state, stored[0].not_after), (SigningKeyState::Active, None));
    assert_eq!((stored[1].state, stored[1].not_after), (SigningKeyState::Retiring, Some(until)));
    assert_eq!((&stored[0].sealed, &stored[0].public_jwk), (&next.sealed, &next.public_jwk));

    let again = store.rotate_signing_key(next.clone(), until, world.tenant, audit()).await;
    assert!(matches!(again, Err(StoreError::Duplicate(_))), "{again:?}");
    assert_eq!(kids(at).await, [next.kid, old.kid], "and nothing changed");
}

pub async fn a_retiring_key_can_be_withdrawn_and_the_active_one_cannot(store: Arc<dyn Store>) {
    let world = LoginWorld::new(&store).await;
    let at = world.opened;
    let old = store.ensure_signing_key(key(), world.tenant, world.audit("key.create", at)).await.unwrap();
    let withdraw = |kid: String| {
        let world = world.clone();
        async move {
            world.store.withdraw_signing_key(&kid, TenantId(uuid()), world.audit("key.withdraw", at)).await.unwrap()
        }
    };
    assert!(!withdraw(old.kid.clone()).await && !withdraw("no such key".to_owned()).await);
    store
        .rotate_signing_key(key(), at + Duration::from_hours(1), world.tenant, world.audit("key.rotate", at))
        .await
        .unwrap();
    assert!(withdraw(old.kid.clone()).await);
    assert!(!withdraw(old.kid).await);
    assert_eq!(store.signing_keys(at).await.unwrap().len(), 1);
}
