//! The same over event streams: the runtime's port, and decisions on both ports.

use artel_testkit::{Client, Reply};
use serde_json::{Value, json};

use crate::workspace::Workspace;
use crate::world::{KEY, World, results, says};

pub(crate) async fn post(client: &Client, path: &str, body: &Value) -> (u16, Vec<Value>, String) {
    let answer = client.request("POST", path).header("x-internal-auth", KEY).json(body).send().await.unwrap();
    let status = answer.status().as_u16();
    let text = answer.text().await.unwrap();
    let frames = text
        .split("\n\n")
        .filter_map(|event| event.strip_prefix("data: "))
        .map(|data| serde_json::from_str(data).unwrap());
    (status, if status == 200 { frames.collect() } else { vec![serde_json::from_str(&text).unwrap()] }, text)
}

fn writing(body: &Value) -> Reply {
    match results(body).pop() {
        None => Reply::CallOf("Now.".into(), "write_file", json!({ "path": "a.txt", "content": "x" })),
        Some(told) => Reply::Text(format!("I was told: {told}")),
    }
}

#[tokio::test]
async fn a_task_is_done_over_streams_that_end_with_done() {
    let world = World::new(writing).await;
    let runtime = Client::anonymous(world.artel.url_of("runtime"));
    let mut workspace = Workspace::new();
    for path in ["/agent/message/stream", "/api/v1/agent/message/stream"] {
        let session = format!("over{}", path.len());
        let (status, frames, text) =
            post(&runtime, path, &json!({ "session_id": session, "message": says("Write") })).await;
        assert_eq!(status, 200, "{text}");
        assert!(!text.contains("event:"), "{text}");
        let kinds: Vec<&str> = frames.iter().map(|frame| frame["type"].as_str().unwrap()).collect();
        assert_eq!(kinds, ["agent_switched", "assistant_message", "tool_call", "done"]);
        let decision = json!({ "call_id": frames[2]["call_id"], "decision": "approve" });
        let (_, frames, _) = post(&runtime, &format!("/sessions/{session}/hitl-decision"), &decision).await;
        assert_eq!(
            (&frames[0]["type"], &frames[0]["requires_approval"], &frames[1]["type"]),
            (&json!("tool_call"), &json!(false), &json!("done"))
        );
        let result = workspace.execute(&frames[0]);
        let (_, frames, _) = post(&runtime, path, &json!({ "session_id": session, "message": result })).await;
        assert_eq!(
            (&frames[frames.len() - 2]["is_final"], &frames[frames.len() - 1]["type"]),
            (&json!(true), &json!("done"))
        );
        let (_, again, _) = post(&runtime, path, &json!({ "session_id": session, "message": result })).await;
        assert_eq!(again.len(), 1, "a second result is ignored: {again:?}");
    }
}

#[tokio::test]
async fn what_is_wrong_is_said_before_the_stream_or_in_it() {
    let world = World::new(writing).await;
    let runtime = Client::anonymous(world.artel.url_of("runtime"));
    let path = "/agent/message/stream";
    for message in
        [json!({ "type": "teleport" }), json!({ "type": "tool_result" }), json!({ "type": "switch_agent" }), json!({})]
    {
        let (status, body, _) = post(&runtime, path, &json!({ "session_id": "s", "message": message })).await;
        assert_eq!(status, 400, "{body:?}");
        assert!(body[0]["detail"].is_string());
    }
    let (status, refused) = runtime.post(path, &json!({ "session_id": "s", "message": says("x") })).await;
    assert_eq!((status, &refused["detail"]), (401, &json!("unauthorized")));
    let (_, frames, _) =
        post(&runtime, path, &json!({ "session_id": "s", "message": { "type": "tool_result", "call_id": "c" } })).await;
    assert_eq!((&frames[0]["error_code"], &frames[1]["type"]), (&json!("INVALID_CALL_ID"), &json!("done")));
    let (status, _, _) =
        post(&runtime, "/sessions/nobodys/hitl-decision", &json!({ "call_id": "c", "decision": "approve" })).await;
    assert_eq!(status, 404);
    let (status, frames, _) =
        post(&runtime, path, &json!({ "session_id": "flat", "type": "user_message", "content": "Write" })).await;
    assert_eq!((status, &frames[0]["type"]), (200, &json!("agent_switched")), "older clients have it all at one level");
}

#[tokio::test]
async fn a_decision_is_streamed_on_the_public_port_too() {
    let world = World::new(writing).await;
    let session = world.session().await;
    let mut socket = world.socket(&session, "?stream=whole").await;
    socket.send(&says("Write")).await;
    let call = socket.turn().await.pop().unwrap();
    let path = format!("/api/v1/sessions/{session}/hitl-decision");
    let body =
        json!({ "call_id": call["call_id"], "decision": "reject", "modified_arguments": null, "feedback": "not now" });
    let data = world.client.post_for_data(&path, &body).await;
    let frames: Vec<Value> = data.iter().map(|data| serde_json::from_str(data).unwrap()).collect();
    assert!(frames[frames.len() - 2]["content"].as_str().unwrap().contains("not now"), "{frames:#?}");
    assert_eq!(frames.last().unwrap()["type"], "done");
    assert!(
        socket.turn().await.pop().unwrap()["content"].as_str().unwrap().contains("not now"),
        "sockets hear it as well"
    );
}

#[tokio::test]
async fn a_service_acts_for_the_user_whom_it_names() {
    let world = World::new(writing).await;
    let runtime = Client::anonymous(world.artel.url_of("runtime"));
    let user = "00000000-0000-0000-0000-000000000077";
    let body = json!({ "session_id": "theirs", "message": says("Write") });
    let answer = runtime
        .request("POST", "/agent/message/stream")
        .header("x-internal-auth", KEY)
        .header("x-user-id", user)
        .json(&body);
    assert_eq!(answer.send().await.unwrap().status(), 200);
    let owner = world.user(user, &[]).await;
    assert_eq!(owner.get("/api/v1/sessions/theirs/history").await.0, 200);
    assert_eq!(world.client.get("/api/v1/sessions/theirs/history").await.0, 404);
}
