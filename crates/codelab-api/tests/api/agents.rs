use artel_domain::{Agent, AgentKind, AgentStatus, BuiltinAgent, Clock, SystemClock};
use artel_store::{Agents, BuiltinAgents, BuiltinPatch, Identities};
use rstest::rstest;
use serde_json::{Value, json};

use crate::world::World;

/// Name, emoji, tools and restrictions of each agent, as the document of the runtime has them.
const SEED: [(&str, &str, &[&str], &[&str]); 5] = [
    ("Orchestrator Agent", "🎭", &["read_file", "list_files", "search_in_code"], &["Только анализ, без модификации"]),
    (
        "Coder Agent",
        "💻",
        &[
            "read_file",
            "write_file",
            "list_files",
            "search_in_code",
            "execute_command",
            "git_diff",
            "git_commit",
            "delete_file",
        ],
        &[],
    ),
    ("Architect Agent", "🏗️", &["read_file", "write_file", "list_files", "search_in_code"], &["Только .md файлы"]),
    (
        "Debug Agent",
        "🐛",
        &["read_file", "list_files", "search_in_code", "execute_command"],
        &["Read-only, без write_file"],
    ),
    ("Ask Agent", "💬", &["read_file", "search_in_code", "list_files"], &["Только чтение"]),
];

#[tokio::test]
async fn the_five_agents_are_listed_with_everything_that_clients_look_for() {
    let world = World::new().await;
    let list = world.ada().get("/api/v1/agents").await;
    let body = list.is(200);
    let types: Vec<_> =
        body["agents"].as_array().unwrap().iter().map(|agent| agent["type"].as_str().unwrap()).collect();
    assert_eq!(types, ["orchestrator", "coder", "architect", "debug", "ask"]);
    assert_eq!(body["total"], 5);
    for agent in body["agents"].as_array().unwrap() {
        assert_eq!(agent["tools"], agent["allowed_tools"]);
        for key in ["name", "description", "emoji"] {
            assert!(agent[key].as_str().is_some_and(|text| !text.is_empty()), "{agent}");
        }
        assert!(agent["restrictions"].is_array() && agent["capabilities"].is_array());
        assert_eq!(agent["has_file_restrictions"], agent["type"] == "architect");
    }
    for (index, (name, emoji, tools, restrictions)) in SEED.into_iter().enumerate() {
        let agent = &body["agents"][index];
        assert_eq!((&agent["name"], &agent["emoji"]), (&json!(name), &json!(emoji)));
        assert_eq!(agent["restrictions"], json!(restrictions), "{name}");
        let offered = agent["tools"].as_array().unwrap();
        assert!(tools.iter().all(|tool| offered.contains(&json!(tool))), "{name}: {offered:?}");
        // The clients that exist execute `create_directory` for the coder besides.
        assert_eq!(offered.len(), tools.len() + usize::from(name == "Coder Agent"), "{name}: {offered:?}");
    }
    let coder = |list: &Value| list["agents"][1]["description"].as_str().unwrap().to_owned();
    assert!(coder(body).starts_with("Разработчик"));
    let english = world.ada().with("accept-language", "en-GB,en;q=0.9").get("/api/v1/agents").await;
    assert!(coder(english.is(200)).starts_with("Developer"));
    assert_eq!(english.body["agents"][4]["restrictions"], json!(["reads only"]));
}

#[tokio::test]
async fn a_new_session_is_the_orchestrators() {
    let world = World::new().await;
    let ada = world.ada();
    let id = ada.opens_session().await;
    let current = ada.get(&format!("/api/v1/agents/{id}/current")).await;
    let body = current.is(200);
    assert_eq!(
        (&body["current_agent"]["type"], &body["current_agent"]["emoji"]),
        (&json!("orchestrator"), &json!("🎭"))
    );
    assert!(body["current_agent"]["switched_at"].is_string());
    assert_eq!(
        (&body["previous_agent"], &body["switch_count"], &body["switch_history"]),
        (&Value::Null, &json!(0), &json!([]))
    );
    assert_eq!(
        (&body["context"]["current_agent"], &body["context"]["session_id"]),
        (&json!("orchestrator"), &json!(id))
    );
}

#[rstest]
#[case::by_its_name(json!({ "agent_type": "architect" }), "architect")]
#[case::by_the_runtimes_word(json!({ "target_agent": "debug", "reason": null, "content": null }), "debug")]
#[case::by_an_old_name(json!({ "agent_type": "code", "reason": "I want code" }), "coder")]
#[case::with_a_label_that_is_no_message(json!({ "agent_type": "ask", "content": "Switched to Ask Agent" }), "ask")]
#[tokio::test]
async fn a_user_gives_a_session_to_an_agent(#[case] body: Value, #[case] agent: &str) {
    let world = World::new().await;
    let ada = world.ada();
    let id = ada.opens_session().await;
    let switched = ada.post(&format!("/api/v1/agents/{id}/switch"), body.clone()).await;
    let said = switched.is(200);
    assert_eq!(
        (&said["session_id"], &said["switched_from"], &said["switched_to"]),
        (&json!(id), &json!("orchestrator"), &json!(agent))
    );
    assert!(said["timestamp"].is_string());
    let current = ada.get(&format!("/api/v1/agents/{id}/current")).await;
    assert_eq!(current.is(200)["current_agent"]["type"], agent);
    assert_eq!(
        (&current.body["previous_agent"]["type"], &current.body["switch_count"]),
        (&json!("orchestrator"), &json!(1))
    );
    let reason = body["reason"].as_str().unwrap_or("User requested agent switch");
    let history = &current.body["switch_history"][0];
    assert_eq!(history["reason"], reason);
    assert_eq!((&history["from_agent"], &history["to_agent"]), (&json!("orchestrator"), &json!(agent)));
    assert!(history["timestamp"].as_str().is_some_and(|at| at.parse::<artel_domain::Timestamp>().is_ok()), "{history}");
    let previous = &current.body["previous_agent"];
    assert_eq!((&previous["name"], &previous["emoji"]), (&json!("Orchestrator Agent"), &json!("🎭")));
    assert_eq!(current.body["session_id"], json!(id));
    assert!(current.body["current_agent"]["name"].as_str().is_some_and(|name| name.ends_with(" Agent")));
    assert_eq!(current.body["agent_history"][0]["to"], agent);
    let without = ada.get(&format!("/api/v1/agents/{id}/current?include_history=false")).await;
    assert_eq!((&without.is(200)["switch_history"], &without.body["switch_count"]), (&json!([]), &json!(1)));
    assert_eq!(world.model.requests().len(), 0, "nobody was asked anything");
}

#[tokio::test]
async fn a_switch_with_a_message_answers_when_the_agent_has_it() {
    let world = World::new().await;
    let ada = world.ada();
    let id = ada.opens_session().await;
    let switched =
        ada.post(&format!("/api/v1/agents/{id}/switch"), json!({ "agent_type": "ask", "content": "hello" })).await;
    assert_eq!(switched.is(200)["switched_to"], "ask");
    // The same again: it has the session already.
    let again = ada.post(&format!("/api/v1/agents/{id}/switch"), json!({ "agent_type": "ask" })).await;
    assert_eq!((&again.is(200)["switched_from"], &again.body["switched_to"]), (&json!("ask"), &json!("ask")));
    assert_eq!(again.body["switch_count"], 1);
    let history = ada.get(&format!("/api/v1/sessions/{id}/history")).await;
    assert_eq!(history.is(200)["messages"][1]["agent_name"], "ask");
}

#[rstest]
#[case(json!({ "agent_type": "hacker" }))]
#[case(json!({ "agent_type": null }))]
#[case(json!({}))]
#[tokio::test]
async fn an_agent_that_nobody_knows_gets_nothing(#[case] body: Value) {
    let world = World::new().await;
    let ada = world.ada();
    let id = ada.opens_session().await;
    ada.post(&format!("/api/v1/agents/{id}/switch"), body).await.is_fault(400, "invalid_request");
}

#[tokio::test]
async fn codelab_that_is_switched_off_says_so_and_goes_on_when_it_is_switched_on() {
    let world = World::new().await;
    let ada = world.ada();
    let id = ada.opens_session().await;
    let switch = async |is_enabled| {
        let patch = BuiltinPatch { is_enabled: Some(is_enabled), ..BuiltinPatch::default() };
        let done = world
            .store
            .configure_builtin_agent(ada.tenant, BuiltinAgent::Codelab, patch, ada.user, crate::world::audit())
            .await;
        assert_eq!(done.unwrap().unwrap().is_enabled, is_enabled);
    };
    let codelab = async || world.stranger().get("/api/v1/health").await.is(200)["codelab"].clone();
    assert_eq!(codelab().await, json!({ "is_enabled": true, "disabled_tenants": 0 }));
    switch(false).await;
    let says = async || {
        ada.post(&format!("/api/v1/agents/{id}/switch"), json!({ "agent_type": "ask", "content": "hello" })).await
    };
    let refused = says().await;
    refused.is_fault(409, "agent_disabled");
    let message = refused.body["message"].as_str().unwrap();
    assert!(message.contains("administrator") && message.contains("/v1/builtin-agents/codelab"), "{message}");
    ada.get(&format!("/api/v1/sessions/{id}/history")).await.is(200);
    ada.opens_session().await;
    assert_eq!(codelab().await, json!({ "is_enabled": true, "disabled_tenants": 1 }));
    assert_eq!(world.intruder().get("/health").await.is(200)["codelab"]["disabled_tenants"], 1);
    switch(true).await;
    says().await.is(200);
    assert_eq!(codelab().await, json!({ "is_enabled": true, "disabled_tenants": 0 }));
}

#[tokio::test]
async fn codelab_that_an_earlier_release_let_be_deleted_is_there_again_with_its_next_use() {
    let world = World::new().await;
    let ada = world.ada();
    let damaged = Agent {
        name: "mine".into(),
        status: AgentStatus::Draft,
        kind: AgentKind::Custom,
        ..BuiltinAgent::Codelab.new_row(ada.tenant, ada.user, SystemClock.now())
    };
    world.store.ensure_principal(ada.tenant, ada.user, SystemClock.now()).await.unwrap();
    world.store.create_agent(damaged.clone(), crate::world::audit()).await.unwrap();
    let id = ada.opens_session().await;
    ada.post(&format!("/api/v1/agents/{id}/switch"), json!({ "agent_type": "ask", "content": "hello" })).await.is(200);
    let whole = world.store.find_agent(&artel_store::Viewer::service(ada.tenant), damaged.id).await.unwrap().unwrap();
    assert_eq!(
        (whole.name.as_str(), whole.kind, whole.status),
        ("CodeLab", AgentKind::Builtin, AgentStatus::Published)
    );
}
