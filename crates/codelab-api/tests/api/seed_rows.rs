//! Lines of the seeds that no other test asserts.

use artel_domain::Specialist;
use serde_json::{Value, json};

use crate::client::{Answer, Client};
use crate::world::World;

/// The frames of a stream, without the last one, which says that it is over.
fn frames(streamed: &Answer) -> Vec<Value> {
    streamed.is(200);
    let data = streamed.text.split("\n\n").filter_map(|event| event.strip_prefix("data: "));
    let mut frames: Vec<Value> = data.map(|data| serde_json::from_str(data).unwrap()).collect();
    assert_eq!(frames.pop().unwrap()["type"], "done", "{}", streamed.text);
    frames
}

/// A service at the runtime that acts for the user.
fn service(world: &World, user: &Client) -> Client {
    world.service().with("x-user-id", &user.user.to_string())
}

async fn says(service: &Client, session: &str, message: Value) -> Vec<Value> {
    let body = json!({ "session_id": session, "message": message });
    frames(&service.post("/agent/message/stream", body).await)
}

#[tokio::test]
async fn a_service_has_an_agent_switched_by_a_message_and_reads_who_it_is() {
    let world = World::new().await;
    let ada = world.ada();
    let (id, service) = (ada.opens_session().await, service(&world, &ada));
    let message = json!({ "type": "switch_agent", "agent_type": "coder", "content": "Hello" });
    let frames = says(&service, &id, message).await;
    let switched = &frames[0];
    assert_eq!(
        (&switched["type"], &switched["from_agent"], &switched["to_agent"]),
        (&json!("agent_switched"), &json!("orchestrator"), &json!("coder"))
    );
    assert_eq!(switched["reason"], "User requested agent switch");
    assert!(
        frames[1..].iter().any(|frame| frame["type"] == "assistant_message"),
        "the message is answered: {frames:#?}"
    );

    for path in [format!("/agents/{id}/current"), format!("/api/v1/agents/{id}/current")] {
        let current = service.get(&path).await;
        let body = current.is(200);
        assert_eq!((&body["session_id"], &body["current_agent"]["type"]), (&json!(id), &json!("coder")), "{path}");
        assert_eq!((&body["previous_agent"]["type"], &body["switch_count"]), (&json!("orchestrator"), &json!(1)));
        assert_eq!(body["switch_history"][0]["to_agent"], "coder");
    }
    let session = ada.get(&format!("/api/v1/sessions/{id}")).await;
    assert_eq!(session.is(200)["current_agent"], "coder");
}

/// A session where a write waits for its user, the service that acts for them, and the question.
async fn asked(world: &World) -> (String, Client, Value) {
    let ada = world.ada();
    let id = ada.opens_session().await;
    let (service, write) = (service(world, &ada), json!({ "type": "user_message", "content": "write it" }));
    says(&service, &id, write).await;
    let pending = ada.is_asked(&id).await["pending_approvals"][0].clone();
    (id, service, pending)
}

#[tokio::test]
async fn a_question_gives_its_reason_and_an_edit_over_http_changes_what_is_called() {
    let world = World::new().await;
    let (id, service, pending) = asked(&world).await;
    assert_eq!(pending["reason"], "a human decides about calls of 'write_file'");
    let arguments = json!({ "path": "b.txt", "content": "mine" });
    let decision = json!({ "call_id": pending["call_id"], "decision": "edit", "modified_arguments": arguments,
        "feedback": "another file" });
    let frames = frames(&service.post(&format!("/sessions/{id}/hitl-decision"), decision).await);
    assert_eq!(
        (&frames[0]["type"], &frames[0]["arguments"], &frames[0]["requires_approval"]),
        (&json!("tool_call"), &arguments, &json!(false)),
        "{frames:#?}"
    );
}

#[tokio::test]
async fn empty_modified_arguments_beside_an_approval_change_nothing() {
    let world = World::new().await;
    let (id, service, pending) = asked(&world).await;
    let decision =
        json!({ "call_id": pending["call_id"], "decision": "approve", "modified_arguments": {}, "feedback": "" });
    let frames = frames(&service.post(&format!("/sessions/{id}/hitl-decision"), decision).await);
    assert_eq!(
        (&frames[0]["type"], &frames[0]["arguments"]),
        (&json!("tool_call"), &pending["arguments"]),
        "{frames:#?}"
    );
}

#[tokio::test]
async fn without_a_team_the_coder_answers_and_the_probe_says_so() {
    let change = |config: &mut artel_codelab_api::CodelabConfig| {
        config.routing = false;
        config.first = Specialist::Coder;
    };
    let world = World::with(change).await;
    let health = world.intruder().get("/health").await;
    let team = &health.is(200)["multi_agent"];
    assert_eq!((&team["enabled"], &team["default_agent"]), (&json!(false), &json!("coder")));
    assert_eq!(world.ada().post("/api/v1/sessions", json!({})).await.is(201)["current_agent"], "coder");
}

#[tokio::test]
async fn a_message_that_is_too_large_is_413_and_says_so_by_its_code() {
    let world = World::new().await;
    let ada = world.ada();
    let message = json!({ "type": "user_message", "content": "слово ".repeat(100_000) });
    let body = json!({ "session_id": ada.opens_session().await, "message": message });
    let refused = service(&world, &ada).post("/agent/message/stream", body).await;
    refused.is_fault(413, "CONTEXT_TOO_LARGE");
}

#[tokio::test]
async fn the_prompt_of_a_session_is_told_to_its_agent_behind_the_agents_own() {
    let world = World::new().await;
    let ada = world.ada();
    let made = ada.post("/api/v1/sessions", json!({ "system_prompt": "Answer in rhymes." })).await;
    let id = made.is(201)["id"].as_str().unwrap().to_owned();
    let run = world.says(&ada, &id, "hello").await;
    assert!(world.ends(&ada, run).await);
    let prompts: Vec<String> = world
        .model
        .requests()
        .iter()
        .map(|request| request.json()["messages"][0]["content"].as_str().unwrap_or_default().to_owned())
        .collect();
    let coder = artel_specialists::profile(Specialist::Coder).prompt.trim();
    assert!(prompts.contains(&format!("{coder}\n\nAnswer in rhymes.")), "{prompts:#?}");
}
