use axum::http::StatusCode;
use rstest::rstest;
use serde_json::{Value, json};

use crate::artifacts::uploads;
use crate::world::World;

const START: &str = "/v1/sessions/stream";
const ABSENT: &str = "00000000-0000-0000-0000-000000000009";

#[tokio::test]
async fn a_first_turn_that_is_refused_leaves_no_session() {
    let world = World::new().await;
    let ada = world.ada();
    ada.post(START, json!({ "message": "hi", "agent_id": ABSENT })).await.is_problem(404);
    ada.put("/builtin-agents/system", json!({ "is_enabled": false })).await.is(StatusCode::OK);
    let refused = ada.post(START, json!({ "message": "hi" })).await;
    assert_eq!(refused.is_problem(409).body["error"], "agent_disabled");
    assert_eq!(ada.get("/sessions").await.body, json!([]));
    ada.put("/builtin-agents/system", json!({ "is_enabled": true })).await.is(StatusCode::OK);
    ada.post(START, json!({ "message": "hi" })).await.is(StatusCode::ACCEPTED);
    assert_eq!(ada.get("/sessions").await.header("x-total-count"), "1");
}

#[tokio::test]
async fn files_go_with_a_message_by_their_ids() {
    let world = World::new().await;
    let (ada, bob) = (world.ada(), world.bob());
    let (own, foreign) = (uploads(&ada, "a.txt", b"mine").await, uploads(&bob, "b.txt", b"his").await);
    let with = |file: &Value| json!({ "message": "Read it", "attachments": [{ "artifact_id": file["artifact_id"] }] });
    let started = ada.post(START, with(&own)).await;
    started.is(StatusCode::ACCEPTED);
    let run = ada.get(&format!("/runs/{}", started.body["run_id"].as_str().unwrap())).await.body;
    let expected = format!(
        "Read it\n\nAttached files:\n- a.txt (text/plain; charset=utf-8, 4 bytes): artifact_id {}",
        own["artifact_id"].as_str().unwrap()
    );
    assert_eq!(run["input_message"], expected.as_str());
    assert_eq!(ada.get("/sessions").await.body[0]["title"], "Read it");
    for unknown in [foreign, json!({ "artifact_id": ABSENT })] {
        let refused = ada.post(START, with(&unknown)).await;
        let message = refused.is_problem(404).body["message"].as_str().unwrap();
        assert!(message.contains(unknown["artifact_id"].as_str().unwrap()), "{message}");
    }
}

#[rstest]
#[case(json!({}), "message")]
#[case(json!({ "message": "  " }), "message")]
#[case(json!({ "message": "a", "on_busy": "wait" }), "on_busy")]
#[case(json!({ "message": "a", "attachments": [{}] }), "attachments[0].artifact_id")]
#[case(json!({ "message": "a", "metadata": { "a": "x".repeat(17_000) } }), "metadata")]
#[case(json!({ "message": "a", "session_id": "" }), "session_id")]
#[tokio::test]
async fn a_bad_turn_is_refused_by_the_name_of_what_is_bad(#[case] body: Value, #[case] field: &str) {
    let world = World::new().await;
    let ada = world.ada();
    ada.post(START, body).await.names(field);
    assert_eq!(ada.get("/sessions").await.body, json!([]));
}

#[tokio::test]
async fn an_administrator_reads_a_session_and_its_owner_sees_that() {
    let world = World::new().await;
    let (owner, admin) = (world.person_with(0xA, 0xD1A, &["runs:write", "audit:read"]), world.ada());
    let started = owner.post(START, json!({ "message": "Dear diary" })).await;
    let place = format!("/sessions/{}", started.body["session_id"].as_str().unwrap());
    assert_eq!(admin.get(&place).await.body["title"], "Dear diary");
    assert_eq!(admin.get("/sessions").await.header("x-total-count"), "1");
    admin.call("PATCH", &place, json!({ "title": "mine" })).await.is_problem(404);
    admin.call("DELETE", &place, Value::Null).await.is_problem(404);
    let goes_on = json!({ "message": "x", "session_id": started.body["session_id"] });
    admin.post(START, goes_on).await.is_problem(404);
    let looked = owner.get("/audit?action=session.access").await.body.as_array().unwrap().len();
    let run = started.body["run_id"].as_str().unwrap();
    for path in ["/runs?own=true", "/approvals?own=true", "/forms?own=true", "/sessions?own=true"] {
        assert_eq!(admin.get(path).await.body, json!([]), "{path}");
    }
    let again = owner.get("/audit?action=session.access").await.body.as_array().unwrap().len();
    assert_eq!(again, looked, "a list of one's own leaves no row");
    assert!(admin.get("/runs").await.body.to_string().contains(run));
    let looked = owner.get("/audit?action=session.access").await.body;
    assert!(!looked.as_array().unwrap().is_empty(), "{looked}");
    assert_eq!(owner.get(&place).await.body["title"], "Dear diary");
}
