use artel_domain::{Event, FinishReason};
use serde_json::json;

use crate::world::World;

#[tokio::test]
async fn a_session_tells_what_was_said_by_whom_and_who_took_over() {
    let world = World::new().await;
    let ada = world.ada();
    let id = ada.opens_session().await;
    let run = world.says(&ada, &id, "hello").await;
    assert!(world.ends(&ada, run).await);
    let history = ada.get(&format!("/api/v1/sessions/{id}/history")).await;
    let body = history.is(200);
    let messages = body["messages"].as_array().unwrap();
    let short: Vec<_> = messages.iter().map(|message| (message["role"].clone(), message["content"].clone())).collect();
    assert_eq!(short, [(json!("user"), json!("hello")), (json!("assistant"), json!("Hello there."))]);
    assert_eq!(messages[1]["agent_name"], "coder");
    assert!(messages.iter().all(|message| message["id"].is_string() && message["timestamp"].is_string()));
    assert_eq!(
        (&body["message_count"], &body["current_agent"], &body["session_id"]),
        (&json!(2), &json!("coder"), &json!(id))
    );
    let changes = body["agent_history"].as_array().unwrap();
    assert_eq!(
        (&changes[0]["from"], &changes[0]["to"], &changes[0]["reason"]),
        (&json!("orchestrator"), &json!("coder"), &json!("it is about code"))
    );
    let session = ada.get(&format!("/api/v1/sessions/{id}")).await;
    assert_eq!((&session.body["title"], &session.body["message_count"]), (&json!("hello"), &json!(2)));
}

#[tokio::test]
async fn what_no_worker_has_taken_up_is_shown_as_queued() {
    let world = World::without_worker().await;
    let ada = world.ada();
    let id = ada.opens_session().await;
    let first = world.says(&ada, &id, "hello").await;
    let second = world.says(&ada, &id, "are you there?").await;
    for path in [format!("/api/v1/sessions/{id}/history"), format!("/api/v1/sessions/{id}?include_messages=true")] {
        let answer = ada.get(&path).await;
        let messages = answer.is(200)["messages"].as_array().unwrap();
        let short: Vec<_> = messages.iter().map(|message| (&message["content"], &message["queued_in"])).collect();
        let queued = [("hello", first), ("are you there?", second)].map(|(text, run)| (json!(text), json!(run)));
        assert_eq!(short, queued.iter().map(|(text, run)| (text, run)).collect::<Vec<_>>(), "{path}");
        assert!(messages.iter().all(|message| message["role"] == "user" && message["id"].is_string()));
    }
}

#[tokio::test]
async fn a_call_and_its_result_are_a_pair() {
    let world = World::new().await;
    let ada = world.ada();
    let id = ada.opens_session().await;
    let run = world.says(&ada, &id, "please write it").await;
    let asked = ada.is_asked(&id).await;
    let call = asked["pending_approvals"][0]["call_id"].as_str().unwrap();
    world.answers(&ada, &id, call, json!({ "success": true })).await;
    assert!(world.ends(&ada, run).await);
    let history = ada.get(&format!("/api/v1/sessions/{id}/history")).await;
    let messages = history.is(200)["messages"].as_array().unwrap();
    assert_eq!(messages.len(), 4, "{messages:?}");
    let calls = &messages[1]["tool_calls"];
    assert_eq!(
        (&calls[0]["id"], &calls[0]["type"], &calls[0]["function"]["name"]),
        (&json!(call), &json!("function"), &json!("write_file"))
    );
    assert!(calls[0]["function"]["arguments"].as_str().unwrap().contains("a.txt"));
    assert_eq!(messages[1]["content"], "");
    assert_eq!((&messages[2]["role"], &messages[2]["tool_call_id"]), (&json!("tool"), &json!(call)));
    assert_eq!(messages[2]["content"], r#"{"success":true}"#);
    assert_eq!(messages[3]["content"], "Done.");
}

#[tokio::test]
async fn a_session_gives_its_messages_when_asked() {
    let world = World::new().await;
    let ada = world.ada();
    let id = ada.opens_session().await;
    let run = world.says(&ada, &id, "hello").await;
    assert!(world.ends(&ada, run).await);
    let with = ada.get(&format!("/api/v1/sessions/{id}?include_messages=true")).await;
    assert_eq!(with.is(200)["messages"].as_array().unwrap().len(), 2);
    assert!(ada.get(&format!("/api/v1/sessions/{id}")).await.is(200).get("messages").is_none());
}

#[tokio::test]
async fn of_a_very_long_session_the_newest_part_is_told_and_that_it_is_a_part() {
    let world = World::without_worker().await;
    let ada = world.ada();
    let answers = |count: usize| -> Vec<Event> {
        let said = |step| Event::ModelAnswered {
            step,
            text: format!("answer {step}"),
            finish: FinishReason::Stop,
            usage: None,
            planned: 0,
            opaque: None,
        };
        (1..=count as u32).map(said).collect()
    };
    for (count, is_cut) in [(4999, false), (5000, false), (5001, true), (6500, true)] {
        let id = ada.opens_session().await;
        world.says(&ada, &id, "go on").await;
        world.writes(answers(count)).await;
        let history = ada.get(&format!("/api/v1/sessions/{id}/history")).await;
        let messages = history.is(200)["messages"].as_array().unwrap();
        assert_eq!((messages.len(), history.body.get("is_truncated").is_some()), (count.min(5000), is_cut), "{count}");
        assert_eq!(messages.last().unwrap()["content"], format!("answer {count}"));
        assert_eq!(
            ada.get(&format!("/api/v1/agents/{id}/current")).await.is(200).get("is_truncated").is_some(),
            is_cut
        );
    }
    assert_eq!(ada.get("/api/v1/events/metrics").await.is(200)["is_truncated"], true);
    assert_eq!(ada.get("/api/v1/events/stats").await.is(200)["is_truncated"], true);
}
