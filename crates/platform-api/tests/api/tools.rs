use axum::http::StatusCode;
use rstest::rstest;
use serde_json::{Value, json};

use crate::world::{World, tool};

/// The good tool, with something changed.
fn but(change: &Value) -> Value {
    let mut tool = tool("echo");
    for (name, value) in change.as_object().unwrap() {
        tool[name] = value.clone();
    }
    tool
}

#[tokio::test]
async fn a_tool_has_every_member_of_the_contract() {
    let world = World::new().await;
    let made = world.ada().post("/tools", tool("echo")).await;
    made.is(StatusCode::CREATED);
    let members = "id tenant_id name description input_schema execution_type endpoint auth_type status version created_at updated_at";
    for member in members.split(' ') {
        assert!(made.body.as_object().unwrap().contains_key(member), "{member} is missing: {}", made.body);
    }
    assert_eq!((&made.body["http_method"], &made.body["effect"]), (&json!("POST"), &json!("at_most_once")));
    assert_eq!((&made.body["status"], &made.body["version"]), (&json!("active"), &json!(1)));
}

#[rstest]
#[case(json!({ "name": "" }), "name")]
#[case(json!({ "input_schema": null }), "input_schema")]
#[case(json!({ "input_schema": {} }), "input_schema")]
#[case(json!({ "input_schema": { "type": "array" } }), "input_schema")]
#[case(json!({ "input_schema": { "type": "object", "properties": { "not an identifier": {} } } }), "input_schema.properties.not an identifier")]
#[case(json!({ "execution_type": "carrier_pigeon" }), "execution_type")]
#[case(json!({ "endpoint": null }), "endpoint")]
#[case(json!({ "endpoint": "ftp://files.example.com/" }), "endpoint")]
#[case(json!({ "endpoint": "not a url" }), "endpoint")]
#[case(json!({ "auth_type": "magic" }), "auth_type")]
#[case(json!({ "http_method": "BREW" }), "http_method")]
#[case(json!({ "effect": "verifiable" }), "status_endpoint")]
#[case(json!({ "parameter_mapping": { "text": "cookie" } }), "parameter_mapping.text")]
#[case(json!({ "cache_ttl_seconds": 60 }), "cache_ttl_seconds")]
#[case(json!({ "cache_ttl_seconds": 60, "effect": "idempotent" }), "cache_ttl_seconds")]
#[case(json!({ "cache_ttl_seconds": 0, "effect": "read_only" }), "cache_ttl_seconds")]
#[case(json!({ "cache_ttl_seconds": 86_401, "effect": "read_only" }), "cache_ttl_seconds")]
#[case(json!({ "cache_ttl_seconds": 1.5, "effect": "read_only" }), "cache_ttl_seconds")]
#[case(json!({ "cache_ttl_seconds": 60, "execution_type": "internal", "endpoint": "calculator" }), "cache_ttl_seconds")]
#[case(json!({ "custom_headers": { "host": "evil" } }), "custom_headers")]
#[case(json!({ "custom_headers": { "x-a": "b\r\nc: d" } }), "custom_headers")]
#[case(json!({ "response_transform": "][" }), "response_transform")]
#[case(json!({ "execution_type": "internal", "endpoint": null, "name": "format_disk" }), "name")]
#[tokio::test]
async fn a_bad_tool_is_refused_by_the_name_of_what_is_bad(#[case] change: Value, #[case] field: &str) {
    let world = World::new().await;
    let ada = world.ada();
    let refused = ada.post("/tools", but(&change)).await;
    refused.is_problem(422);
    let fields: Vec<&str> =
        refused.body["field_errors"].as_array().unwrap().iter().map(|e| e["field"].as_str().unwrap()).collect();
    assert!(fields.iter().any(|named| named.starts_with(field)), "{fields:?}");
    assert_eq!(ada.get("/tools").await.header("x-total-count"), "0", "nothing was written");
}

#[tokio::test]
async fn a_bomb_of_references_is_refused_at_creation() {
    let chain: serde_json::Map<String, Value> =
        (0..10_000).map(|i| (format!("d{i}"), json!({ "$ref": format!("#/$defs/d{}", i + 1) }))).collect();
    let world = World::new().await;
    let schema = json!({ "type": "object", "properties": { "a": { "$ref": "#/$defs/d0" } }, "$defs": chain });
    world.ada().post("/tools", but(&json!({ "input_schema": schema }))).await.is_problem(422);
}

#[tokio::test]
async fn an_internal_tool_needs_no_endpoint_and_its_effect_is_known() {
    let world = World::new().await;
    let ada = world.ada();
    let internal = json!({ "name": "calculator", "execution_type": "internal", "input_schema": { "type": "object", "properties": {} } });
    let made = ada.post("/tools", internal).await;
    made.is(StatusCode::CREATED);
    assert_eq!((&made.body["effect"], &made.body["endpoint"]), (&json!("read_only"), &Value::Null));
    let renamed = ada.put(&format!("/tools/{}", made.id()), json!({ "name": "abacus" })).await;
    assert_eq!(renamed.is_problem(409).body["field_errors"][0]["field"], "name", "its name says which function it is");
}

#[tokio::test]
async fn results_are_kept_only_of_a_tool_that_reads() {
    let world = World::new().await;
    let ada = world.ada();
    let refused = ada.post("/tools", but(&json!({ "cache_ttl_seconds": 60 }))).await;
    let message = refused.is_problem(422).body["field_errors"][0]["message"].as_str().unwrap().to_owned();
    assert_eq!(message, "needs effect read_only: a call that changes something must be made each time");
    let made = ada.post("/tools", but(&json!({ "cache_ttl_seconds": 60.0, "effect": "read_only" }))).await;
    made.is(StatusCode::CREATED);
    assert_eq!(made.body["cache_ttl_seconds"], 60);
    let path = format!("/tools/{}", made.id());
    let refused = ada.put(&path, json!({ "effect": "idempotent" })).await;
    assert_eq!(refused.is_problem(409).body["field_errors"][0]["field"], "cache_ttl_seconds", "it keeps its results");
    ada.put(&path, json!({ "cache_ttl_seconds": 0 })).await.names("cache_ttl_seconds");
    let kept = ada.put(&path, json!({ "description": "better" })).await;
    assert_eq!((&kept.body["cache_ttl_seconds"], &kept.body["version"]), (&json!(60), &json!(2)));
    let made_each_time = ada.put(&path, json!({ "cache_ttl_seconds": null, "effect": "idempotent" })).await;
    assert_eq!(made_each_time.body["cache_ttl_seconds"], Value::Null);
}

#[tokio::test]
async fn an_update_is_checked_as_the_tool_would_be_and_raises_the_version() {
    let world = World::new().await;
    let ada = world.ada();
    let path = format!("/tools/{}", ada.creates_tool("echo").await);
    ada.put(&path, json!({ "endpoint": null })).await.names("endpoint");
    ada.put(&path, json!({ "effect": "verifiable", "status_endpoint": null })).await.names("status_endpoint");
    let alone = ada.put(&path, json!({ "effect": "verifiable" })).await;
    assert_eq!(
        alone.is_problem(409).body["field_errors"][0]["field"],
        "status_endpoint",
        "it does not go with what is kept"
    );
    ada.put(&path, json!({ "execution_type": "internal" })).await.is_problem(409);
    ada.put(&path, json!({ "execution_type": "internal", "endpoint": null, "name": "format_disk" }))
        .await
        .names("name");
    let updated = ada.put(&path, json!({ "description": "new", "status": "deprecated" })).await;
    assert_eq!((&updated.body["version"], &updated.body["status"]), (&json!(2), &json!("deprecated")));
    assert_eq!(updated.body["endpoint"], "http://tool-mock:9000/echo");
    ada.delete(&path).await.is(StatusCode::NO_CONTENT);
    ada.get(&path).await.is_problem(404);
}

#[tokio::test]
async fn a_tool_can_be_tried_and_its_guards_hold() {
    let world = World::new().await;
    let ada = world.ada();
    let echo = json!({ "name": "echo", "execution_type": "internal",
        "input_schema": { "type": "object", "properties": { "text": { "type": "string" } }, "required": ["text"] } });
    let echo = ada.post("/tools", echo).await.id();
    let report = ada.post(&format!("/tools/{echo}/test"), json!({ "args": { "text": "hello" } })).await;
    report.is(StatusCode::OK);
    assert_eq!(report.body["error"], Value::Null, "{}", report.body);
    assert!(report.body["transformed_body"].to_string().contains("hello"));
    let wrong = ada.post(&format!("/tools/{echo}/test"), json!({ "args": {} })).await;
    assert!(wrong.body["error"].as_str().unwrap().contains("text"), "{}", wrong.body);

    let inside = but(&json!({ "endpoint": "http://169.254.169.254/latest/meta-data" }));
    let inside = ada.post("/tools", inside).await.id();
    let refused = ada.post(&format!("/tools/{inside}/test"), json!({ "args": { "text": "x" } })).await;
    assert!(refused.body["error"].is_string() && refused.body["status_code"].is_null(), "{}", refused.body);
}
