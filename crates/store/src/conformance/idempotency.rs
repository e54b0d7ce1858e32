//! Promises about a client's idempotency keys.

use std::sync::Arc;

use artel_domain::{TenantId, Timestamp};
use uuid::Uuid;

use super::world::{at_once, now, uuid};
use crate::{Begun, IdempotencyKey, Store, StoredResponse};

const LOCK_SECONDS: i64 = 30;
const DAY_SECONDS: i64 = 24 * 3600;

fn fresh_key() -> IdempotencyKey {
    IdempotencyKey { tenant_id: TenantId(uuid()), principal: "user:ada".to_owned(), key: "order-1".to_owned() }
}

fn after(start: Timestamp, seconds: i64) -> Timestamp {
    artel_domain::clock::micros(start.as_microsecond() + seconds * 1_000_000)
}

fn response() -> StoredResponse {
    StoredResponse { status: 201, body: "sealed \u{1F980}".to_owned() }
}

async fn begin(store: &Arc<dyn Store>, key: &IdempotencyKey, hash: &str, resource: Uuid, at: Timestamp) -> Begun {
    store.begin_idempotent(key, hash, resource, at, LOCK_SECONDS).await.unwrap()
}

pub async fn a_fresh_key_is_work_to_do(store: Arc<dyn Store>) {
    let resource_id = uuid();
    assert_eq!(begin(&store, &fresh_key(), "h", resource_id, now()).await, Begun::Fresh { resource_id });
}

pub async fn the_same_request_under_way_is_running(store: Arc<dyn Store>) {
    let (key, resource_id, at) = (fresh_key(), uuid(), now());
    begin(&store, &key, "h", resource_id, at).await;
    assert_eq!(begin(&store, &key, "h", uuid(), after(at, LOCK_SECONDS - 1)).await, Begun::Running { resource_id });
}

pub async fn an_answered_request_is_replayed(store: Arc<dyn Store>) {
    let (key, at) = (fresh_key(), now());
    begin(&store, &key, "h", uuid(), at).await;
    store.finish_idempotent(&key, response()).await.unwrap();
    for seconds in [0, LOCK_SECONDS + 1, DAY_SECONDS - 1] {
        assert_eq!(begin(&store, &key, "h", uuid(), after(at, seconds)).await, Begun::Replay(response()));
    }
}

pub async fn another_request_under_the_key_is_a_mismatch(store: Arc<dyn Store>) {
    let (key, at) = (fresh_key(), now());
    begin(&store, &key, "h", uuid(), at).await;
    assert_eq!(begin(&store, &key, "other", uuid(), at).await, Begun::Mismatch, "while it is under way");
    assert_eq!(
        begin(&store, &key, "other", uuid(), after(at, LOCK_SECONDS + 1)).await,
        Begun::Mismatch,
        "when its lock lapsed"
    );
    store.finish_idempotent(&key, response()).await.unwrap();
    assert_eq!(begin(&store, &key, "other", uuid(), at).await, Begun::Mismatch, "when it is answered");
    assert_eq!(begin(&store, &key, "h", uuid(), at).await, Begun::Replay(response()));
}

pub async fn a_try_that_died_is_retried_under_the_same_id(store: Arc<dyn Store>) {
    let (key, resource_id, at) = (fresh_key(), uuid(), now());
    begin(&store, &key, "h", resource_id, at).await;
    let lapsed = after(at, LOCK_SECONDS + 1);
    assert_eq!(begin(&store, &key, "h", uuid(), lapsed).await, Begun::Retry { resource_id });
    assert_eq!(
        begin(&store, &key, "h", uuid(), lapsed).await,
        Begun::Running { resource_id },
        "the retry has the lock"
    );
    assert_eq!(begin(&store, &key, "h", uuid(), after(lapsed, LOCK_SECONDS + 1)).await, Begun::Retry { resource_id });
    store.finish_idempotent(&key, response()).await.unwrap();
    assert_eq!(begin(&store, &key, "h", uuid(), lapsed).await, Begun::Replay(response()));
}

pub async fn of_many_at_once_one_does_the_work(store: Arc<dyn Store>) {
    let (key, at) = (fresh_key(), now());
    let race = async |at: Timestamp| {
        let tries = at_once((0..20).map(|_| {
            let (store, key) = (Arc::clone(&store), key.clone());
            async move { begin(&store, &key, "h", uuid(), at).await }
        }));
        let (running, working): (Vec<_>, Vec<_>) =
            tries.await.into_iter().partition(|begun| matches!(begun, Begun::Running { .. }));
        assert_eq!(running.len(), 19);
        working.into_iter().next().unwrap()
    };
    let Begun::Fresh { resource_id } = race(at).await else { panic!("not fresh") };
    assert_eq!(race(after(at, LOCK_SECONDS + 1)).await, Begun::Retry { resource_id }, "and so with a lapsed lock");
}

pub async fn a_key_lives_for_a_day(store: Arc<dyn Store>) {
    let (key, at) = (fresh_key(), now());
    begin(&store, &key, "h", uuid(), at).await;
    store.finish_idempotent(&key, response()).await.unwrap();
    let (resource_id, next_day) = (uuid(), after(at, DAY_SECONDS + 1));
    assert_eq!(begin(&store, &key, "other", resource_id, next_day).await, Begun::Fresh { resource_id });
    assert_eq!(
        begin(&store, &key, "other", uuid(), next_day).await,
        Begun::Running { resource_id },
        "the old answer is forgotten"
    );
}

pub async fn an_abandoned_key_is_free_and_an_answered_one_is_not(store: Arc<dyn Store>) {
    let (key, at) = (fresh_key(), now());
    begin(&store, &key, "h", uuid(), at).await;
    store.abandon_idempotent(&key).await.unwrap();
    let resource_id = uuid();
    assert_eq!(begin(&store, &key, "other", resource_id, at).await, Begun::Fresh { resource_id });
    store.finish_idempotent(&key, response()).await.unwrap();
    store.abandon_idempotent(&key).await.unwrap();
    assert_eq!(begin(&store, &key, "other", uuid(), at).await, Begun::Replay(response()));
}

pub async fn keys_of_other_principals_and_tenants_are_other_keys(store: Arc<dyn Store>) {
    let (key, at) = (fresh_key(), now());
    begin(&store, &key, "h", uuid(), at).await;
    let elsewhere = [
        IdempotencyKey { tenant_id: TenantId(uuid()), ..key.clone() },
        IdempotencyKey { principal: "key:bob".to_owned(), ..key.clone() },
        IdempotencyKey { key: "ORDER-1".to_owned(), ..key.clone() },
    ];
    for other in elsewhere {
        let resource_id = uuid();
        assert_eq!(begin(&store, &other, "other", resource_id, at).await, Begun::Fresh { resource_id });
        store.finish_idempotent(&other, response()).await.unwrap();
        store.abandon_idempotent(&other).await.unwrap();
    }
    assert!(matches!(begin(&store, &key, "h", uuid(), at).await, Begun::Running { .. }));
}

pub async fn sweeping_removes_what_is_older_than_a_day(store: Arc<dyn Store>) {
    let start = now();
    let (old, young) = (fresh_key(), fresh_key());
    begin(&store, &old, "h", uuid(), start).await;
    begin(&store, &young, "h", uuid(), after(start, 60)).await;
    let next_day = after(start, DAY_SECONDS + 1);
    assert_eq!(store.sweep_idempotent(next_day).await.unwrap(), 1);
    assert_eq!(store.sweep_idempotent(next_day).await.unwrap(), 0);
    assert!(matches!(begin(&store, &young, "h", uuid(), after(start, 61)).await, Begun::Running { .. }));
    assert!(matches!(begin(&store, &old, "h", uuid(), start).await, Begun::Fresh { .. }));
}
