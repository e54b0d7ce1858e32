//! Rows of the platform's document that no other test holds. docs/seeds.md names each.

use axum::body::Body;
use axum::http::StatusCode;
use serde_json::json;

use crate::world::{World, tool};

#[tokio::test]
async fn a_page_of_agents_has_fifty() {
    let world = World::new().await;
    let ada = world.ada();
    for number in 0..51 {
        ada.creates_agent(&format!("agent {number}")).await;
    }
    assert_eq!(ada.get("/agents").await.body.as_array().unwrap().len(), 50);
    assert_eq!(ada.get("/agents?limit=51").await.body.as_array().unwrap().len(), 51);
}

#[tokio::test]
async fn a_tools_name_has_at_most_200_characters() {
    let world = World::new().await;
    let ada = world.ada();
    ada.post("/tools", tool(&"ж".repeat(200))).await.is(StatusCode::CREATED);
    ada.post("/tools", tool(&"ж".repeat(201))).await.names("name");
}

#[tokio::test]
async fn a_binding_says_its_id_and_its_tenant() {
    let world = World::new().await;
    let ada = world.ada();
    let (agent, tool) = (ada.creates_agent("a").await, ada.creates_tool("t").await);
    let bound = ada.binds(&agent, &tool).await;
    assert_eq!((&bound.body["agent_id"], &bound.body["tool_id"]), (&json!(agent), &json!(tool)));
    assert_eq!(bound.body["tenant_id"], "00000000-0000-0000-0000-00000000000a");
    let listed = ada.get(&format!("/agents/{agent}/tools")).await.body;
    assert_eq!((&listed[0]["id"], &listed[0]["tenant_id"]), (&json!(bound.id()), &bound.body["tenant_id"]));
}

#[tokio::test]
async fn curl_without_a_content_type_makes_a_tool_and_starts_a_run() {
    let world = World::new().await;
    let ada = world.ada();
    let agent = ada.creates_agent("a").await;
    let form = [("content-type", "application/x-www-form-urlencoded")];
    let mut lean = tool("lean");
    lean.as_object_mut().unwrap().retain(|member, _| !["description", "auth_type"].contains(&member.as_str()));
    let made = ada.send("POST", "/tools", &form, Body::from(lean.to_string())).await;
    assert_eq!(
        (&made.is(StatusCode::CREATED).body["description"], &made.body["auth_type"]),
        (&json!(""), &json!("none"))
    );
    let run = json!({ "agent_id": agent, "input_message": "hello" }).to_string();
    let headers = [form[0], ("prefer", "respond-async")];
    let started = ada.send("POST", "/runs", &headers, Body::from(run)).await;
    assert!([201, 202].contains(&started.status), "{started:?}");
}
