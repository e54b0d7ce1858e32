use axum::body::Body;
use axum::http::StatusCode;
use rstest::rstest;
use serde_json::{Value, json};

use crate::world::World;

#[tokio::test]
async fn a_binding_without_a_body_has_the_defaults() {
    let world = World::new().await;
    let ada = world.ada();
    let (agent, tool) = (ada.creates_agent("a").await, ada.creates_tool("t").await);
    let made = ada.send("POST", &format!("/agents/{agent}/tools/{tool}"), &[], Body::empty()).await;
    made.is(StatusCode::CREATED);
    let expected = json!({ "permission_scope": "read", "timeout_ms": 15000, "rate_limit": null, "allowed_domains": [], "secrets_ref": null,
        "require_approval": false });
    for (member, value) in expected.as_object().unwrap() {
        assert_eq!(&made.body[member], value, "{member}");
    }
    assert_eq!((&made.body["agent_id"], &made.body["tool_id"]), (&json!(agent), &json!(tool)));
}

#[tokio::test]
async fn a_binding_is_listed_with_its_tool_changed_and_removed() {
    let world = World::new().await;
    let ada = world.ada();
    let (agent, tool) = (ada.creates_agent("a").await, ada.creates_tool("weather").await);
    let path = format!("/agents/{agent}/tools/{tool}");
    let body = json!({ "permission_scope": "write", "timeout_ms": 5000, "rate_limit": "10/minute",
        "allowed_domains": ["api.weather.com"], "secrets_ref": "WEATHER_API_KEY", "require_approval": true });
    ada.post(&path, body).await.is(StatusCode::CREATED);
    ada.post(&path, json!({})).await.is_problem(409);
    let listed = ada.get(&format!("/agents/{agent}/tools")).await.body;
    assert_eq!((&listed[0]["tool"]["name"], &listed[0]["rate_limit"]), (&json!("weather"), &json!("10/minute")));

    let changed = ada.call("PATCH", &path, json!({ "timeout_ms": 100, "rate_limit": null })).await;
    assert_eq!((&changed.body["timeout_ms"], &changed.body["rate_limit"]), (&json!(100), &Value::Null));
    assert_eq!(changed.body["secrets_ref"], "WEATHER_API_KEY", "what is absent stays");
    assert_eq!(changed.body["require_approval"], true);
    ada.call("PATCH", &path, json!({ "timeout_ms": 60_001 })).await.names("timeout_ms");

    ada.delete(&path).await.is(StatusCode::NO_CONTENT);
    ada.delete(&path).await.is_problem(404);
    ada.call("PATCH", &path, json!({})).await.is_problem(404);
    ada.binds(&agent, &tool).await.is(StatusCode::CREATED);
}

#[rstest]
#[case(json!({ "permission_scope": "admin" }), "permission_scope")]
#[case(json!({ "timeout_ms": 0 }), "timeout_ms")]
#[case(json!({ "timeout_ms": 60_001 }), "timeout_ms")]
#[case(json!({ "timeout_ms": 1.5 }), "timeout_ms")]
#[case(json!({ "require_approval": "yes" }), "require_approval")]
#[case(json!({ "rate_limit": "often" }), "rate_limit")]
#[case(json!({ "rate_limit": "0/minute" }), "rate_limit")]
#[case(json!({ "rate_limit": "1/fortnight" }), "rate_limit")]
#[case(json!({ "allowed_domains": "api.weather.com" }), "allowed_domains")]
#[case(json!({ "allowed_domains": ["ok.example", "https://x.example/y"] }), "allowed_domains[1]")]
#[case(json!({ "secrets_ref": "../etc/passwd" }), "secrets_ref")]
#[tokio::test]
async fn a_bad_binding_is_refused_by_the_name_of_what_is_bad(#[case] body: Value, #[case] field: &str) {
    let world = World::new().await;
    let ada = world.ada();
    let (agent, tool) = (ada.creates_agent("a").await, ada.creates_tool("t").await);
    ada.post(&format!("/agents/{agent}/tools/{tool}"), body).await.names(field);
    assert_eq!(ada.get(&format!("/agents/{agent}/tools")).await.body, json!([]), "nothing was written");
}

#[tokio::test]
async fn a_deleted_tool_takes_its_bindings_with_it() {
    let world = World::new().await;
    let ada = world.ada();
    let (agent, tool) = (ada.creates_agent("a").await, ada.creates_tool("t").await);
    ada.binds(&agent, &tool).await.is(StatusCode::CREATED);
    ada.delete(&format!("/tools/{tool}")).await.is(StatusCode::NO_CONTENT);
    assert_eq!(ada.get(&format!("/agents/{agent}/tools")).await.body, json!([]));
    ada.binds(&agent, &tool).await.is_problem(404);
}

#[tokio::test]
async fn an_agent_has_no_two_tools_whose_names_count_as_one() {
    let world = World::new().await;
    let ada = world.ada();
    let (agent, tool) = (ada.creates_agent("a").await, ada.creates_tool("write_file").await);
    ada.binds(&agent, &tool).await.is(StatusCode::CREATED);
    for name in ["write file", "Write_File", "writ\u{435}_file"] {
        let other = ada.creates_tool(name).await;
        let refused = ada.binds(&agent, &other).await;
        refused.is_problem(409);
        assert_eq!(refused.body["error"], "name_taken", "{name}");
    }
    let third = ada.creates_tool("read_file").await;
    ada.binds(&agent, &third).await.is(StatusCode::CREATED);
    ada.put(&format!("/tools/{third}"), json!({ "name": "WRITE-FILE" })).await.is_problem(409);
    ada.put(&format!("/tools/{third}"), json!({ "name": "READ-FILE" })).await.is(StatusCode::OK);
}
