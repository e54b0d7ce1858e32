use std::time::Duration;

use axum::http::StatusCode;
use rstest::rstest;
use serde_json::{Value, json};

use crate::world::{Person, World};

async fn key_of(person: &Person, body: Value) -> (String, String) {
    let made = person.creates_key(body).await;
    made.is(StatusCode::CREATED);
    (made.id(), made.body["key"].as_str().unwrap().to_owned())
}

#[tokio::test]
async fn a_key_is_shown_once_and_works_in_both_headers() {
    let world = World::new().await;
    let ada = world.ada();
    let made = ada.creates_key(json!({ "scopes": ["tools:read", "tools:write"], "name": "ci" })).await;
    made.is(StatusCode::CREATED);
    let key = made.body["key"].as_str().unwrap();
    assert!(key.ends_with(made.body["last4"].as_str().unwrap()));
    for member in ["id", "name", "scopes", "created_at", "expires_at"] {
        assert!(made.body.as_object().unwrap().contains_key(member), "{member}");
    }
    ada.with_key(key).get("/agents").await.is(StatusCode::OK);
    ada.with_token(key).get("/agents").await.is(StatusCode::OK);
    let listed = ada.get("/api-keys").await;
    assert_eq!(listed.body[0]["name"], "ci");
    assert!(!listed.body.to_string().contains(key), "the key is never shown again");
    assert!(listed.body[0].get("hash").is_none());
}

#[tokio::test]
async fn keys_are_listed_by_pages_and_found_by_a_part_of_their_name() {
    let world = World::new().await;
    let ada = world.ada();
    for name in [json!("Сборка 1"), json!("сборка 2"), json!("other"), Value::Null] {
        ada.creates_key(json!({ "scopes": ["tools:read"], "name": name })).await.is(StatusCode::CREATED);
    }
    let found = async |query: &str| {
        let listed = ada.get(&format!("/api-keys{query}")).await;
        let names: Vec<Value> = listed.body.as_array().unwrap().iter().map(|key| key["name"].clone()).collect();
        (listed.header("x-total-count").to_owned(), names)
    };
    let (total, all) = found("").await;
    assert_eq!((total.as_str(), all.len()), ("4", 4), "whoever asks for no page gets all");
    assert_eq!(
        found("?q=%D0%A1%D0%91%D0%9E%D0%A0").await,
        ("2".to_owned(), vec![json!("сборка 2"), json!("Сборка 1")])
    );
    assert_eq!(found("?q=%D0%A1%D0%91%D0%9E%D0%A0&limit=1&offset=1").await, ("2".to_owned(), vec![json!("Сборка 1")]));
    assert_eq!(found("?q=").await.1, all);
    assert_eq!(found("?q=nothing").await, ("0".to_owned(), vec![]));
    for bad in ["?limit=0", "?limit=201", "?offset=-1"] {
        ada.get(&format!("/api-keys{bad}")).await.is_problem(422);
    }
}

#[tokio::test]
async fn a_revoked_key_and_the_tokens_issued_from_it_stop_working() {
    let world = World::new().await;
    let ada = world.ada();
    let (id, key) = key_of(&ada, json!({ "scopes": ["agents:read"] })).await;
    let token =
        ada.with_key(&key).send("POST", "/auth/token", &[], axum::body::Body::empty()).await.body["token"].clone();
    let by_token = ada.with_token(token.as_str().unwrap());
    by_token.get("/agents").await.is(StatusCode::OK);
    ada.delete(&format!("/api-keys/{id}")).await.is(StatusCode::NO_CONTENT);
    ada.with_key(&key).get("/agents").await.is_problem(401);
    by_token.get("/agents").await.is_problem(401);
    ada.delete(&format!("/api-keys/{id}")).await.is_problem(404);
    assert_eq!(ada.get("/api-keys").await.body, json!([]));
    assert_eq!(ada.get("/api-keys?include_revoked=true").await.body[0]["id"], id);
}

#[tokio::test]
async fn a_key_that_expired_stops_working() {
    let world = World::new().await;
    let ada = world.ada();
    let (_, key) = key_of(&ada, json!({ "scopes": ["agents:read"], "expires_in_days": 1 })).await;
    ada.with_key(&key).get("/agents").await.is(StatusCode::OK);
    world.clock.advance(Duration::from_secs(86_401));
    ada.with_key(&key).get("/agents").await.is_problem(401);
}

#[tokio::test]
async fn nobody_gives_away_more_than_they_have() {
    let world = World::new().await;
    let seed = world.person_with(0xA, 0xADA, &["tools:write"]);
    key_of(&seed, json!({ "scopes": ["tools:read", "runs:write"] })).await;
    for scope in ["audit:read", "admin", "api-keys:write"] {
        seed.creates_key(json!({ "scopes": [scope] })).await.is_problem(403);
    }
    let agent = seed.creates_agent("a").await;
    let (_, narrow) = key_of(&seed, json!({ "scopes": ["tools:write"], "agent_id": agent, "daily_limit": 5 })).await;
    let narrow = seed.with_key(&narrow);
    narrow.creates_key(json!({ "scopes": ["tools:write"], "daily_limit": 5 })).await.is_problem(403);
    narrow.creates_key(json!({ "scopes": ["tools:write"], "agent_id": agent, "daily_limit": 6 })).await.is_problem(403);
    narrow
        .creates_key(json!({ "scopes": ["tools:write"], "agent_id": agent, "daily_limit": 5 }))
        .await
        .is(StatusCode::CREATED);
}

#[rstest]
#[case(json!({}), "scopes")]
#[case(json!({ "scopes": [] }), "scopes")]
#[case(json!({ "scopes": ["tools:read", "world:rule"] }), "scopes[1]")]
#[case(json!({ "scopes": "tools:read" }), "scopes")]
#[case(json!({ "scopes": ["tools:read"], "expires_in_days": 0 }), "expires_in_days")]
#[case(json!({ "scopes": ["tools:read"], "daily_limit": -1 }), "daily_limit")]
#[case(json!({ "scopes": ["tools:read"], "expires_at": "2030-01-01T00:00:00Z" }), "expires_at")]
#[case(json!({ "scopes": ["tools:read"], "expires_in": 3600 }), "expires_in")]
#[case(json!({ "scopes": ["tools:read"], "agent_id": "mine" }), "agent_id")]
#[case(json!({ "scopes": ["tools:read"], "name": "" }), "name")]
#[tokio::test]
async fn a_bad_key_is_refused_by_the_name_of_what_is_bad(#[case] body: Value, #[case] field: &str) {
    let world = World::new().await;
    let ada = world.ada();
    ada.creates_key(body).await.names(field);
    assert_eq!(ada.get("/api-keys?include_revoked=true").await.body, json!([]), "nothing was written");
}

#[tokio::test]
async fn a_colleague_does_not_see_my_keys() {
    let world = World::new().await;
    let (ada, eve) = (world.ada(), world.person_with(0xA, 0xE4E, &["tools:write"]));
    let (id, _) = key_of(&ada, json!({ "scopes": ["agents:read"] })).await;
    assert_eq!(eve.get("/api-keys").await.body, json!([]));
    eve.delete(&format!("/api-keys/{id}")).await.is_problem(404);
}
