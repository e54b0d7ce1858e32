use artel_domain::BuiltinAgent;
use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::world::{Person, World};

const SETTINGS: &str = "/v1/builtin-agents/codelab";

/// The id of ada's built-in agent, as its first use makes it.
async fn used(world: &World, person: &Person) -> String {
    let agent = BuiltinAgent::Codelab;
    let audit = artel_domain::AuditEntry {
        actor: artel_domain::Actor::default(),
        action: "agent.create",
        entity_type: "agent",
        entity_id: agent.id(person.tenant).to_string(),
        trace_id: "trace".into(),
        outcome: "ok".into(),
        details: None,
        at: artel_domain::Clock::now(&*world.clock),
    };
    artel_store::Identities::ensure_principal(&*world.store, person.tenant, person.user, audit.at).await.unwrap();
    let made =
        artel_store::BuiltinAgents::ensure_builtin_agent(&*world.store, person.tenant, agent, person.user, audit);
    made.await.unwrap().id.to_string()
}

#[tokio::test]
async fn every_mutation_of_a_builtin_agent_is_refused_also_to_an_administrator() {
    let world = World::new().await;
    let ada = world.ada();
    let (agent, tool) = (used(&world, &ada).await, ada.creates_tool("echo").await);
    let path = format!("/v1/agents/{agent}");
    let before = ada.get(&path).await.body;
    assert_eq!((&before["kind"], &before["is_enabled"]), (&json!("builtin"), &json!(true)));
    for (method, place, body) in [
        ("PUT", path.clone(), json!({ "name": "mine" })),
        ("PUT", path.clone(), json!({ "is_enabled": false })),
        ("DELETE", path.clone(), Value::Null),
        ("POST", format!("{path}/publish"), Value::Null),
        ("POST", format!("{path}/rollback"), json!({ "version": 1 })),
        ("POST", format!("{path}/clone"), json!({})),
        ("POST", format!("{path}/tools/{tool}"), json!({})),
        ("PATCH", format!("{path}/tools/{tool}"), json!({})),
        ("DELETE", format!("{path}/tools/{tool}"), Value::Null),
        ("PUT", format!("{path}/budget"), json!({ "run_tokens": 1 })),
    ] {
        let refused = ada.call(method, &place, body).await;
        assert_eq!(refused.is_problem(400).body["error"], "builtin_agent_read_only", "{method} {place}");
        assert!(
            refused.body["message"].as_str().unwrap().contains("/v1/builtin-agents/"),
            "{method} {place} says where it is set"
        );
    }
    assert_eq!(ada.get(&path).await.body, before);
    assert_eq!(ada.get(&format!("{path}/tools")).await.body, json!([]));
    assert_eq!(ada.get("/agents").await.body.as_array().unwrap().len(), 1, "no copy was made");
}

#[tokio::test]
async fn an_administrator_switches_a_builtin_agent_off_and_on_again() {
    let world = World::new().await;
    let ada = world.ada();
    let agent = used(&world, &ada).await;
    let off = ada.put(SETTINGS, json!({ "is_enabled": false })).await;
    off.is(StatusCode::OK);
    assert_eq!((&off.body["is_enabled"], &off.body["agent_id"]), (&json!(false), &json!(agent)));
    assert_eq!(ada.get("/agents").await.body[0]["is_enabled"], false);
    for path in ["/runs", "/runs/stream"] {
        let refused = ada.post(path, json!({ "agent_id": agent, "input_message": "hi" })).await;
        assert_eq!(refused.is_problem(409).body["error"], "agent_disabled");
        let message = refused.body["message"].as_str().unwrap();
        assert!(message.contains("administrator") && message.contains(SETTINGS), "{message}");
    }
    assert_eq!(ada.put(SETTINGS, json!({ "is_enabled": true })).await.body["is_enabled"], true);
    ada.post("/runs?wait=false", json!({ "agent_id": agent, "input_message": "hi" })).await.is(StatusCode::ACCEPTED);
    let audited = ada.get(&format!("/audit?entity_id={agent}")).await.body;
    let details: Vec<&Value> =
        audited.as_array().unwrap().iter().filter(|row| row["action"] == "agent.configure").collect();
    assert_eq!(details.len(), 2, "{audited:#}");
    assert_eq!(details[1]["details"]["is_enabled"], false);
}

#[tokio::test]
async fn the_settings_of_a_builtin_agent_are_there_before_its_first_use() {
    let world = World::new().await;
    let ada = world.ada();
    let listed = ada.get("/v1/builtin-agents").await;
    assert_eq!((&listed.body[0]["builtin_agent"], &listed.body[0]["is_enabled"]), (&json!("codelab"), &json!(true)));
    assert_eq!((&listed.body[0]["model"], &listed.body[0]["kind"]), (&Value::Null, &json!("builtin")));
    assert_eq!(ada.get("/agents").await.body, json!([]), "reading makes nothing");
    let set = ada.put(SETTINGS, json!({ "model": "demo:echo", "budget": { "daily_tokens": 500 } })).await;
    set.is(StatusCode::OK);
    assert_eq!((&set.body["model"], &set.body["budget"]["daily_tokens"]), (&json!("demo:echo"), &json!(500)));
    assert_eq!(ada.get(SETTINGS).await.body, set.body);
    let part = ada.put(SETTINGS, json!({ "model": null })).await;
    assert_eq!((&part.body["model"], &part.body["budget"]["daily_tokens"]), (&Value::Null, &json!(500)));
    assert_eq!(ada.put(SETTINGS, json!({ "budget": {} })).await.body["budget"]["daily_tokens"], Value::Null);
    ada.put(SETTINGS, json!({ "model": "nobody:knows" })).await.names("model");
    ada.put(SETTINGS, json!({ "budget": { "run_tokens": 0 } })).await.names("budget.run_tokens");
    assert_eq!(world.bob().get(SETTINGS).await.body["model"], Value::Null, "another tenant has settings of its own");
}

#[tokio::test]
async fn only_an_administrator_sets_a_builtin_agent() {
    let world = World::new().await;
    let writer = world.person_with(0xA, 0xE4E, &["tools:write", "agents:write"]);
    writer.get(SETTINGS).await.is(StatusCode::OK);
    assert_eq!(
        writer.put(SETTINGS, json!({ "is_enabled": false })).await.is_problem(403).body["details"]["required_scope"],
        "admin"
    );
    writer.get("/v1/builtin-agents/nobody").await.is_problem(404);
    assert_eq!(world.ada().get(SETTINGS).await.body["is_enabled"], true);
}
