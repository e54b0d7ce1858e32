use artel_store::Identities;
use serde_json::{Value, json};

use crate::world::World;

#[tokio::test]
async fn every_change_leaves_a_row_that_says_who_did_what() {
    let world = World::new().await;
    let ada = world.ada();
    let (agent, tool) = (ada.creates_agent("a").await, ada.creates_tool("t").await);
    ada.binds(&agent, &tool).await;
    ada.put(&format!("/agents/{agent}"), json!({ "name": "b" })).await;
    ada.post(&format!("/agents/{agent}/publish"), json!(null)).await;
    ada.post("/runs?wait=false", json!({ "agent_id": agent, "input_message": "hi" })).await;
    let key = ada.creates_key(json!({ "scopes": ["agents:read"] })).await.body["key"].as_str().unwrap().to_owned();
    for _ in 0..3 {
        ada.with_key(&key).get("/agents").await;
    }
    ada.with_key(&key).post("/auth/token", json!({})).await;

    let rows = ada.get("/audit").await.body;
    let mut actions: Vec<&str> = rows.as_array().unwrap().iter().map(|row| row["action"].as_str().unwrap()).collect();
    actions.reverse();
    let expected = [
        "agent.create",
        "tool.create",
        "binding.create",
        "agent.update",
        "agent.publish",
        "run.create",
        "api_key.create",
        "api_key.use",
        "auth.login",
    ];
    assert_eq!(actions, expected, "the use of a key is noted once in a while, not every time");
    let row = rows.as_array().unwrap().last().unwrap();
    assert_eq!((&row["user_id"], &row["entity_id"]), (&json!(ada.user.to_string()), &json!(agent)));
    assert!(row["trace_id"].is_string() && row["hash"].is_string());
    assert_eq!(world.store.audit_chain(ada.tenant, 0, 100).await.unwrap().len(), 9);
}

#[tokio::test]
async fn the_log_is_filtered_and_bounded() {
    let world = World::new().await;
    let ada = world.ada();
    let agent = ada.creates_agent("a").await;
    ada.creates_tool("t").await;
    let count = async |query: &str| ada.get(&format!("/audit?{query}")).await.body.as_array().map(Vec::len);
    assert_eq!(count("").await, Some(2));
    assert_eq!(count("limit=1").await, Some(1));
    assert_eq!(count("entity_type=tool").await, Some(1));
    assert_eq!(count(&format!("entity_id={agent}")).await, Some(1));
    assert_eq!(count("user_id=00000000-0000-0000-0000-000000000009").await, Some(0));
    assert_eq!(count("since=2020-01-01T00:00:00Z").await, Some(2));
    assert_eq!(count("until=2020-01-01T00:00:00Z").await, Some(0));
    for bad in ["limit=0", "limit=1001", "since=yesterday", "user_id=me"] {
        ada.get(&format!("/audit?{bad}")).await.names(bad.split('=').next().unwrap());
    }
}

#[tokio::test]
async fn a_change_that_was_refused_leaves_no_row() {
    let world = World::new().await;
    let ada = world.ada();
    let absent = "00000000-0000-0000-0000-000000000009";
    ada.delete(&format!("/agents/{absent}")).await.is_problem(404);
    ada.put(&format!("/tools/{absent}"), json!({})).await.is_problem(404);
    ada.post(&format!("/agents/{absent}/publish"), Value::Null).await.is_problem(404);
    ada.post("/runs", json!({ "agent_id": absent, "input_message": "hi" })).await.is_problem(404);
    assert_eq!(ada.get("/audit").await.body, json!([]));
}
