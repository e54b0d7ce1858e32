//! A private session beside a colleague of the same tenant.

use artel_domain::ToolId;
use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::world::{Person, World};

const ABSENT: &str = "00000000-0000-7000-8000-0000000000ff";

/// What ada keeps to herself.
struct Diary {
    run: String,
    approval: String,
}

impl World {
    async fn adas_diary(&self) -> Diary {
        let ada = self.ada();
        let (agent, tool) = (ada.creates_agent("a").await, ada.creates_tool("t").await);
        let start =
            json!({ "agent_id": agent, "input_message": "dear diary", "session_id": "diary", "visibility": "private" });
        let run = ada.post("/runs?wait=false", start).await;
        run.is(StatusCode::ACCEPTED);
        let mut drive = self.claim().await;
        drive.starts().await;
        let approval = drive.asks(ToolId(tool.parse().unwrap()), json!({ "text": "hello" }), None).await.to_string();
        Diary { run: run.id(), approval }
    }

    /// Of ada's tenant, and no administrator.
    fn colleague(&self) -> Person {
        self.person_with(0xA, 0xE7E, &["tools:write", "audit:read"])
    }
}

#[tokio::test]
async fn a_private_session_is_to_a_colleague_as_one_that_never_was() {
    let world = World::new().await;
    let diary = world.adas_diary().await;
    let eve = world.colleague();
    let operations = [
        ("GET", "/runs/{run}", Value::Null),
        ("GET", "/runs/{run}/events", Value::Null),
        ("POST", "/runs/{run}/cancel", json!({})),
        ("GET", "/approvals/{approval}", Value::Null),
        ("POST", "/approvals/{approval}/decision", json!({ "decision": "approve" })),
        ("POST", "/approvals/{approval}/decision", json!({ "decision": "edit", "arguments": { "text": "mine" } })),
    ];
    for (method, path, body) in operations {
        let of = |run: &str, approval: &str| path.replace("{run}", run).replace("{approval}", approval);
        let private = eve.call(method, &of(&diary.run, &diary.approval), body.clone()).await;
        let absent = eve.call(method, &of(ABSENT, ABSENT), body).await;
        private.is_problem(404);
        let told = |answer: &Value| (answer["error"].clone(), answer["message"].clone());
        assert_eq!(told(&private.body), told(&absent.body), "{method} {path}");
    }
    for list in ["/runs", "/runs?session_id=diary", "/approvals?status=pending"] {
        assert_eq!(eve.get(list).await.body, json!([]), "{list}");
    }
    eve.get("/sessions/diary/messages").await.is_problem(404);
    let audit = eve.get("/audit?limit=200").await.body.to_string();
    assert!(!audit.contains(&diary.run) && !audit.contains(&diary.approval), "{audit}");
    assert_eq!(world.ada().get(&format!("/approvals/{}", diary.approval)).await.body["status"], "pending");
}

#[tokio::test]
async fn two_colleagues_with_one_name_for_a_session_have_two_dialogues() {
    let world = World::new().await;
    let diary = world.adas_diary().await;
    let eve = world.colleague();
    let agent = eve.creates_agent("hers").await;
    let hers =
        eve.post("/runs?wait=false", json!({ "agent_id": agent, "input_message": "hi", "session_id": "diary" })).await;
    hers.is(StatusCode::ACCEPTED);
    assert_eq!(hers.body["session_id"], "diary");
    let ids = |runs: Value| {
        runs.as_array().unwrap().iter().map(|run| run["id"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(ids(eve.get("/runs?session_id=diary").await.body), [hers.id()]);
    assert_eq!(ids(world.ada().get("/runs?session_id=diary").await.body), [diary.run]);
}

#[tokio::test]
async fn an_administrator_reads_a_private_run_and_is_told_that_they_may_not_end_it() {
    let world = World::new().await;
    let diary = world.adas_diary().await;
    let admin = world.person_with(0xA, 0xAD, &["admin"]);
    admin.get(&format!("/runs/{}", diary.run)).await.is(StatusCode::OK);
    let refused = admin.post(&format!("/runs/{}/cancel", diary.run), json!({})).await;
    assert_eq!(refused.is_problem(403).body["error"], "session_is_private", "{}", refused.body);
    admin.post(&format!("/runs/{ABSENT}/cancel"), json!({})).await.is_problem(404);
    assert_eq!(world.ada().get(&format!("/runs/{}", diary.run)).await.body["status"], "running");
    world.ada().post(&format!("/runs/{}/cancel", diary.run), json!({})).await.is(StatusCode::ACCEPTED);
}
