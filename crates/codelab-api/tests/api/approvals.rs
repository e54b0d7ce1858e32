use serde_json::json;

use crate::world::World;

#[tokio::test]
async fn a_call_that_waits_is_listed_until_it_is_answered() {
    let world = World::new().await;
    let ada = world.ada();
    let id = ada.opens_session().await;
    let run = world.says(&ada, &id, "write it").await;
    let asked = ada.is_asked(&id).await;
    assert_eq!((&asked["session_id"], &asked["count"]), (&json!(id), &json!(1)));
    let item = &asked["pending_approvals"][0];
    assert_eq!(
        (&item["request_type"], &item["tool_name"], &item["subject"]),
        (&json!("tool"), &json!("write_file"), &json!("write_file"))
    );
    assert_eq!((&item["request_id"], &item["arguments"]["path"]), (&item["call_id"], &json!("a.txt")));
    assert!(
        item.as_object().unwrap().values().all(|value| !value.is_null()),
        "one null and a client forgets them all: {item}"
    );
    assert!(item["created_at"].as_str().unwrap().ends_with('Z'));
    world.answers(&ada, &id, item["call_id"].as_str().unwrap(), json!({ "success": true })).await;
    assert!(world.ends(&ada, run).await);
    assert_eq!(ada.get(&format!("/api/v1/sessions/{id}/pending-approvals")).await.is(200)["count"], 0);
}

#[tokio::test]
async fn nothing_waits_in_a_session_that_is_not_there_yet() {
    let world = World::new().await;
    let nothing = world.ada().get("/api/v1/sessions/never-seen/pending-approvals").await;
    assert_eq!(*nothing.is(200), json!({ "session_id": "never-seen", "pending_approvals": [], "count": 0 }));
}

#[tokio::test]
async fn a_service_sees_what_waits_for_its_user() {
    let world = World::new().await;
    let ada = world.ada();
    let id = ada.opens_session().await;
    world.says(&ada, &id, "write it").await;
    ada.is_asked(&id).await;
    let service = world.service().with("x-user-id", &ada.user.to_string());
    assert_eq!(service.get(&format!("/sessions/{id}/pending-approvals")).await.is(200)["count"], 1);
}
