use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::world::{Person, World};

async fn publishes(person: &Person) -> String {
    person
        .post("/agents", json!({ "name": "a", "system_prompt": "one", "model": "demo:echo", "status": "published" }))
        .await
        .id()
}

/// `agent_version` and `draft` of a new run.
async fn runs(person: &Person, agent: &str, draft: Option<bool>) -> (Value, Value) {
    let mut body = json!({ "agent_id": agent, "input_message": "hi" });
    if let Some(draft) = draft {
        body["draft"] = json!(draft);
    }
    let run = person.post("/runs?wait=false", body).await;
    run.is(StatusCode::ACCEPTED);
    (run.body["agent_version"].clone(), run.body["draft"].clone())
}

#[tokio::test]
async fn an_owner_runs_unpublished_changes_and_everybody_else_the_published_version() {
    let world = World::new().await;
    let (ada, eve) = (world.person_with(0xA, 0xADA, &["tools:write"]), world.person_with(0xA, 0xE4E, &["tools:write"]));
    let agent = publishes(&ada).await;
    assert_eq!(runs(&ada, &agent, None).await, (json!(1), json!(false)));
    let changed = ada.put(&format!("/agents/{agent}"), json!({ "system_prompt": "two" })).await;
    assert_eq!((&changed.body["version"], &changed.body["has_unpublished_changes"]), (&json!(1), &json!(true)));

    assert_eq!(runs(&ada, &agent, None).await, (Value::Null, json!(true)));
    assert_eq!(runs(&ada, &agent, Some(true)).await, (Value::Null, json!(true)));
    assert_eq!(runs(&ada, &agent, Some(false)).await, (json!(1), json!(false)));
    assert_eq!(runs(&eve, &agent, None).await, (json!(1), json!(false)));
    let refused = eve.post("/runs", json!({ "agent_id": agent, "input_message": "hi", "draft": true })).await;
    assert_eq!(refused.is_problem(403).body["error"], "agent_is_draft");
    let admin = world.person(0xA, 0xAD);
    assert_eq!(runs(&admin, &agent, None).await, (json!(1), json!(false)));
    assert_eq!(runs(&admin, &agent, Some(true)).await, (Value::Null, json!(true)));

    ada.post(&format!("/agents/{agent}/publish"), Value::Null).await.is(StatusCode::OK);
    for person in [&ada, &eve, &admin] {
        assert_eq!(runs(person, &agent, None).await, (json!(2), json!(false)));
    }
}

#[tokio::test]
async fn a_draft_has_no_version_and_is_run_by_its_owner_and_by_administrators_who_ask_for_it() {
    let world = World::new().await;
    let (ada, admin) = (world.person_with(0xA, 0xADA, &["tools:write"]), world.person(0xA, 0xAD));
    let agent = ada.creates_agent("a").await;
    assert_eq!(runs(&ada, &agent, None).await, (Value::Null, json!(true)));
    assert_eq!(runs(&admin, &agent, Some(true)).await, (Value::Null, json!(true)));
    for (person, draft) in [(&ada, json!(false)), (&admin, json!(false)), (&admin, Value::Null)] {
        let refused = person.post("/runs", json!({ "agent_id": agent, "input_message": "hi", "draft": draft })).await;
        assert_eq!(refused.is_problem(403).body["error"], "agent_is_draft");
    }
}

#[tokio::test]
async fn a_published_agent_always_has_the_snapshot_of_its_version() {
    let world = World::new().await;
    let ada = world.ada();
    let (agent, tool) = (publishes(&ada).await, ada.creates_tool("echo").await);
    let path = format!("/agents/{agent}");
    let snapshot = async |version: i64| {
        let current = ada.get(&path).await.body;
        assert_eq!((&current["version"], &current["has_unpublished_changes"]), (&json!(version), &json!(false)));
        let kept = ada.get(&format!("{path}/versions/{version}")).await.body;
        assert_eq!(kept["agent"], current);
        kept["bindings"].as_array().unwrap().len()
    };
    assert_eq!(snapshot(1).await, 0);
    ada.binds(&agent, &tool).await.is(StatusCode::CREATED);
    assert_eq!(snapshot(2).await, 1);
    ada.call("PATCH", &format!("{path}/tools/{tool}"), json!({ "timeout_ms": 5 })).await.is(StatusCode::OK);
    assert_eq!(snapshot(3).await, 1);
    ada.delete(&format!("{path}/tools/{tool}")).await.is(StatusCode::NO_CONTENT);
    assert_eq!(snapshot(4).await, 0);
    ada.put(&path, json!({ "status": "draft", "name": "b" })).await.is(StatusCode::OK);
    ada.put(&path, json!({ "status": "published" })).await.is(StatusCode::OK);
    assert_eq!(snapshot(5).await, 0);
}

#[tokio::test]
async fn an_agent_is_switched_off_and_on_again_by_whoever_may_change_it() {
    let world = World::new().await;
    let ada = world.ada();
    let agent = publishes(&ada).await;
    let off = ada.put(&format!("/agents/{agent}"), json!({ "is_enabled": false })).await;
    assert_eq!((&off.body["is_enabled"], &off.body["version"]), (&json!(false), &json!(1)));
    let refused = ada.post("/runs", json!({ "agent_id": agent, "input_message": "hi" })).await;
    assert_eq!(refused.is_problem(409).body["error"], "agent_disabled");
    assert!(refused.body["message"].as_str().unwrap().contains(&format!("PUT /v1/agents/{agent}")));
    ada.put(&format!("/agents/{agent}"), json!({ "is_enabled": true })).await.is(StatusCode::OK);
    assert_eq!(runs(&ada, &agent, None).await, (json!(1), json!(false)));
}
