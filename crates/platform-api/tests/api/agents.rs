use axum::http::StatusCode;
use rstest::rstest;
use serde_json::{Value, json};

use crate::world::World;

#[tokio::test]
async fn an_agent_has_every_member_of_the_contract_and_null_where_there_is_nothing() {
    let world = World::new().await;
    let ada = world.ada();
    let made = ada.post("/agents", json!({ "name": "MyAgent" })).await;
    made.is(StatusCode::CREATED);
    let agent = made.body.as_object().unwrap();
    let members = "id tenant_id owner_user_id name system_prompt model llm_params status version created_at updated_at";
    for member in members.split(' ') {
        assert!(agent.contains_key(member), "{member} is missing: {agent:?}");
    }
    assert_eq!(agent["tenant_id"], ada.tenant.to_string());
    assert_eq!(agent["owner_user_id"], ada.user.to_string());
    assert_eq!((&agent["model"], &agent["system_prompt"]), (&json!("demo:echo"), &json!("")));
    assert_eq!((&agent["status"], &agent["version"]), (&json!("draft"), &json!(1)));
    assert_eq!((&agent["llm_params"], &agent["updated_at"]), (&Value::Null, &Value::Null));
    assert!(agent["created_at"].as_str().unwrap().ends_with('Z'));
}

#[tokio::test]
async fn curl_without_a_content_type_header_creates_an_agent() {
    let world = World::new().await;
    let form = [("content-type", "application/x-www-form-urlencoded")];
    let body = json!({ "name": "TestAgent", "model": "openai:gpt-4o-mini" });
    let made = world.ada().send("POST", "/agents", &form, body.to_string().into()).await;
    made.is(StatusCode::CREATED);
    assert_eq!(made.body["model"], "openai:gpt-4o-mini");
}

#[rstest]
#[case(json!({}), "name")]
#[case(json!({ "name": null }), "name")]
#[case(json!({ "name": 5 }), "name")]
#[case(json!({ "name": "" }), "name")]
#[case(json!({ "name": "x".repeat(201) }), "name")]
#[case(json!({ "name": "a\u{0}b" }), "name")]
#[case(json!({ "name": "a", "model": "nobody:knows" }), "model")]
#[case(json!({ "name": "a", "model": "demo:nothing" }), "model")]
#[case(json!({ "name": "a", "model": "" }), "model")]
#[case(json!({ "name": "a", "llm_params": [] }), "llm_params")]
#[case(json!({ "name": "a", "llm_params": { "stop": ["\u{0}"] } }), "llm_params.stop[0]")]
#[case(json!({ "name": "a", "status": "retired" }), "status")]
#[case(json!({ "name": "a", "version": 0 }), "version")]
#[case(json!({ "name": "a", "version": "1" }), "version")]
#[case(json!({ "name": "a", "system_prompt": {} }), "system_prompt")]
#[tokio::test]
async fn a_bad_agent_is_refused_by_the_name_of_what_is_bad(#[case] body: Value, #[case] field: &str) {
    let world = World::new().await;
    let ada = world.ada();
    ada.post("/agents", body).await.names(field);
    assert_eq!(ada.get("/agents").await.header("x-total-count"), "0", "nothing was written");
    assert_eq!(ada.get("/audit").await.body, json!([]), "nothing was written");
}

#[tokio::test]
async fn unknown_members_are_ignored_unless_the_client_is_strict() {
    let world = World::new().await;
    let ada = world.ada();
    let body = json!({ "name": "a", "colour": "red" });
    ada.post("/agents", body.clone()).await.is(StatusCode::CREATED);
    ada.call_with("POST", "/agents", &[("prefer", "handling=strict")], body).await.names("colour");
}

#[tokio::test]
async fn agents_are_listed_newest_first_in_pages() {
    let world = World::new().await;
    let ada = world.ada();
    for name in ["one", "two", "three"] {
        ada.creates_agent(name).await;
    }
    let page = ada.get("/agents?limit=2").await;
    let names: Vec<&str> = page.body.as_array().unwrap().iter().map(|agent| agent["name"].as_str().unwrap()).collect();
    assert_eq!((names.as_slice(), page.header("x-total-count")), (["three", "two"].as_slice(), "3"));
    assert_eq!(ada.get("/agents?limit=2&offset=2").await.body[0]["name"], "one");
    assert_eq!(ada.get("/agents?q=TW").await.body[0]["name"], "two");
    assert_eq!(ada.get("/agents?status=published").await.body, json!([]));
    for bad in ["limit=0", "limit=201", "limit=x", "offset=-1", "status=gone", "q=%00"] {
        ada.get(&format!("/agents?{bad}")).await.names(bad.split('=').next().unwrap());
    }
}

#[tokio::test]
async fn an_update_changes_what_it_names_and_nothing_else() {
    let world = World::new().await;
    let ada = world.ada();
    let made =
        ada.post("/agents", json!({ "name": "a", "system_prompt": "p", "llm_params": { "temperature": 0.5 } })).await;
    let path = format!("/agents/{}", made.id());
    let updated = ada.put(&path, json!({ "name": "b" })).await;
    assert_eq!((&updated.body["name"], &updated.body["system_prompt"]), (&json!("b"), &json!("p")));
    assert_eq!(updated.body["llm_params"], json!({ "temperature": 0.5 }));
    assert!(updated.body["updated_at"].is_string());
    let cleared = ada.put(&path, json!({ "llm_params": null })).await;
    assert_eq!(cleared.body["llm_params"], Value::Null);
    assert_eq!(cleared.body["require_approval"], false, "nobody is asked unless the author says so");
    let asking = ada.put(&path, json!({ "require_approval": true })).await;
    assert_eq!((&asking.body["require_approval"], &asking.body["name"]), (&json!(true), &json!("b")));
    ada.put(&path, json!({ "require_approval": "yes" })).await.names("require_approval");
    ada.put(&path, json!({ "model": "nobody:knows" })).await.names("model");
    let full = ada.get(&path).await.body;
    ada.put(&path, full).await.is(StatusCode::OK);
}

#[tokio::test]
async fn publishing_keeps_snapshots_that_an_agent_can_return_to() {
    let world = World::new().await;
    let ada = world.ada();
    let (agent, tool) = (ada.creates_agent("first").await, ada.creates_tool("echo").await);
    ada.binds(&agent, &tool).await.is(StatusCode::CREATED);
    let path = format!("/agents/{agent}");
    let published = ada.post(&format!("{path}/publish"), json!(null)).await;
    assert_eq!((&published.body["version"], &published.body["status"]), (&json!(2), &json!("published")));

    ada.put(&path, json!({ "name": "second" })).await.is(StatusCode::OK);
    ada.delete(&format!("{path}/tools/{tool}")).await.is(StatusCode::NO_CONTENT);
    ada.post(&format!("{path}/publish"), json!(null)).await.is(StatusCode::OK);
    let versions = ada.get(&format!("{path}/versions")).await.body;
    assert_eq!(versions.as_array().unwrap().len(), 2);
    assert_eq!((&versions[0]["version"], &versions[1]["agent"]["name"]), (&json!(3), &json!("first")));
    assert_eq!(ada.get(&format!("{path}/versions/2")).await.body["bindings"][0]["tool_id"], tool);
    ada.get(&format!("{path}/versions/9")).await.is_problem(404);

    let back = ada.post(&format!("{path}/rollback"), json!({ "version": 2 })).await;
    assert_eq!((&back.body["name"], &back.body["version"]), (&json!("first"), &json!(4)));
    assert_eq!(ada.get(&format!("{path}/tools")).await.body[0]["tool_id"], tool);
    ada.post(&format!("{path}/rollback"), json!({ "version": 99 })).await.is_problem(404);
    ada.post(&format!("{path}/rollback"), json!({})).await.names("version");
}

#[tokio::test]
async fn a_clone_is_a_draft_with_the_same_profile_and_bindings() {
    let world = World::new().await;
    let ada = world.ada();
    let (agent, tool) = (ada.creates_agent("Scribe").await, ada.creates_tool("echo").await);
    ada.binds(&agent, &tool).await;
    ada.post(&format!("/agents/{agent}/publish"), json!(null)).await;
    let clone = ada.send("POST", &format!("/agents/{agent}/clone"), &[], axum::body::Body::empty()).await;
    clone.is(StatusCode::CREATED);
    assert_eq!((&clone.body["name"], &clone.body["status"]), (&json!("Scribe (copy)"), &json!("draft")));
    assert_eq!((&clone.body["version"], clone.id() == agent), (&json!(1), false));
    assert_eq!(ada.get(&format!("/agents/{}/tools", clone.id())).await.body[0]["tool_id"], tool);
    let named = ada.post(&format!("/agents/{agent}/clone"), json!({ "name": "Other" })).await;
    assert_eq!(named.body["name"], "Other");
}

#[tokio::test]
async fn a_deleted_agent_is_gone() {
    let world = World::new().await;
    let ada = world.ada();
    let path = format!("/agents/{}", ada.creates_agent("a").await);
    ada.delete(&path).await.is(StatusCode::NO_CONTENT);
    ada.get(&path).await.is_problem(404);
    ada.delete(&path).await.is_problem(404);
    assert_eq!(ada.get("/agents").await.header("x-total-count"), "0");
}
