use artel_domain::BuiltinAgent;
use axum::http::StatusCode;
use rstest::rstest;
use serde_json::{Value, json};

use crate::world::{Person, World};

const AGENTS: &str = "/organizations/me/agents";

async fn creates(person: &Person, body: Value) -> Value {
    let made = person.post(AGENTS, body).await;
    made.is(StatusCode::CREATED);
    made.body
}

fn names(list: &Value) -> Vec<&str> {
    list.as_array().unwrap().iter().map(|agent| agent["name"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn an_agent_of_an_organisation_has_every_member_of_the_contract_and_is_the_same_agent_everywhere() {
    let world = World::new().await;
    let ada = world.ada();
    let agent = creates(
        &ada,
        json!({ "name": "Marketplace Manager", "description": "Watches stock", "system_prompt": "Be concise.",
                "avatar_url": "https://cdn.example.com/avatars/mp.png" }),
    )
    .await;
    let members = "id org_id name description system_prompt avatar_url is_enabled created_by created_at updated_at \
                   connectors kind model llm_params";
    for member in members.split_whitespace() {
        assert!(agent.get(member).is_some(), "{member} is missing: {agent:#}");
    }
    assert_eq!((&agent["org_id"], &agent["created_by"]), (&json!(ada.tenant), &json!(ada.user)));
    assert_eq!((&agent["connectors"], &agent["kind"]), (&json!([]), &json!("custom")));
    assert_eq!((&agent["is_enabled"], &agent["model"]), (&json!(true), &json!("demo:echo")));
    let id = agent["id"].as_str().unwrap();
    for organization in ["me".to_owned(), ada.tenant.to_string()] {
        assert_eq!(ada.get(&format!("/v1/organizations/{organization}/agents/{id}")).await.body, agent);
    }
    let row = ada.get(&format!("/agents/{id}")).await.body;
    assert_eq!((&row["description"], &row["status"]), (&json!("Watches stock"), &json!("published")));
    let other = ada.creates_agent("of the first API").await;
    ada.get(&format!("{AGENTS}/{other}")).await.is(StatusCode::OK);
}

#[tokio::test]
async fn the_system_agent_is_first_on_the_first_page_and_counts_nowhere() {
    let world = World::new().await;
    let ada = world.ada();
    for name in ["one", "two", "three"] {
        creates(&ada, json!({ "name": name })).await;
    }
    let first = ada.get(&format!("{AGENTS}?limit=2")).await;
    assert_eq!((names(&first.body), first.header("x-total-count")), (vec!["Assistant", "three", "two"], "3"));
    let second = ada.get(&format!("{AGENTS}?limit=2&offset=2")).await;
    assert_eq!((names(&second.body), second.header("x-total-count")), (vec!["one"], "3"));
    let system = &first.body[0];
    assert_eq!(system["id"], json!(BuiltinAgent::System.id(ada.tenant)));
    assert_eq!((&system["kind"], &system["model"]), (&json!("system"), &json!("demo:echo")));
    assert!(system["system_prompt"].as_str().unwrap().contains("organisation"));
    assert!(system["connectors"].as_array().unwrap().contains(&json!("telegram")), "it may call every one");
    assert_eq!(ada.get(&format!("{AGENTS}?limit=2")).await.body, first.body, "it is made once");
    for bad in ["limit=0", "limit=101", "offset=-1"] {
        ada.get(&format!("{AGENTS}?{bad}")).await.is_problem(422);
    }
}

#[tokio::test]
async fn the_system_agent_is_read_only() {
    let world = World::new().await;
    let ada = world.ada();
    let place = format!("{AGENTS}/{}", BuiltinAgent::System.id(ada.tenant));
    for (method, place, body) in [
        ("PATCH", place.clone(), json!({ "name": "mine" })),
        ("PATCH", place.clone(), json!({ "is_enabled": false })),
        ("DELETE", place.clone(), Value::Null),
        ("PUT", format!("{place}/connectors"), json!({ "connector_keys": [] })),
    ] {
        let refused = ada.call(method, &place, body).await;
        assert_eq!(refused.is_problem(400).body["error"], "system_agent_read_only", "{method} {place}");
    }
    assert_eq!(ada.get(&place).await.body["is_enabled"], true);
    ada.put("/builtin-agents/system", json!({ "is_enabled": false })).await.is(StatusCode::OK);
    assert_eq!(ada.get(&place).await.body["is_enabled"], false);
    let codelab = format!("{AGENTS}/{}", BuiltinAgent::Codelab.id(ada.tenant));
    ada.get(&codelab).await.is_problem(404);
    ada.call("PATCH", &codelab, json!({})).await.is_problem(404);
}

#[tokio::test]
async fn a_change_holds_for_everybody_at_once_and_null_clears() {
    let world = World::new().await;
    let (ada, colleague) = (world.ada(), world.person_with(0xA, 0xC0, &["runs:write", "runs:read", "agents:write"]));
    let made = creates(&ada, json!({ "name": "a", "description": "d", "system_prompt": "p" })).await;
    let place = format!("{AGENTS}/{}", made["id"].as_str().unwrap());
    let changed = ada.call("PATCH", &place, json!({ "system_prompt": "q", "description": null })).await;
    changed.is(StatusCode::OK);
    assert_eq!((&changed.body["system_prompt"], &changed.body["description"]), (&json!("q"), &Value::Null));
    assert_eq!(changed.body["name"], "a", "what is absent stays");
    let row = ada.get(&format!("/agents/{}", made["id"].as_str().unwrap())).await.body;
    assert_eq!((&row["version"], &row["has_unpublished_changes"]), (&json!(2), &json!(false)));
    ada.call("PATCH", &place, json!({ "is_enabled": false })).await.is(StatusCode::OK);
    let start = json!({ "agent_id": made["id"], "input_message": "hi" });
    for person in [&ada, &colleague] {
        let refused = person.post("/runs", start.clone()).await;
        assert_eq!(refused.is_problem(409).body["error"], "agent_disabled");
    }
    ada.call("DELETE", &place, Value::Null).await.is(StatusCode::NO_CONTENT);
    ada.get(&place).await.is_problem(404);
    ada.call("DELETE", &place, Value::Null).await.is_problem(404);
}

#[rstest]
#[case(json!({}), "name")]
#[case(json!({ "name": "" }), "name")]
#[case(json!({ "name": "a", "description": "x".repeat(2001) }), "description")]
#[case(json!({ "name": "a", "system_prompt": "x".repeat(65_537) }), "system_prompt")]
#[case(json!({ "name": "a", "avatar_url": "ftp://a.example/b" }), "avatar_url")]
#[case(json!({ "name": "a", "avatar_url": "javascript:alert(1)" }), "avatar_url")]
#[case(json!({ "name": "a", "model": "nobody:knows" }), "model")]
#[tokio::test]
async fn a_bad_agent_is_refused_by_the_name_of_what_is_bad(#[case] body: Value, #[case] field: &str) {
    let world = World::new().await;
    let ada = world.ada();
    ada.post(AGENTS, body).await.names(field);
    assert_eq!(ada.get(AGENTS).await.header("x-total-count"), "0");
}

#[tokio::test]
async fn connectors_are_kept_in_order_once_each_and_an_unknown_one_is_named() {
    let world = World::new().await;
    let ada = world.ada();
    let made = creates(&ada, json!({ "name": "a" })).await;
    let place = format!("{AGENTS}/{}", made["id"].as_str().unwrap());
    let puts = async |keys: Value| ada.put(&format!("{place}/connectors"), json!({ "connector_keys": keys })).await;
    let put = puts(json!(["wildberries", "ozon", "wildberries", "telegram"])).await;
    put.is(StatusCode::OK);
    assert_eq!(put.body["connectors"], json!(["wildberries", "ozon", "telegram"]));
    let refused = puts(json!(["ozon", "nobody"])).await;
    refused.names("connector_keys[1]");
    assert!(refused.body.to_string().contains("'nobody'"), "{:#}", refused.body);
    assert_eq!(ada.get(&place).await.body["connectors"], put.body["connectors"], "nothing was changed");
    assert_eq!(ada.get(AGENTS).await.body[1]["connectors"], put.body["connectors"]);
    assert_eq!(puts(json!([])).await.body["connectors"], json!([]));
}

#[tokio::test]
async fn another_organisation_is_absent() {
    let world = World::new().await;
    let (ada, bob) = (world.ada(), world.bob());
    let agent = creates(&ada, json!({ "name": "a" })).await;
    let id = agent["id"].as_str().unwrap();
    for place in [
        format!("/organizations/{}/agents", ada.tenant),
        format!("/organizations/{}/agents/{id}", ada.tenant),
        format!("/organizations/me/agents/{id}"),
        "/organizations/nobody/agents".to_owned(),
    ] {
        bob.get(&place).await.is_problem(404);
    }
    bob.post(&format!("/organizations/{}/agents", ada.tenant), json!({})).await.is_problem(404);
    let system = BuiltinAgent::System.id(ada.tenant);
    bob.call("PATCH", &format!("{AGENTS}/{system}"), json!({})).await.is_problem(404);
}

#[tokio::test]
async fn scopes_and_keys_of_one_agent_hold_here_too() {
    let world = World::new().await;
    let ada = world.ada();
    let (own, other) = (creates(&ada, json!({ "name": "own" })).await, creates(&ada, json!({ "name": "other" })).await);
    let reader = world.person_with(0xA, 0xEAD, &["agents:read"]);
    reader.get(AGENTS).await.is(StatusCode::OK);
    reader.post(AGENTS, json!({ "name": "a" })).await.is_problem(403);
    world.person_with(0xA, 0xEAD, &["runs:read"]).get(AGENTS).await.is_problem(403);
    let key = ada.creates_key(json!({ "scopes": ["agents:write"], "agent_id": own["id"] })).await;
    let of_one = ada.with_key(key.body["key"].as_str().unwrap());
    let place = |agent: &Value| format!("{AGENTS}/{}", agent["id"].as_str().unwrap());
    of_one.call("PATCH", &place(&own), json!({ "name": "mine" })).await.is(StatusCode::OK);
    of_one.call("PATCH", &place(&other), json!({ "name": "mine" })).await.is_problem(403);
    of_one.post(AGENTS, json!({ "name": "a" })).await.is_problem(403);
}
