use axum::body::Body;
use rstest::rstest;
use serde_json::{Value, json};

use crate::world::World;

const KEYS: [&str; 13] = [
    "id",
    "session_id",
    "title",
    "description",
    "message_count",
    "created_at",
    "updated_at",
    "last_activity",
    "is_active",
    "current_agent",
    "duration_seconds",
    "user_id",
    "metadata",
];

#[track_caller]
fn is_session(session: &Value) {
    for key in KEYS {
        assert!(session.get(key).is_some(), "{key}: {session}");
    }
    assert_eq!(session["id"], session["session_id"]);
    assert!(
        session["message_count"].is_i64() && session["is_active"].is_boolean() && session["current_agent"].is_string(),
        "{session}"
    );
    for key in ["created_at", "updated_at", "last_activity"] {
        let time = session[key].as_str().unwrap();
        assert!(time.ends_with('Z') && time.split('.').nth(1).is_none_or(|fraction| fraction.len() <= 7), "{time}");
    }
}

#[rstest]
#[case::nothing("")]
#[case::null("null")]
#[case::an_empty_object("{}")]
#[case::nulls(r#"{"system_prompt":null,"metadata":null,"session_id":null,"title":null,"user_id":null}"#)]
#[case::unknown_members(r#"{"something":"else"}"#)]
#[tokio::test]
async fn a_session_is_made_whatever_the_body_is(#[case] body: &'static str) {
    let world = World::new().await;
    let ada = world.ada();
    let made = ada.send("POST", "/api/v1/sessions", Body::from(body)).await;
    is_session(made.is(201));
    assert_eq!(made.body["current_agent"], "orchestrator");
    assert_eq!(made.body["user_id"], ada.user.to_string());
    assert_eq!(made.body["message_count"], 0);
    let read = ada.get(&format!("/api/v1/sessions/{}", made.body["id"].as_str().unwrap())).await;
    assert_eq!(*read.is(200), made.body);
}

#[tokio::test]
async fn a_session_keeps_what_it_was_made_with_and_its_id_is_taken_once_by_its_user() {
    let world = World::new().await;
    let body = json!({ "session_id": "my chat/1", "title": "Mine", "metadata": { "project_path": "/p" }, "system_prompt": "Be brief." });
    let made = world.ada().post("/api/v1/sessions", body.clone()).await;
    is_session(made.is(201));
    assert_eq!((&made.body["id"], &made.body["title"]), (&json!("my chat/1"), &json!("Mine")));
    assert_eq!(made.body["metadata"], json!({ "project_path": "/p" }));
    world.ada().get("/api/v1/sessions/my%20chat%2F1").await.is(200);
    world.ada().post("/api/v1/sessions", body.clone()).await.is_fault(409, "session_exists");
    let hers = world.eve().post("/api/v1/sessions", body.clone()).await;
    assert_eq!(
        (&hers.is(201)["id"], &hers.body["message_count"]),
        (&json!("my chat/1"), &json!(0)),
        "a dialogue of her own"
    );
    world.eve().post("/api/v1/sessions", body.clone()).await.is_fault(409, "session_exists");
    world.bob().post("/api/v1/sessions", body).await.is(201);
}

#[rstest]
#[case(json!({ "title": "x".repeat(501) }), 422)]
#[case(json!({ "title": "" }), 422)]
#[case(json!({ "title": 7 }), 422)]
#[case(json!({ "session_id": "x".repeat(201) }), 422)]
#[case(json!({ "session_id": "a\u{0}b" }), 422)]
#[case(json!({ "metadata": [] }), 422)]
#[case(json!([]), 422)]
#[tokio::test]
async fn what_cannot_be_a_session_is_refused(#[case] body: Value, #[case] status: u16) {
    let world = World::new().await;
    world.ada().post("/api/v1/sessions", body).await.is_fault(status, "validation_error");
    world.ada().send("POST", "/api/v1/sessions", Body::from("{")).await.is_fault(400, "malformed_request");
}

#[tokio::test]
async fn a_list_has_the_callers_own_sessions_and_their_real_number() {
    let world = World::new().await;
    let ada = world.ada();
    let mut ids = Vec::new();
    for _ in 0..3 {
        ids.push(ada.opens_session().await);
    }
    world.eve().opens_session().await;
    world.bob().opens_session().await;
    let all = ada.get("/api/v1/sessions").await;
    all.is(200)["sessions"].as_array().unwrap().iter().for_each(is_session);
    assert_eq!((&all.body["total"], &all.body["limit"], &all.body["offset"]), (&json!(3), &json!(100), &json!(0)));
    let page = ada.get("/api/v1/sessions?limit=1&offset=1").await;
    assert_eq!(page.is(200)["sessions"].as_array().unwrap().len(), 1);
    assert_eq!(page.body["total"], 3);
    for bad in ["limit=0", "limit=1001", "offset=-1"] {
        ada.get(&format!("/api/v1/sessions?{bad}")).await.is_fault(400, "invalid_request");
    }
    ada.get("/api/v1/sessions?limit=many").await.is_fault(422, "validation_error");
}

#[tokio::test]
async fn a_session_can_be_named() {
    let world = World::new().await;
    let ada = world.ada();
    let id = ada.opens_session().await;
    let path = format!("/api/v1/sessions/{id}");
    let named = ada.patch(&path, json!({ "title": "A better name" })).await;
    is_session(named.is(200));
    assert_eq!(named.body["title"], "A better name");
    assert_eq!(ada.get(&path).await.body["title"], "A better name");
    ada.patch(&path, json!({})).await.is_fault(422, "validation_error");
    world.eve().patch(&path, json!({ "title": "Hers" })).await.is_fault(404, "SESSION_NOT_FOUND");
}

#[tokio::test]
async fn a_deleted_session_is_gone_from_everything_but_a_list_that_asks_for_it() {
    let world = World::new().await;
    let ada = world.ada();
    let id = ada.opens_session().await;
    let path = format!("/api/v1/sessions/{id}");
    world.eve().delete(&path).await.is_fault(404, "SESSION_NOT_FOUND");
    assert_eq!(ada.delete(&path).await.is(200)["status"], "deleted");
    for gone in ["", "/history", "/pending-approvals"] {
        ada.get(&format!("{path}{gone}")).await.is_fault(404, "SESSION_NOT_FOUND");
    }
    ada.delete(&path).await.is_fault(404, "SESSION_NOT_FOUND");
    assert_eq!(ada.get("/api/v1/sessions").await.is(200)["total"], 0);
    let all = ada.get("/api/v1/sessions?active_only=false").await;
    assert_eq!((&all.is(200)["total"], &all.body["sessions"][0]["is_active"]), (&json!(1), &json!(false)));
}

#[tokio::test]
async fn deleting_a_session_ends_what_waits_in_it() {
    let world = World::new().await;
    let ada = world.ada();
    let id = ada.opens_session().await;
    let run = world.says(&ada, &id, "write it").await;
    ada.is_asked(&id).await;
    ada.delete(&format!("/api/v1/sessions/{id}")).await.is(200);
    assert!(!world.ends(&ada, run).await);
}

#[rstest]
#[case("GET", "")]
#[case("GET", "/history")]
#[case("GET", "/pending-approvals")]
#[case("DELETE", "")]
#[tokio::test]
async fn what_belongs_to_another_is_as_absent_as_what_never_was(#[case] method: &str, #[case] rest: &str) {
    let world = World::new().await;
    let id = world.ada().opens_session().await;
    for other in [world.eve(), world.bob()] {
        let answer = other.send(method, &format!("/api/v1/sessions/{id}{rest}"), Body::empty()).await;
        if rest == "/pending-approvals" {
            // What never was has nothing that waits.
            assert_eq!(answer.is(200)["count"], 0);
        } else {
            answer.is(404);
        }
    }
    for agents in [format!("/api/v1/agents/{id}/current"), format!("/api/v1/events/metrics/session/{id}")] {
        world.eve().get(&agents).await.is(404);
    }
    world.eve().post(&format!("/api/v1/agents/{id}/switch"), json!({ "agent_type": "ask" })).await.is(404);
    world.eve().get(&format!("/api/v1/events/audit-log?session_id={id}")).await.is(404);
}

#[tokio::test]
async fn the_runtime_shows_a_session_in_both_forms_and_under_the_name_that_the_service_gave_its_user() {
    let world = World::new().await;
    let service = world.service();
    let made =
        service.post("/api/v1/sessions", json!({ "user_id": "user_123", "metadata": { "project_path": "/p" } })).await;
    let id = made.is(201)["session_id"].as_str().unwrap().to_owned();
    let read = service.get(&format!("/api/v1/sessions/{id}")).await;
    is_session(read.is(200));
    assert_eq!((&read.body["user_id"], &read.body["metadata"]), (&json!("user_123"), &json!({ "project_path": "/p" })));
    is_session(&read.body["session"]);
    assert_eq!(read.body["session"]["messages"], json!([]));
    let ada = world.ada().post("/api/v1/sessions", json!({ "user_id": "user_123" })).await;
    assert_ne!(ada.is(201)["user_id"], "user_123");
}
