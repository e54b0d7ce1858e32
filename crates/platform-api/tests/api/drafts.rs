//! Another user's draft is as absent as an agent that never was.

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::world::{Answer, Person, World};

const ABSENT: &str = "00000000-0000-7000-8000-0000000000ff";

fn colleague(world: &World) -> Person {
    world.person_with(0xA, 0xE7E, &["tools:write", "audit:read", "api-keys:write"])
}

fn told(answer: &Answer) -> (u16, Value, Value) {
    (answer.status, answer.body["error"].clone(), answer.body["message"].clone())
}

#[tokio::test]
async fn a_colleague_cannot_tell_a_draft_from_nothing() {
    let world = World::new().await;
    let (ada, eve) = (world.ada(), colleague(&world));
    let (draft, tool) = (ada.creates_agent("secret plan").await, ada.creates_tool("t").await);
    ada.binds(&draft, &tool).await.is(StatusCode::CREATED);
    let run = |agent: &str| json!({ "agent_id": agent, "input_message": "hi" });
    for (method, path, body) in [
        ("GET", "/agents/{agent}", Value::Null),
        ("PUT", "/agents/{agent}", json!({ "name": "mine" })),
        ("DELETE", "/agents/{agent}", Value::Null),
        ("POST", "/agents/{agent}/publish", Value::Null),
        ("POST", "/agents/{agent}/rollback", json!({ "version": 1 })),
        ("POST", "/agents/{agent}/clone", json!({})),
        ("GET", "/agents/{agent}/versions", Value::Null),
        ("GET", "/agents/{agent}/versions/1", Value::Null),
        ("GET", "/agents/{agent}/tools", Value::Null),
        ("POST", "/agents/{agent}/tools/{tool}", json!({})),
        ("PATCH", "/agents/{agent}/tools/{tool}", json!({ "timeout_ms": 1 })),
        ("DELETE", "/agents/{agent}/tools/{tool}", Value::Null),
        ("GET", "/agents/{agent}/budget", Value::Null),
        ("PUT", "/agents/{agent}/budget", json!({ "run_tokens": 1 })),
    ] {
        let of = |agent: &str| path.replace("{agent}", agent).replace("{tool}", &tool);
        let (hidden, absent) =
            (eve.call(method, &of(&draft), body.clone()).await, eve.call(method, &of(ABSENT), body).await);
        hidden.is_problem(404);
        assert_eq!(told(&hidden), told(&absent), "{method} {path}");
    }
    for path in ["/runs", "/runs/stream"] {
        let (hidden, absent) = (eve.post(path, run(&draft)).await, eve.post(path, run(ABSENT)).await);
        hidden.is_problem(404);
        assert_eq!(told(&hidden), told(&absent), "{path}");
    }
    let key = |agent: &str| json!({ "scopes": ["runs:write"], "agent_id": agent });
    assert_eq!(told(&eve.creates_key(key(&draft)).await), told(&eve.creates_key(key(ABSENT)).await));
    let listed = eve.get("/agents?q=plan").await;
    assert_eq!((listed.header("x-total-count"), &listed.body), ("0", &json!([])));
    assert!(!eve.get("/audit?limit=1000").await.body.to_string().contains(&draft));
    let (agent, bound) = (ada.get(&format!("/agents/{draft}")).await, ada.get(&format!("/agents/{draft}/tools")).await);
    assert_eq!((&agent.body["name"], &agent.body["version"]), (&json!("secret plan"), &json!(1)));
    assert_eq!(bound.body.as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_draft_belongs_to_its_owner_whatever_they_show_and_to_administrators() {
    let world = World::new().await;
    let seed = world.person_with(0xA, 0xADA, &["tools:write"]);
    let draft = format!("/agents/{}", seed.creates_agent("mine").await);
    let key = seed.creates_key(json!({ "scopes": ["tools:write"] })).await.body["key"].as_str().unwrap().to_owned();
    seed.with_key(&key).get(&draft).await.is(StatusCode::OK);
    let admin = world.person(0xA, 0xE4E);
    admin.get(&draft).await.is(StatusCode::OK);
    assert_eq!(admin.put(&draft, json!({ "name": "ours" })).await.body["name"], "ours");
    admin.delete(&draft).await.is(StatusCode::NO_CONTENT);
}

#[tokio::test]
async fn a_builtin_agent_is_read_only_before_its_first_use() {
    let world = World::new().await;
    let ada = world.ada();
    let agent = artel_domain::BuiltinAgent::Codelab.id(ada.tenant);
    for (method, path) in [
        ("DELETE", format!("/agents/{agent}")),
        ("PUT", format!("/agents/{agent}")),
        ("POST", format!("/agents/{agent}/publish")),
    ] {
        let refused = ada.call(method, &path, json!({})).await;
        assert_eq!(refused.is_problem(400).body["error"], "builtin_agent_read_only", "{method} {path}");
    }
}
