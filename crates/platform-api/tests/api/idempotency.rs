use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::world::{Answer, Person, World};

async fn keyed(person: &Person, path: &str, key: &str, body: Value) -> Answer {
    person.call_with("POST", path, &[("idempotency-key", key)], body).await
}

#[tokio::test]
async fn the_same_request_twice_is_done_once() {
    let world = World::new().await;
    let ada = world.ada();
    let first = keyed(&ada, "/agents", "k", json!({ "name": "a" })).await;
    let second = keyed(&ada, "/v1/agents", "k", json!({ "name": "a" })).await;
    assert_eq!((second.status, &second.bytes), (201, &first.bytes));
    assert_eq!(second.header("idempotency-replayed"), "true");
    assert!(!first.headers.contains_key("idempotency-replayed"));
    assert_eq!(ada.get("/agents").await.header("x-total-count"), "1");
    keyed(&ada, "/agents", "k", json!({ "name": "b" })).await.is_problem(422);
    keyed(&ada, "/tools", "k", json!({ "name": "a" })).await.is_problem(422);
    keyed(&world.bob(), "/agents", "k", json!({ "name": "b" })).await.is(StatusCode::CREATED);
    keyed(&world.person(0xA, 0xE4E), "/agents", "k", json!({ "name": "b" })).await.is(StatusCode::CREATED);
}

#[tokio::test]
async fn a_request_that_failed_leaves_its_key_free() {
    let world = World::new().await;
    let ada = world.ada();
    let agent = ada.creates_agent("a").await;
    let path = format!("/agents/{agent}/rollback");
    keyed(&ada, &path, "k", json!({ "version": 2 })).await.is_problem(404);
    ada.post(&format!("/agents/{agent}/publish"), json!(null)).await.is(StatusCode::OK);
    keyed(&ada, &path, "k", json!({ "version": 2 })).await.is(StatusCode::OK);
}

#[tokio::test]
async fn publishing_twice_with_one_key_raises_the_version_once() {
    let world = World::new().await;
    let ada = world.ada();
    let path = format!("/agents/{}/publish", ada.creates_agent("a").await);
    keyed(&ada, &path, "k", Value::Null).await.is(StatusCode::OK);
    assert_eq!(keyed(&ada, &path, "k", Value::Null).await.body["version"], 2);
    assert_eq!(keyed(&ada, &path, "other", Value::Null).await.body["version"], 3);
}

#[tokio::test]
async fn a_new_key_can_be_asked_for_again_and_is_not_in_the_database_in_clear() {
    let world = World::new().await;
    let ada = world.ada();
    let body = json!({ "scopes": ["agents:read"] });
    let first = keyed(&ada, "/api-keys", "k", body.clone()).await;
    let second = keyed(&ada, "/api-keys", "k", body).await;
    assert_eq!(first.bytes, second.bytes);
    let key = first.body["key"].as_str().unwrap();
    ada.with_key(key).get("/agents").await.is(StatusCode::OK);
    assert!(!world.files_contain(key), "the key is stored in clear");
}

#[tokio::test]
async fn a_bad_key_is_refused() {
    let world = World::new().await;
    for bad in ["", &"x".repeat(256)] {
        keyed(&world.ada(), "/agents", bad, json!({ "name": "a" })).await.names("Idempotency-Key");
    }
}

#[tokio::test]
async fn many_at_once_with_one_key_make_one_agent_and_are_all_answered() {
    let world = World::new().await;
    let ada = world.ada();
    let tries = futures::future::join_all((0..8).map(|_| keyed(&ada, "/agents", "k", json!({ "name": "a" })))).await;
    assert!(tries.iter().all(|answer| answer.status == 201), "{tries:?}");
    assert!(tries.iter().all(|answer| answer.body["id"] == tries[0].body["id"]), "{tries:?}");
    assert_eq!(ada.get("/agents").await.header("x-total-count"), "1");
}
