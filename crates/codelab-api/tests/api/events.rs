use serde_json::{Value, json};

use crate::client::Client;
use crate::world::World;

/// A session in which a file was written.
async fn worked(world: &World, ada: &Client) -> String {
    let id = ada.opens_session().await;
    let run = world.says(ada, &id, "write it").await;
    let asked = ada.is_asked(&id).await;
    world
        .answers(ada, &id, asked["pending_approvals"][0]["call_id"].as_str().unwrap(), json!({ "success": true }))
        .await;
    assert!(world.ends(ada, run).await);
    id
}

#[tokio::test]
async fn a_sessions_model_calls_are_counted_the_choice_of_its_agent_too() {
    let world = World::new().await;
    let ada = world.ada();
    let id = worked(&world, &ada).await;
    let metrics = ada.get(&format!("/api/v1/events/metrics/session/{id}")).await;
    let body = metrics.is(200);
    let requests = body["requests"].as_array().unwrap();
    assert_eq!(requests.len(), 3, "{body}");
    assert_eq!(
        requests.iter().map(|request| request.get("classifier").is_some()).collect::<Vec<_>>(),
        [true, false, false]
    );
    assert_eq!(
        requests.iter().map(|request| request["has_tool_calls"] == true).collect::<Vec<_>>(),
        [false, true, false]
    );
    for request in requests {
        assert_eq!(
            (&request["model"], &request["success"], &request["error"]),
            (&json!("openai:scripted"), &json!(true), &Value::Null)
        );
        assert_eq!(
            request["total_tokens"].as_i64().unwrap(),
            request["prompt_tokens"].as_i64().unwrap() + request["completion_tokens"].as_i64().unwrap()
        );
        assert!(request["timestamp"].is_string() && request["duration_ms"].is_i64());
    }
    let sum = |key: &str| requests.iter().map(|request| request[key].as_i64().unwrap()).sum::<i64>();
    assert_eq!(
        (&body["total_requests"], &body["successful_requests"], &body["failed_requests"]),
        (&json!(3), &json!(3), &json!(0))
    );
    assert_eq!((&body["total_tokens"], &body["requests_with_tools"]), (&json!(sum("total_tokens")), &json!(1)));
    assert_eq!(ada.get("/api/v1/events/metrics/sessions").await.is(200)["sessions"], json!([id]));
}

#[tokio::test]
async fn a_session_without_model_calls_has_no_metrics() {
    let world = World::new().await;
    let ada = world.ada();
    let id = ada.opens_session().await;
    for session in [id.as_str(), "never-seen"] {
        let nothing = ada.get(&format!("/api/v1/events/metrics/session/{session}")).await;
        nothing.is_fault(404, &format!("No metrics found for session {session}"));
    }
}

#[tokio::test]
async fn what_happened_is_counted_over_the_callers_own_sessions() {
    let world = World::new().await;
    let ada = world.ada();
    worked(&world, &ada).await;
    worked(&world, &ada).await;
    let counted = ada.get("/api/v1/events/metrics").await;
    let metrics = &counted.is(200)["metrics"];
    assert_eq!(metrics["agent_switches"], json!({ "orchestrator_to_coder": 2 }));
    assert_eq!(
        (&metrics["agent_processing"]["coder"]["count"], &metrics["agent_processing"]["coder"]["success_count"]),
        (&json!(2), &json!(2))
    );
    let executions = json!({ "requested": 2, "completed": 2, "failed": 0, "requires_approval": 2 });
    assert_eq!(metrics["tool_executions"], json!({ "write_file": executions }));
    assert_eq!(metrics["hitl_decisions"], json!({ "write_file": { "APPROVE": 2 } }));
    assert_eq!(counted.body["computed"]["write_file_success_rate"], 1.0);
    assert!(counted.body["computed"]["coder_avg_duration_ms"].is_number() && counted.body["timestamp"].is_string());
    let nothing = world.eve().get("/api/v1/events/metrics").await;
    assert_eq!(nothing.is(200)["metrics"]["agent_switches"], json!({}));
    let stats = ada.get("/api/v1/events/stats").await;
    assert!(stats.is(200)["total_published"].as_u64().unwrap() > 20);
    assert_eq!((&stats.body["failed_handlers"], &stats.body["success_rate"]), (&json!(0), &json!(1.0)));
}

#[tokio::test]
async fn the_audit_log_has_switches_and_decisions_and_can_be_narrowed() {
    let world = World::new().await;
    let ada = world.ada();
    let first = worked(&world, &ada).await;
    worked(&world, &ada).await;
    let names = |log: &Value| {
        log["audit_log"]
            .as_array()
            .unwrap()
            .iter()
            .map(|item| item["event_type"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    let one = ada.get(&format!("/api/v1/events/audit-log?session_id={first}")).await;
    assert_eq!(names(one.is(200)), ["agent_switched", "tool_approval_required", "hitl_decision_made"]);
    assert_eq!((&one.body["count"], &one.body["filters"]["session_id"]), (&json!(3), &json!(first)));
    assert_eq!(
        (&one.body["audit_log"][0]["to_agent"], &one.body["audit_log"][2]["decision"]),
        (&json!("coder"), &json!("APPROVE"))
    );
    for kind in ["agent_switched", "agent.switched"] {
        let switches = ada.get(&format!("/api/v1/events/audit-log?event_type={kind}")).await;
        assert_eq!(names(switches.is(200)), ["agent_switched", "agent_switched"]);
    }
    let newest = ada.get("/api/v1/events/audit-log?limit=1").await;
    assert_eq!(names(newest.is(200)), ["hitl_decision_made"]);
    assert_eq!(world.eve().get("/api/v1/events/audit-log").await.is(200)["count"], 0);
    ada.get("/api/v1/events/audit-log?limit=0").await.is_fault(400, "invalid_request");
}

#[tokio::test]
async fn a_model_that_fails_is_counted_as_that() {
    let world = World::new().await;
    let ada = world.ada();
    let id = ada.opens_session().await;
    let run = world.says(&ada, &id, "fail").await;
    assert!(!world.ends(&ada, run).await);
    let metrics = ada.get(&format!("/api/v1/events/metrics/session/{id}")).await;
    assert_eq!(metrics.is(200)["failed_requests"], 1, "{}", metrics.text);
    assert!(metrics.body["requests"][1]["error"].is_string());
    let errors = ada.get("/api/v1/events/metrics").await;
    assert_eq!(errors.is(200)["metrics"]["errors"]["coder"].as_object().unwrap().len(), 1, "{}", errors.text);
}
