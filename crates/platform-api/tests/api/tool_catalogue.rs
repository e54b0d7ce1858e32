use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::world::World;

const MEMBERS: [&str; 14] = [
    "name",
    "title",
    "group",
    "description",
    "category",
    "result_type",
    "timeout_ms",
    "is_mutating",
    "is_idempotent",
    "is_query_tool",
    "effect",
    "input_schema",
    "examples",
    "available",
];

#[tokio::test]
async fn the_catalogue_lists_all_tools_in_their_order_at_both_addresses() {
    let world = World::new().await;
    let listed = world.ada().get("/tools/catalogue").await;
    listed.is(StatusCode::OK);
    let tools = listed.body.as_array().unwrap();
    let names: Vec<&str> = tools.iter().map(|tool| tool["name"].as_str().unwrap()).collect();
    let all: Vec<&str> = artel_catalogue::catalogue().entries.iter().map(|entry| entry.name.as_str()).collect();
    assert_eq!(names, all);
    assert_eq!((names[0], names[5], names.last()), ("web_search", "documents", Some(&"exit")));
    assert_eq!(world.ada().get("/v1/tools/catalogue").await.body, listed.body);
}

#[tokio::test]
async fn a_tool_of_the_catalogue_has_every_member_of_the_contract() {
    let world = World::new().await;
    let tool = world.ada().get("/tools/catalogue/run_subagent").await;
    tool.is(StatusCode::OK);
    let members: Vec<&String> = tool.body.as_object().unwrap().keys().collect();
    assert_eq!(members[..14], MEMBERS);
    assert_eq!(tool.body["title"], json!({"ru": "Делегирование подзадачи", "en": "Subtask Delegation"}));
    assert_eq!((&tool.body["group"], &tool.body["effect"]), (&json!("control"), &json!("idempotent")));
    assert_eq!(tool.body["input_schema"]["additionalProperties"], false);
}

#[tokio::test]
async fn a_tool_without_an_engine_says_why_and_cannot_become_a_tool_of_a_tenant() {
    let world = World::new().await;
    let ada = world.ada();
    let tools = ada.get("/tools/catalogue").await.body;
    let missing = tools.as_array().unwrap().iter().find(|tool| tool["available"] == false).unwrap();
    assert!(missing["unavailable"]["reason"].is_string() && missing["unavailable"]["how_to"].is_string(), "{missing}");
    let new = json!({"name": missing["name"], "execution_type": "internal", "input_schema": {"type": "object"}});
    let refused = ada.post("/tools", new).await;
    let fault = refused.is_problem(422).body["field_errors"][0].clone();
    assert_eq!(fault["field"], "name");
    assert!(fault["message"].as_str().unwrap().contains("is unavailable: "), "{fault}");
    for tool in tools.as_array().unwrap().iter().filter(|tool| tool["available"] == true) {
        assert_eq!(tool.get("unavailable"), None::<&Value>, "{tool}");
    }
}

#[tokio::test]
async fn a_name_that_is_not_in_the_catalogue_is_not_found() {
    let world = World::new().await;
    world.ada().get("/tools/catalogue/format_disk").await.is_problem(404);
    world.stranger().get("/tools/catalogue").await.is_problem(401);
}
