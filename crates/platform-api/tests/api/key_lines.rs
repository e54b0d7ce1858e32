//! Keys that keys made have no more than these, and live no longer.

use std::time::Duration;

use artel_domain::ApiKeyId;
use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::world::{Person, World};

/// A key made by `maker`: who shows it, and its id.
async fn key(maker: &Person, body: Value) -> (Person, String) {
    let made = maker.creates_key(body).await;
    made.is(StatusCode::CREATED);
    (maker.with_key(made.body["key"].as_str().unwrap()), made.id())
}

fn plain() -> Value {
    json!({ "scopes": ["tools:write"] })
}

#[tokio::test]
async fn a_child_ends_no_later_than_its_parent() {
    let world = World::new().await;
    let ada = world.ada();
    let (parent, id) = key(&ada, json!({ "scopes": ["tools:write"], "expires_in_days": 1 })).await;
    let end = ada.get("/api-keys").await.body[0]["expires_at"].clone();
    let child = parent.creates_key(plain()).await;
    assert_eq!((&child.body["expires_at"], &child.body["parent_id"]), (&end, &json!(id)));
    let longer = parent.creates_key(json!({ "scopes": ["tools:write"], "expires_in_days": 2 })).await;
    assert_eq!(longer.is_problem(403).body["error"], "expiry_exceeded");
    let child = ada.with_key(child.body["key"].as_str().unwrap());
    child.get("/agents").await.is(StatusCode::OK);
    world.clock.advance(Duration::from_secs(86_401));
    child.get("/agents").await.is_problem(401);
}

#[tokio::test]
async fn children_and_their_tokens_die_with_their_parent() {
    let world = World::new().await;
    let ada = world.ada();
    let (parent, id) = key(&ada, plain()).await;
    let (child, _) = key(&parent, plain()).await;
    let (grandchild, _) = key(&child, plain()).await;
    let token = grandchild.post("/auth/token", json!({})).await.body["token"].as_str().unwrap().to_owned();
    let by_token = ada.with_token(&token);
    by_token.get("/agents").await.is(StatusCode::OK);
    ada.delete(&format!("/api-keys/{id}")).await.is(StatusCode::NO_CONTENT);
    for dead in [&parent, &child, &grandchild, &by_token] {
        dead.get("/agents").await.is_problem(401);
    }
    assert_eq!(ada.get("/api-keys").await.body, json!([]));
    let all = ada.get("/api-keys?include_revoked=true").await.body;
    assert!(all.as_array().unwrap().iter().all(|key| key["revoked_at"].is_string()), "{all}");
}

#[tokio::test]
async fn a_daily_limit_counts_the_runs_of_all_children() {
    let world = World::new().await;
    let ada = world.ada();
    let run = json!({ "agent_id": ada.creates_agent("a").await, "input_message": "hi" });
    let (parent, _) = key(&ada, json!({ "scopes": ["tools:write"], "daily_limit": 2 })).await;
    parent.creates_key(plain()).await.is_problem(403);
    let limited = json!({ "scopes": ["tools:write"], "daily_limit": 2 });
    let (first, _) = key(&parent, limited.clone()).await;
    let (second, _) = key(&first, limited).await;
    first.post("/runs?wait=false", run.clone()).await.is(StatusCode::ACCEPTED);
    second.post("/runs?wait=false", run.clone()).await.is(StatusCode::ACCEPTED);
    for starter in [&parent, &first, &second] {
        starter.post("/runs?wait=false", run.clone()).await.is_problem(429);
    }
    ada.post("/runs?wait=false", run).await.is(StatusCode::ACCEPTED);
}

#[tokio::test]
async fn children_share_their_parents_rate_and_a_users_keys_a_wider_one() {
    let world = World::with_gate(|config| {
        config.rate_default = "4/minute".parse().unwrap();
        config.shares.user = 2;
    })
    .await;
    let ada = world.ada();
    let (one, _) = key(&ada, plain()).await;
    let (two, _) = key(&ada, plain()).await;
    let (child, _) = key(&one, plain()).await;
    for caller in [&one, &child, &child] {
        caller.get("/agents").await.is(StatusCode::OK);
    }
    child.get("/agents").await.is_problem(429);
    one.get("/agents").await.is_problem(429);
    two.get("/agents").await.is(StatusCode::OK);
    two.get("/agents").await.is(StatusCode::OK);
    two.get("/agents").await.is_problem(429);
    world.person(0xA, 0xE4E).get("/agents").await.is(StatusCode::OK);
}

#[tokio::test]
async fn makers_of_makers_have_an_end() {
    let world = World::new().await;
    let mut maker = world.ada();
    for _ in 0..8 {
        maker = key(&maker, plain()).await.0;
    }
    assert_eq!(maker.creates_key(plain()).await.is_problem(403).body["error"], "too_many_makers");
}

#[tokio::test]
async fn a_key_of_the_seeds_own_token_ends_in_time() {
    let world = World::new().await;
    let made = world.person_with(0xA, 0xADA, &["tools:write"]).creates_key(plain()).await;
    let ends = made.body["expires_at"].as_str().unwrap().parse::<artel_domain::Timestamp>().unwrap();
    let days = ends.duration_since(artel_domain::Clock::now(&*world.clock)).as_hours() / 24;
    assert!((89..=90).contains(&days), "{days}");
}

#[tokio::test]
async fn an_administrator_lists_and_revokes_every_key_of_the_tenant() {
    let world = World::new().await;
    let eve = world.person_with(0xA, 0xE4E, &["tools:write"]);
    let (hers, id) = key(&eve, plain()).await;
    let ada = world.ada();
    assert_eq!(ada.get("/api-keys").await.body[0]["id"], json!(id));
    world.bob().delete(&format!("/api-keys/{id}")).await.is_problem(404);
    ada.delete(&format!("/api-keys/{id}")).await.is(StatusCode::NO_CONTENT);
    hers.get("/agents").await.is_problem(401);
}

/// Why keys were refused, oldest first.
async fn refusals(ada: &Person) -> Vec<(String, String)> {
    let rows = ada.get("/audit?action=api_key.refused&limit=100").await.body;
    let text = |row: &Value, name: &str| row[name].as_str().unwrap().to_owned();
    rows.as_array().unwrap().iter().rev().map(|row| (text(row, "entity_id"), text(row, "outcome"))).collect()
}

#[tokio::test]
async fn a_refused_key_is_audited_once_in_a_while() {
    let world = World::new().await;
    let ada = world.ada();
    let agent = ada.creates_agent("a").await;
    let (revoked, revoked_id) = key(&ada, plain()).await;
    let (expired, expired_id) = key(&ada, json!({ "scopes": ["tools:write"], "expires_in_days": 1 })).await;
    let (narrow, narrow_id) = key(&ada, json!({ "scopes": ["agents:read"] })).await;
    let (bound, bound_id) = key(&ada, json!({ "scopes": ["tools:write"], "agent_id": agent })).await;
    ada.delete(&format!("/api-keys/{revoked_id}")).await.is(StatusCode::NO_CONTENT);
    let other = ada.creates_agent("b").await;
    for _ in 0..3 {
        revoked.get("/agents").await.is_problem(401);
        narrow.post("/agents", json!({ "name": "x" })).await.is_problem(403);
        bound.post("/runs", json!({ "agent_id": other, "input_message": "hi" })).await.is_problem(403);
    }
    world.clock.advance(Duration::from_secs(86_401));
    expired.post("/auth/token", json!({})).await.is_problem(401);
    let why = |id: &String, outcome: &str| (id.clone(), outcome.to_owned());
    let expected = [
        why(&revoked_id, "revoked"),
        why(&narrow_id, "insufficient_scope"),
        why(&bound_id, "agent_not_allowed"),
        why(&expired_id, "expired"),
    ];
    assert_eq!(refusals(&world.ada()).await, expected);
}

#[tokio::test]
async fn a_token_that_names_an_unknown_key_is_audited() {
    let world = World::new().await;
    let ada = world.ada();
    let unknown = ApiKeyId(uuid::Uuid::from_u128(7));
    let token = world.token_of_key(&ada, unknown);
    ada.with_token(&token).get("/agents").await.is_problem(401);
    assert_eq!(refusals(&ada).await, [(unknown.to_string(), "unknown".to_owned())]);
}

#[tokio::test]
async fn a_key_for_one_agent_changes_that_agent_alone() {
    let world = World::new().await;
    let ada = world.ada();
    let (own, other, tool) =
        (ada.creates_agent("own").await, ada.creates_agent("other").await, ada.creates_tool("t").await);
    let (_, others_key) = key(&ada, json!({ "scopes": ["agents:read"] })).await;
    let (bound, _) = key(&ada, json!({ "scopes": ["admin"], "agent_id": own })).await;
    for (method, path, body) in [
        ("POST", "/agents".to_owned(), json!({ "name": "new" })),
        ("PUT", format!("/agents/{other}"), json!({ "name": "mine" })),
        ("DELETE", format!("/agents/{other}"), Value::Null),
        ("POST", format!("/agents/{other}/publish"), Value::Null),
        ("POST", format!("/agents/{other}/rollback"), json!({ "version": 1 })),
        ("POST", format!("/agents/{other}/clone"), json!({})),
        ("POST", format!("/agents/{own}/clone"), json!({})),
        ("POST", format!("/agents/{other}/tools/{tool}"), json!({})),
        ("PATCH", format!("/agents/{other}/tools/{tool}"), json!({})),
        ("DELETE", format!("/agents/{other}/tools/{tool}"), Value::Null),
        ("PUT", format!("/agents/{other}/budget"), json!({})),
        ("PUT", "/budget".to_owned(), json!({})),
        ("PUT", "/approval-rules".to_owned(), json!({ "rules": [] })),
        ("PUT", "/builtin-agents/codelab".to_owned(), json!({ "is_enabled": false })),
        ("POST", "/tools".to_owned(), crate::world::tool("x")),
        ("PUT", format!("/tools/{tool}"), json!({ "description": "x" })),
        ("DELETE", format!("/tools/{tool}"), Value::Null),
        ("POST", format!("/tools/{tool}/test"), json!({})),
        ("POST", "/api-keys".to_owned(), json!({ "scopes": ["agents:read"] })),
        ("POST", "/api-keys".to_owned(), json!({ "scopes": ["agents:read"], "agent_id": other })),
        ("POST", "/runs".to_owned(), json!({ "agent_id": other, "input_message": "hi" })),
    ] {
        let refused = bound.call(method, &path, body).await;
        assert_eq!(refused.is_problem(403).body["error"], "agent_not_allowed", "{method} {path}");
    }
    bound.delete(&format!("/api-keys/{others_key}")).await.is_problem(404);
    bound.put(&format!("/agents/{own}"), json!({ "name": "renamed" })).await.is(StatusCode::OK);
    bound.binds(&own, &tool).await.is(StatusCode::CREATED);
    key(&bound, json!({ "scopes": ["runs:write"], "agent_id": own })).await;
}

#[tokio::test]
async fn a_key_for_one_agent_changes_no_session_of_another_and_deletes_no_shared_file() {
    let world = World::new().await;
    let ada = world.ada();
    let (own, other) = (ada.creates_agent("own").await, ada.creates_agent("other").await);
    for agent in [&own, &other] {
        ada.post(&format!("/agents/{agent}/publish"), Value::Null).await.is(StatusCode::OK);
    }
    let (bound, _) = key(&ada, json!({ "scopes": ["runs:write"], "agent_id": own })).await;
    let session = async |agent: &str| {
        let started = ada.post("/sessions/stream", json!({ "message": "hi", "agent_id": agent })).await;
        started.is(StatusCode::ACCEPTED);
        format!("/sessions/{}", started.body["session_id"].as_str().unwrap())
    };
    let (mine, theirs) = (session(&own).await, session(&other).await);
    for (method, body) in [("PATCH", json!({ "title": "mine" })), ("DELETE", Value::Null)] {
        let refused = bound.call(method, &theirs, body).await;
        assert_eq!(refused.is_problem(403).body["error"], "agent_not_allowed", "{method}");
    }
    for method in ["PUT", "DELETE"] {
        let refused = bound.call(method, &format!("{theirs}/files/a.txt"), Value::Null).await;
        assert_eq!(refused.is_problem(403).body["error"], "agent_not_allowed", "{method}");
    }
    ada.get(&theirs).await.is(StatusCode::OK);
    bound.call("PUT", &format!("{mine}/files/a.txt"), Value::Null).await.is(StatusCode::CREATED);
    bound.call("PATCH", &mine, json!({ "title": "renamed" })).await.is(StatusCode::OK);
    bound.call("DELETE", &mine, Value::Null).await.is(StatusCode::NO_CONTENT);
    let file = crate::artifacts::uploads(&ada, "a.txt", b"shared").await;
    let file = format!("/artifacts/{}", file["artifact_id"].as_str().unwrap());
    assert_eq!(bound.delete(&file).await.is_problem(403).body["error"], "agent_not_allowed");
    ada.delete(&file).await.is(StatusCode::NO_CONTENT);
}

#[tokio::test]
async fn a_key_for_one_agent_steers_no_run_of_another() {
    let world = World::new().await;
    let ada = world.ada();
    let (own, other, tool) =
        (ada.creates_agent("own").await, ada.creates_agent("other").await, ada.creates_tool("t").await);
    ada.binds(&other, &tool).await.is(StatusCode::CREATED);
    let approval = world.held_call(&ada, &other, &tool).await;
    let run = ada.get(&format!("/approvals/{approval}")).await.body["run_id"].as_str().unwrap().to_owned();
    let (bound, _) = key(&ada, json!({ "scopes": ["tools:write"], "agent_id": own })).await;
    let decision = bound.post(&format!("/approvals/{approval}/decision"), json!({ "decision": "approve" })).await;
    assert_eq!(decision.is_problem(403).body["error"], "agent_not_allowed");
    bound.post(&format!("/runs/{run}/cancel"), json!({})).await.is_problem(403);
    assert_eq!(ada.get(&format!("/approvals/{approval}")).await.body["status"], "pending");
}
