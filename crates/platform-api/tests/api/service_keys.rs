//! A service key that acts for many users says for which one.

use axum::body::Body;
use axum::http::StatusCode;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::world::{Answer, Person, World};

const USER: &str = "x-user-id";

/// Ada's key for a service, and how she calls with it for a user.
async fn service(world: &World) -> Person {
    let key = world.ada().creates_key(json!({ "scopes": ["users:act-as", "tools:write", "admin"] })).await;
    world.ada().with_key(key.body["key"].as_str().unwrap())
}

async fn acts(service: &Person, user: u128, method: &str, path: &str, body: Value) -> Answer {
    service.call_with(method, path, &[(USER, &Uuid::from_u128(user).to_string())], body).await
}

#[tokio::test]
async fn what_a_service_key_does_for_a_user_is_that_users() {
    let world = World::new().await;
    let (ada, service) = (world.ada(), service(&world).await);
    let agent = acts(&service, 0xE4E, "POST", "/agents", json!({ "name": "hers" })).await.id();
    let start = json!({ "agent_id": agent, "input_message": "hi", "session_id": "chat", "visibility": "private" });
    let run = acts(&service, 0xE4E, "POST", "/runs?wait=false", start).await.id();
    let eve = world.person_with(0xA, 0xE4E, &["tools:write"]);
    assert_eq!(eve.get(&format!("/agents/{agent}")).await.body["owner_user_id"], json!(eve.user));
    eve.get(&format!("/runs/{run}")).await.is(StatusCode::OK);
    acts(&service, 0xB0B, "GET", &format!("/runs/{run}"), Value::Null).await.is_problem(404);
    acts(&service, 0xB0B, "GET", &format!("/agents/{agent}"), Value::Null).await.is_problem(404);
    let row = ada.get(&format!("/audit?entity_id={run}")).await.body[0].clone();
    assert_eq!(row["user_id"], json!(eve.user));
    assert!(row["api_key_id"].is_string(), "and the key says who did it in their name: {row}");
}

#[tokio::test]
async fn only_a_key_with_the_scope_acts_for_another_user() {
    let world = World::new().await;
    let eve = Uuid::from_u128(0xE4E).to_string();
    for caller in [world.ada(), world.person_with(0xA, 0xADA, &["tools:write"])] {
        let refused = caller.call_with("GET", "/agents", &[(USER, &eve)], Value::Null).await;
        let body = &refused.is_problem(403).body;
        assert_eq!(body["details"]["required_scope"], "users:act-as");
        assert!(body["message"].as_str().unwrap().contains("x-user-id"), "{body}");
        let own = caller.user.to_string();
        caller.call_with("GET", "/agents", &[(USER, &own)], Value::Null).await.is(StatusCode::OK);
    }
    let service = service(&world).await;
    service.call_with("GET", "/agents", &[(USER, "eve")], Value::Null).await.is_problem(400);
}

#[tokio::test]
async fn who_acts_for_another_user_has_no_administrators_rights_and_answers_are_not_mixed() {
    let world = World::new().await;
    let service = service(&world).await;
    acts(&service, 0xE4E, "GET", "/audit", Value::Null).await.is_problem(403);
    let own = service.send("GET", "/audit", &[], Body::empty()).await;
    own.is(StatusCode::OK);
    let repeated = async |user: u128| {
        let user = Uuid::from_u128(user).to_string();
        let headers = [(USER, user.as_str()), ("idempotency-key", "once")];
        service.call_with("POST", "/agents", &headers, json!({ "name": "a" })).await.id()
    };
    let first = repeated(0xE4E).await;
    assert_eq!(repeated(0xE4E).await, first);
    assert_ne!(repeated(0xE4F).await, first, "an idempotency key is one user's");
    let key = acts(&service, 0xE4E, "POST", "/api-keys", json!({ "scopes": ["users:act-as"] })).await;
    key.is_problem(403);
}
