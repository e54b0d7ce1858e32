//! A whole task, in both modes of streaming.

use artel_testkit::{Database, Reply};
use serde_json::{Value, json};

use crate::workspace::Workspace;
use crate::world::{World, carry_out, input, kinds, last_tokens, results, says};

/// Looks around, writes a file, runs it, and says what came of it.
pub(crate) fn coding(body: &Value) -> Reply {
    let results = results(body);
    match results.len() {
        0 => Reply::CallOf("Let me look around.".into(), "list_files", json!({ "path": "." })),
        1 => Reply::CallOf(String::new(), "write_file", json!({ "path": "hello.txt", "content": "Привет, мир\n" })),
        2 => Reply::CallOf(String::new(), "execute_command", json!({ "command": "cat hello.txt" })),
        _ => {
            let output: Value = serde_json::from_str(results.last().unwrap()).unwrap_or_default();
            Reply::Text(format!("It says {}", output["stdout"].as_str().unwrap_or("nothing").trim()))
        }
    }
}

async fn a_task_is_done_by_a_client_that_executes_the_tools(database: Database) {
    let world = World::with(database, &[], coding).await;
    let session = world.session().await;
    let mut socket = world.socket(&session, "?stream=tokens").await;
    let mut workspace = Workspace::new();
    let frames = carry_out(&mut socket, &mut workspace, "Write hello.txt").await;
    let calls: Vec<&Value> = frames.iter().filter(|frame| frame["type"] == "tool_call").collect();
    assert_eq!(workspace.done, ["list_files", "write_file", "execute_command"]);
    assert_eq!(workspace.read("hello.txt").unwrap(), "Привет, мир\n");
    let asked: Vec<bool> = calls.iter().map(|call| call["requires_approval"].as_bool().unwrap()).collect();
    assert_eq!(asked, [false, true, true], "reading is free, writing and running are asked about");
    assert_eq!(frames[0]["type"], "agent_switched");
    assert_eq!((&frames[0]["from_agent"], &frames[0]["to_agent"]), (&json!("orchestrator"), &json!("coder")));
    assert_eq!(frames[0]["metadata"]["reason"], frames[0]["reason"]);
    let last = frames.last().unwrap();
    assert_eq!((&last["content"], &last["is_final"]), (&json!("It says Привет, мир"), &json!(true)));
    assert_eq!(last_tokens(&frames), "It says Привет, мир");
    assert!(frames.iter().all(|frame| frame.as_object().unwrap().values().all(|value| !value.is_null())));
    assert!(frames.iter().all(|frame| frame.get("seq").is_none()), "nobody asked for cursors");
    let finals =
        frames.iter().filter(|frame| frame["type"] == "assistant_message" && frame["is_final"] == true).count();
    assert_eq!(finals, 1, "the benchmark stops at the first final message");
    let history = world.history(&session).await;
    assert_eq!(history["current_agent"], "coder");
    let (_, pending) = world.client.get(&format!("/api/v1/sessions/{session}/pending-approvals")).await;
    assert_eq!(pending["count"], 0);
}

#[tokio::test]
async fn a_task_is_done_on_sqlite() {
    a_task_is_done_by_a_client_that_executes_the_tools(Database::Sqlite).await;
}

#[tokio::test]
async fn a_task_is_done_on_postgres() {
    let Some(database) = Database::postgres().await else { return };
    a_task_is_done_by_a_client_that_executes_the_tools(database).await;
}

#[tokio::test]
async fn the_ide_gets_one_message_per_answer() {
    let world = World::new(coding).await;
    let session = world.session().await;
    let headers = [("authorization", world.bearer()), ("user-agent", "Dart/3.8 (dart:io)".to_owned())];
    let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let mut socket = world.try_socket(&format!("/api/v1/ws/{session}"), &headers).await.unwrap();
    let frames = carry_out(&mut socket, &mut Workspace::new(), "Write hello.txt").await;
    let expected = ["agent_switched", "assistant_message", "tool_call", "tool_call", "tool_call", "assistant_message"];
    assert_eq!(kinds(&frames), expected);
    for message in frames.iter().filter(|frame| frame["type"] == "assistant_message") {
        assert_eq!(message["token"], message["content"]);
    }
    assert_eq!((&frames[1]["is_final"], &frames[5]["is_final"]), (&json!(false), &json!(true)));
}

#[tokio::test]
async fn a_refusal_in_the_ides_words_rejects_and_a_failure_does_not() {
    let world = World::new(|body| match results(body).pop() {
        None => Reply::CallOf(String::new(), "write_file", json!({ "path": "a.txt", "content": input(body) })),
        Some(told) => Reply::Text(format!("I was told: {told}")),
    })
    .await;
    let session = world.session().await;
    let mut socket = world.socket(&session, "?stream=whole").await;
    for (error, state) in [("Операция отклонена: write_file", "rejected"), ("disk full", "approved")] {
        socket.send(&says("Write a.txt")).await;
        let call = socket.turn().await.pop().unwrap();
        assert_eq!(call["requires_approval"], true, "{call}");
        socket
            .send(&json!({ "type": "tool_result", "call_id": call["call_id"], "error": error, "result": null }))
            .await;
        let last = socket.turn().await.pop().unwrap();
        assert!(last["content"].as_str().unwrap().contains(error), "{last}");
        let (_, approvals) = world.client.get(&format!("/approvals?session_id={session}&status={state}")).await;
        assert_eq!(approvals.as_array().unwrap().len(), 1, "{approvals}");
    }
}

#[tokio::test]
async fn a_call_is_approved_edited_or_rejected_before_it_is_executed() {
    let world = World::new(coding_once).await;
    let session = world.session().await;
    let mut socket = world.socket(&session, "?stream=whole").await;
    let mut workspace = Workspace::new();
    for (decision, path) in [("approve", "a.txt"), ("edit", "b.txt")] {
        socket.send(&says("Write")).await;
        let asked = socket.turn().await.pop().unwrap();
        let edited = json!({ "path": path, "content": "x" });
        let arguments = if decision == "edit" { edited } else { Value::Null };
        socket
            .send(&json!({ "type": "hitl_decision", "call_id": asked["call_id"], "decision": decision, "modified_arguments": arguments }))
            .await;
        let again = socket.turn().await.pop().unwrap();
        assert_eq!((&again["call_id"], &again["requires_approval"]), (&asked["call_id"], &json!(false)), "{again}");
        assert_eq!(again["arguments"]["path"], path);
        let result = workspace.execute(&again);
        socket.send(&result).await;
        assert_eq!(socket.turn().await.pop().unwrap()["is_final"], true);
        assert_eq!(workspace.read(path).unwrap(), "x");
    }
    socket.send(&says("Write")).await;
    let asked = socket.turn().await.pop().unwrap();
    let bad = json!({ "type": "hitl_decision", "call_id": asked["call_id"], "decision": "edit", "modified_arguments": { "path": 5 } });
    socket.send(&bad).await;
    assert_eq!(socket.turn().await[0]["error_code"], "INVALID_FORMAT");
    let rejects =
        json!({ "type": "hitl_decision", "call_id": asked["call_id"], "decision": "reject", "feedback": "not there" });
    socket.send(&rejects).await;
    assert!(socket.turn().await.pop().unwrap()["content"].as_str().unwrap().contains("not there"));
    socket.send(&rejects).await;
    assert_eq!(socket.turn().await[0]["error_code"], "INVALID_CALL_ID", "a decision is used once");
}

fn coding_once(body: &Value) -> Reply {
    match results(body).pop() {
        None => Reply::CallOf(String::new(), "write_file", json!({ "path": "a.txt", "content": "x" })),
        Some(told) => Reply::Text(format!("I was told: {told}")),
    }
}

#[tokio::test]
async fn a_switch_is_one_frame_and_what_it_says_is_answered_unless_it_is_the_ides_label() {
    let world = World::new(|body| Reply::Text(format!("You said {}", input(body)))).await;
    let session = world.session().await;
    let mut socket = world.socket(&session, "?stream=whole").await;
    socket
        .send(&json!({ "type": "switch_agent", "agent_type": "debug", "content": "Switched to Debug", "reason": null }))
        .await;
    let frames = socket.turn().await;
    assert_eq!(kinds(&frames), ["agent_switched"]);
    assert_eq!((&frames[0]["to_agent"], &frames[0]["is_final"]), (&json!("debug"), &json!(true)));
    assert_eq!(frames[0]["reason"], "User requested agent switch");
    socket.send(&json!({ "type": "switch_agent", "agent_type": "ask", "content": "What is it?" })).await;
    let frames = [socket.until("agent_switched").await, socket.turn().await].concat();
    assert_eq!(kinds(&frames), ["agent_switched", "assistant_message"]);
    assert_eq!(frames[1]["content"], "You said What is it?");
    let history = world.history(&session).await;
    assert_eq!(history["current_agent"], "ask");
}

#[tokio::test]
async fn a_message_over_an_open_call_goes_first_and_history_stays_paired() {
    let world = World::new(|body| match input(body).as_str() {
        "Write" if results(body).is_empty() => {
            Reply::CallOf(String::new(), "write_file", json!({ "path": "a", "content": "x" }))
        }
        said => Reply::Text(format!("You said {said}")),
    })
    .await;
    let session = world.session().await;
    let mut socket = world.socket(&session, "?stream=whole").await;
    socket.send(&says("Write")).await;
    let call = socket.turn().await.pop().unwrap();
    socket.send(&says("Never mind")).await;
    let frames = socket.turn().await;
    assert_eq!(frames.last().unwrap()["content"], "You said Never mind", "{frames:#?}");
    let asked = world.model.requests().pop().unwrap();
    let messages = asked["messages"].as_array().unwrap();
    let calls = messages.iter().filter(|message| message.get("tool_calls").is_some()).count();
    let answers = messages.iter().filter(|message| message["role"] == "tool").count();
    assert_eq!((calls, answers), (1, 1), "each call has its result: {messages:#?}");
    socket.send(&json!({ "type": "tool_result", "call_id": call["call_id"], "result": {} })).await;
    socket.is_silent(std::time::Duration::from_millis(300)).await;
}
