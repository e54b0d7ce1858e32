use std::time::Duration;

use artel_domain::{Clock, Timestamp, ToolId};
use axum::http::StatusCode;
use rstest::rstest;
use serde_json::{Value, json};

use crate::world::{Person, World};

impl World {
    /// A call of this tool that waits for a human, in a new run; the approval's id.
    pub(crate) async fn held_call(&self, person: &Person, agent: &str, tool: &str) -> String {
        self.held_until(person, agent, tool, None).await
    }

    async fn held_until(&self, person: &Person, agent: &str, tool: &str, end: Option<Timestamp>) -> String {
        let start = json!({ "agent_id": agent, "input_message": "hi" });
        person.post("/runs?wait=false", start).await.is(StatusCode::ACCEPTED);
        let mut drive = self.claim().await;
        drive.starts().await;
        let tool = ToolId(tool.parse().unwrap());
        drive.asks(tool, json!({ "text": "hello" }), end).await.to_string()
    }

    /// A form that waits, in a new run; its id.
    pub(crate) async fn asked_form(&self, person: &Person, agent: &str) -> String {
        person
            .post("/runs?wait=false", json!({ "agent_id": agent, "input_message": "hi" }))
            .await
            .is(StatusCode::ACCEPTED);
        let mut drive = self.claim().await;
        drive.starts().await;
        drive.asks_with_a_form().await.to_string()
    }

    /// A call of ada's that waits, and its tool.
    async fn adas(&self) -> (Person, String, String) {
        let ada = self.ada();
        let (agent, tool) = (ada.creates_agent("a").await, ada.creates_tool("t").await);
        let approval = self.held_call(&ada, &agent, &tool).await;
        (ada, approval, tool)
    }
}

async fn decide(person: &Person, approval: &str, body: Value) -> crate::world::Answer {
    person.post(&format!("/approvals/{approval}/decision"), body).await
}

#[tokio::test]
async fn a_held_call_is_seen_and_decided_once() {
    let world = World::new().await;
    let (ada, approval, _) = world.adas().await;
    let shown = ada.get(&format!("/approvals/{approval}")).await;
    shown.is(StatusCode::OK);
    assert_eq!(shown.body["arguments"], json!({ "text": "hello" }));
    let asked = ["status", "tool_name", "reason", "decision", "expires_at"].map(|member| shown.body[member].clone());
    assert_eq!(asked, [json!("pending"), json!("echo"), json!("it echoes"), Value::Null, Value::Null]);
    assert_eq!(ada.get("/approvals?status=pending").await.body, json!([shown.body]));
    let run = ada.get(&format!("/runs/{}", shown.body["run_id"].as_str().unwrap())).await.body;
    assert_eq!((&run["status"], &run["phase"]), (&json!("running"), &json!("waiting_for_approval")));

    let decided = decide(&ada, &approval, json!({ "decision": "reject", "feedback": "not today" })).await;
    decided.is(StatusCode::OK);
    let now = ["status", "decision", "feedback", "decided_by"].map(|member| decided.body[member].clone());
    assert_eq!(now, [json!("rejected"), json!("reject"), json!("not today"), json!(ada.user)]);
    let again = decide(&ada, &approval, json!({ "decision": "approve" })).await;
    assert_eq!(again.is_problem(409).body["error"], "conflict");
    assert_eq!(again.body["details"]["status"], "rejected");
    assert_eq!(ada.get("/approvals?status=pending").await.body, json!([]));
    let rows = ada.get(&format!("/audit?entity_type=approval&entity_id={approval}")).await.body;
    assert_eq!(rows.as_array().unwrap().len(), 1, "{rows}");
    assert_eq!((&rows[0]["action"], &rows[0]["details"]["decision"]), (&json!("approval.decide"), &json!("reject")));
}

#[tokio::test]
async fn approvals_are_listed_oldest_first_by_run_and_session() {
    let world = World::new().await;
    let (ada, first, tool) = world.adas().await;
    let agent = ada.creates_agent("b").await;
    let second = world.held_call(&ada, &agent, &tool).await;
    let ids = async |query: &str| {
        let found = ada.get(&format!("/approvals?{query}")).await.body;
        found.as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(ids("").await, [first.clone(), second.clone()]);
    assert_eq!(ids("limit=1").await, std::slice::from_ref(&first));
    let of_second = ada.get(&format!("/approvals/{second}")).await.body;
    assert_eq!(ids(&format!("run_id={}", of_second["run_id"].as_str().unwrap())).await, std::slice::from_ref(&second));
    assert_eq!(
        ids(&format!("status=pending&session_id={}", of_second["session_id"].as_str().unwrap())).await,
        [second]
    );
    assert!(ids("status=approved").await.is_empty());
    for bad in ["status=open", "limit=0", "run_id=x", "session_id="] {
        ada.get(&format!("/approvals?{bad}")).await.is_problem(422);
    }
}

#[rstest]
#[case(json!({}), "decision")]
#[case(json!({ "decision": "expire" }), "decision")]
#[case(json!({ "decision": "edit" }), "arguments")]
#[case(json!({ "decision": "edit", "arguments": [1] }), "arguments")]
#[case(json!({ "decision": "edit", "arguments": {} }), "arguments")]
#[case(json!({ "decision": "edit", "arguments": { "text": 5 } }), "arguments")]
#[case(json!({ "decision": "approve", "arguments": { "text": "other" } }), "arguments")]
#[case(json!({ "decision": "reject", "feedback": "x".repeat(4001) }), "feedback")]
#[case(json!({ "decision": "reject", "feedback": 5 }), "feedback")]
#[tokio::test]
async fn a_bad_decision_is_refused_by_the_name_of_what_is_bad_and_decides_nothing(
    #[case] body: Value,
    #[case] field: &str,
) {
    let world = World::new().await;
    let (ada, approval, _) = world.adas().await;
    decide(&ada, &approval, body).await.names(field);
    assert_eq!(ada.get(&format!("/approvals/{approval}")).await.body["status"], "pending");
}

#[tokio::test]
async fn an_edit_is_held_to_the_rules_that_the_model_is_held_to() {
    let world = World::new().await;
    let (ada, approval, _) = world.adas().await;
    let condition = json!({ "argument": "/text", "is": "matches", "value": "*secret*" });
    let rule = json!({ "tool": "t", "conditions": [condition], "effect": "deny", "reason": "no secrets" });
    ada.put("/approval-rules", json!({ "rules": [rule] })).await.is(StatusCode::OK);
    let edit = |text: &str| json!({ "decision": "edit", "arguments": { "text": text } });
    let refused = decide(&ada, &approval, edit("a secret")).await;
    assert!(refused.names("arguments").body.to_string().contains("no secrets"));
    let decided = decide(&ada, &approval, edit("a joke")).await;
    assert_eq!(decided.is(StatusCode::OK).body["decided_arguments"], json!({ "text": "a joke" }));
    assert_eq!(decided.body["arguments"], json!({ "text": "hello" }), "what was asked stays");
}

#[tokio::test]
async fn arguments_of_a_tool_that_is_gone_cannot_be_edited_but_decided() {
    let world = World::new().await;
    let (ada, approval, tool) = world.adas().await;
    ada.delete(&format!("/tools/{tool}")).await.is(StatusCode::NO_CONTENT);
    decide(&ada, &approval, json!({ "decision": "edit", "arguments": { "text": "x" } })).await.is_problem(409);
    decide(&ada, &approval, json!({ "decision": "reject" })).await.is(StatusCode::OK);
}

#[tokio::test]
async fn nobody_decides_after_the_time_is_over_or_the_run_cancelled() {
    let world = World::new().await;
    let (ada, cancelled, tool) = world.adas().await;
    let run = ada.get(&format!("/approvals/{cancelled}")).await.body["run_id"].as_str().unwrap().to_owned();
    ada.post(&format!("/runs/{run}/cancel"), Value::Null).await.is(StatusCode::ACCEPTED);
    world.claim().await.fails("cancelled", "cancelled").await;
    let refused = decide(&ada, &cancelled, json!({ "decision": "approve" })).await;
    assert_eq!(refused.is_problem(409).body["details"]["status"], "cancelled");

    let agent = ada.creates_agent("b").await;
    let end = world.clock.now() + Duration::from_mins(5);
    let late = world.held_until(&ada, &agent, &tool, Some(end)).await;
    world.clock.advance(Duration::from_mins(6));
    let refused = decide(&ada, &late, json!({ "decision": "approve" })).await;
    assert_eq!(refused.is_problem(409).body["details"]["status"], "expired");
}

#[tokio::test]
async fn who_reads_runs_sees_and_who_writes_them_decides() {
    let world = World::new().await;
    let (ada, approval, _) = world.adas().await;
    let reader = world.person_with(0xA, 0xB, &["runs:read"]);
    reader.get(&format!("/approvals/{approval}")).await.is(StatusCode::OK);
    decide(&reader, &approval, json!({ "decision": "approve" })).await.is_problem(403);
    let writer = world.person_with(0xA, 0xC, &["runs:write"]);
    let decided = decide(&writer, &approval, json!({ "decision": "approve" })).await;
    assert_eq!(decided.is(StatusCode::OK).body["decided_by"], json!(writer.user), "also about another's run");
    assert_eq!(ada.get(&format!("/approvals/{approval}")).await.body, decided.body);
}

#[tokio::test]
async fn a_run_that_comes_to_wait_is_answered_at_once() {
    let world = World::new().await;
    let ada = world.ada();
    let (agent, tool) = (ada.creates_agent("a").await, ada.creates_tool("t").await);
    let start = json!({ "agent_id": agent, "input_message": "hi" });
    let key = [("idempotency-key", "once")];
    let worker = async {
        let mut drive = world.claim().await;
        drive.starts().await;
        drive.asks(ToolId(tool.parse().unwrap()), json!({ "text": "hello" }), None).await
    };
    let (answer, approval) = futures::join!(ada.call_with("POST", "/runs", &key, start.clone()), worker);
    assert_eq!(answer.is(StatusCode::ACCEPTED).body["phase"], "waiting_for_approval");
    assert!(answer.header("location").ends_with(answer.body["id"].as_str().unwrap()));
    let again = ada.call_with("POST", "/runs", &key, start).await;
    assert_eq!((again.status, &again.body["id"]), (202, &answer.body["id"]));
    let path = format!("/runs/{}/events", answer.id());
    let events = ada.send("GET", &path, &[("accept", "application/json")], axum::body::Body::empty()).await.body;
    let asked = events["events"].as_array().unwrap().iter().find(|event| event["event"] == "approval").unwrap().clone();
    assert_eq!(asked["data"]["approval_id"], json!(approval));
    assert_eq!(events["finished"], false);
}
