//! Promises about a client's idempotency keys.

use std::sync::Arc;
use std::time::Duration;

use artel_domain::TenantId;
use uuid::Uuid;

use super::world::{at_once, uuid};
use crate::{Begun, IdempotencyKey, Store, StoredResponse};

const DAY: Duration = Duration::from_hours(24);
/// Over when the next statement runs.
const NO_TIME: Duration = Duration::ZERO;

fn fresh_key() -> IdempotencyKey {
    IdempotencyKey { tenant_id: TenantId(uuid()), principal: "user:ada".to_owned(), key: "order-1".to_owned() }
}

fn response() -> StoredResponse {
    StoredResponse { status: 201, body: "sealed \u{1F980}".to_owned() }
}

async fn begin(store: &Arc<dyn Store>, key: &IdempotencyKey, hash: &str, resource: Uuid) -> Begun {
    store.begin_idempotent(key, hash, resource, DAY).await.unwrap()
}

pub async fn a_fresh_key_is_work_to_do(store: Arc<dyn Store>) {
    let resource_id = uuid();
    assert_eq!(begin(&store, &fresh_key(), "h", resource_id).await, Begun::Fresh { resource_id });
}

pub async fn a_request_without_an_answer_keeps_its_id_and_keeps_nobody_out(store: Arc<dyn Store>) {
    let (key, resource_id) = (fresh_key(), uuid());
    begin(&store, &key, "h", resource_id).await;
    for _ in 0..2 {
        assert_eq!(begin(&store, &key, "h", uuid()).await, Begun::Known { resource_id });
    }
}

pub async fn an_answered_request_is_replayed(store: Arc<dyn Store>) {
    let key = fresh_key();
    begin(&store, &key, "h", uuid()).await;
    store.finish_idempotent(&key, response()).await.unwrap();
    for _ in 0..2 {
        assert_eq!(begin(&store, &key, "h", uuid()).await, Begun::Replay(response()));
    }
}

pub async fn another_request_under_the_key_is_a_mismatch(store: Arc<dyn Store>) {
    let key = fresh_key();
    begin(&store, &key, "h", uuid()).await;
    assert_eq!(begin(&store, &key, "other", uuid()).await, Begun::Mismatch, "while it has no answer");
    store.finish_idempotent(&key, response()).await.unwrap();
    assert_eq!(begin(&store, &key, "other", uuid()).await, Begun::Mismatch, "when it is answered");
    assert_eq!(begin(&store, &key, "h", uuid()).await, Begun::Replay(response()));
}

pub async fn many_at_once_work_under_one_id(store: Arc<dyn Store>) {
    let key = fresh_key();
    let tries = at_once((0..20).map(|_| {
        let (store, key) = (Arc::clone(&store), key.clone());
        async move { begin(&store, &key, "h", uuid()).await }
    }));
    let mut fresh = Vec::new();
    let mut known = Vec::new();
    for begun in tries.await {
        match begun {
            Begun::Fresh { resource_id } => fresh.push(resource_id),
            Begun::Known { resource_id } => known.push(resource_id),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!((fresh.len(), known.len()), (1, 19));
    assert!(known.iter().all(|id| *id == fresh[0]));
}

pub async fn a_key_is_forgotten_when_its_lifetime_is_over(store: Arc<dyn Store>) {
    let key = fresh_key();
    begin(&store, &key, "h", uuid()).await;
    store.finish_idempotent(&key, response()).await.unwrap();
    let resource_id = uuid();
    let begun = store.begin_idempotent(&key, "other", resource_id, NO_TIME).await.unwrap();
    assert_eq!(begun, Begun::Fresh { resource_id });
    let again = begin(&store, &key, "other", uuid()).await;
    assert_eq!(again, Begun::Known { resource_id }, "the old answer is forgotten");
}

pub async fn an_abandoned_key_is_free_and_an_answered_one_is_not(store: Arc<dyn Store>) {
    let key = fresh_key();
    begin(&store, &key, "h", uuid()).await;
    store.abandon_idempotent(&key).await.unwrap();
    let resource_id = uuid();
    assert_eq!(begin(&store, &key, "other", resource_id).await, Begun::Fresh { resource_id });
    store.finish_idempotent(&key, response()).await.unwrap();
    store.abandon_idempotent(&key).await.unwrap();
    assert_eq!(begin(&store, &key, "other", uuid()).await, Begun::Replay(response()));
}

pub async fn keys_of_other_principals_and_tenants_are_other_keys(store: Arc<dyn Store>) {
    let key = fresh_key();
    begin(&store, &key, "h", uuid()).await;
    let elsewhere = [
        IdempotencyKey { tenant_id: TenantId(uuid()), ..key.clone() },
        IdempotencyKey { principal: "key:bob".to_owned(), ..key.clone() },
        IdempotencyKey { key: "ORDER-1".to_owned(), ..key.clone() },
    ];
    for other in elsewhere {
        let resource_id = uuid();
        assert_eq!(begin(&store, &other, "other", resource_id).await, Begun::Fresh { resource_id });
        store.finish_idempotent(&other, response()).await.unwrap();
        store.abandon_idempotent(&other).await.unwrap();
    }
    assert!(matches!(begin(&store, &key, "h", uuid()).await, Begun::Known { .. }));
}

pub async fn sweeping_removes_a_bounded_number_of_keys_whose_lifetime_is_over(store: Arc<dyn Store>) {
    let keys = [fresh_key(), fresh_key(), fresh_key()];
    for key in &keys {
        begin(&store, key, "h", uuid()).await;
    }
    assert_eq!(store.sweep_idempotent(DAY, 10).await.unwrap(), 0);
    assert_eq!(store.sweep_idempotent(NO_TIME, 2).await.unwrap(), 2);
    let mut fresh = 0;
    for key in &keys {
        fresh += u32::from(matches!(begin(&store, key, "h", uuid()).await, Begun::Fresh { .. }));
    }
    assert_eq!(fresh, 2);
}
