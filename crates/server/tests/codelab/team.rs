//! The five agents: what each may, how they hand over, the plans that they carry out, and what is known of it
//! afterwards.

use std::sync::Mutex;

use artel_testkit::{Reply, Socket};
use serde_json::{Value, json};

use crate::workspace::Workspace;
use crate::world::{World, carry_out, go_on, input, kinds, results, says};

/// Which specialist is asked, by its prompt.
fn who(body: &Value) -> &'static str {
    let prompt = body["messages"][0]["content"].as_str().unwrap_or_default();
    let known = [
        ("architect.", "architect"),
        ("debugger.", "debug"),
        ("consultant", "ask"),
        ("developer.", "coder"),
        ("orchestrator of", "orchestrator"),
    ];
    known.into_iter().find(|(word, _)| prompt.contains(word)).map_or("nobody", |(_, name)| name)
}

fn offered(body: &Value) -> Vec<String> {
    let tools = body["tools"].as_array().cloned().unwrap_or_default();
    tools.iter().map(|tool| tool["function"]["name"].as_str().unwrap().to_owned()).collect()
}

async fn switched_to(world: &World, session: &str, agent: &str, query: &str) -> Socket {
    let mut socket = world.socket(session, query).await;
    socket.send(&json!({ "type": "switch_agent", "agent_type": agent, "content": null, "reason": null })).await;
    assert_eq!(kinds(&socket.turn().await), ["agent_switched"]);
    socket
}

#[tokio::test]
async fn an_architect_that_writes_code_is_told_no_and_goes_on() {
    let world = World::new(|body| match results(body).len() {
        0 => Reply::CallOf(String::new(), "write_file", json!({ "path": "a.dart", "content": "x" })),
        1 => Reply::CallOf(String::new(), "write_file", json!({ "path": "plan.md", "content": "# Plan" })),
        _ => Reply::Text(format!("First I was told: {}", results(body)[0])),
    })
    .await;
    let session = world.session().await;
    let mut socket = switched_to(&world, &session, "plan", "?stream=whole").await;
    let mut workspace = Workspace::new();
    let frames = carry_out(&mut socket, &mut workspace, "Design it").await;
    assert_eq!(
        kinds(&frames),
        ["tool_call", "assistant_message"],
        "the client never sees the call that is not allowed"
    );
    assert_eq!((workspace.read("plan.md").as_deref(), workspace.read("a.dart")), (Some("# Plan"), None));
    assert!(frames[1]["content"].as_str().unwrap().contains(".md files only"), "{frames:#?}");
}

#[tokio::test]
async fn a_debugger_cannot_write_and_hands_over_to_the_coder_who_can() {
    let world = World::new(|body| match (who(body), results(body).len()) {
        ("debug", 1..) => {
            Reply::CallOf(String::new(), "switch_mode", json!({ "mode": "coder", "reason": "it must be mended" }))
        }
        ("debug", 0) | ("coder", 2) => {
            Reply::CallOf(String::new(), "write_file", json!({ "path": "a.dart", "content": "mended" }))
        }
        (name, _) => Reply::Text(format!("Mended by the {name}")),
    })
    .await;
    let session = world.session().await;
    let mut socket = switched_to(&world, &session, "debug", "?stream=whole").await;
    let mut workspace = Workspace::new();
    let frames = carry_out(&mut socket, &mut workspace, "Why does it fail?").await;
    assert_eq!(kinds(&frames), ["agent_switched", "tool_call", "assistant_message"]);
    assert_eq!((&frames[0]["from_agent"], &frames[0]["to_agent"]), (&json!("debug"), &json!("coder")));
    assert_eq!(frames[2]["content"], "Mended by the coder");
    assert_eq!(workspace.read("a.dart").as_deref(), Some("mended"));
    let asked = world.model.requests();
    let debugs = asked.iter().find(|body| who(body) == "debug").unwrap();
    assert!(!offered(debugs).iter().any(|tool| tool == "write_file"), "{:?}", offered(debugs));
}

#[tokio::test]
async fn agents_that_only_hand_over_are_stopped_and_the_session_goes_on() {
    let world = World::new(|body| {
        let other = if who(body) == "coder" { "ask" } else { "coder" };
        if input(body) == "Hello" {
            Reply::Text("hi".into())
        } else {
            Reply::CallOf(String::new(), "switch_mode", json!({ "mode": other }))
        }
    })
    .await;
    let session = world.session().await;
    let mut socket = world.socket(&session, "?stream=whole").await;
    socket.send(&says("Do it")).await;
    let frames = socket.turn().await;
    let error = frames.last().unwrap();
    assert_eq!((&error["type"], frames.len()), (&json!("error"), 11), "ten switches and the error: {frames:#?}");
    assert!(error["message"].as_str().unwrap().contains("more than 10 times"), "{error}");
    socket.send(&says("Hello")).await;
    assert_eq!(socket.turn().await.pop().unwrap()["content"], "hi");
}

fn plan() -> Value {
    json!({ "title": "A greeting", "description": "Write it, then look at it", "subtasks": [
        { "title": "Look", "description": "Say what is in hello.txt", "agent": "ask", "estimated_time_minutes": 1, "dependencies": [1] },
        { "title": "Write", "description": "Write hello.txt", "agent": "coder", "estimated_time_minutes": 2 },
    ]})
}

/// The orchestrator plans, the coder writes, the consultant reads.
fn planning(body: &Value) -> Reply {
    match (who(body), results(body).len()) {
        ("orchestrator", 0) => Reply::CallOf(String::new(), "create_plan", plan()),
        ("orchestrator", _) => Reply::Text(format!("Then not: {}", results(body)[0])),
        ("coder", 0) => Reply::CallOf(String::new(), "write_file", json!({ "path": "hello.txt", "content": "hello" })),
        ("ask", 0) => Reply::CallOf(String::new(), "read_file", json!({ "path": "hello.txt" })),
        (name, _) => Reply::Text(format!("the {name} is done")),
    }
}

#[tokio::test]
async fn a_plan_is_shown_approved_and_carried_out_by_the_agents_it_names() {
    let world =
        World::with(artel_testkit::Database::Sqlite, &[("AGENT_RUNTIME__AUTO_AGENT_SWITCHING", "false")], planning)
            .await;
    let session = world.session().await;
    let mut socket = world.socket(&session, "?stream=whole&plans=1").await;
    socket.send(&says("Greet the world")).await;
    let asked = socket.turn().await.pop().unwrap();
    assert_eq!((&asked["type"], &asked["is_final"]), (&json!("plan_approval_required"), &json!(true)), "{asked}");
    assert_eq!(asked["plan_summary"]["subtasks_count"], 2);
    socket.send(&json!({ "type": "plan_decision", "approval_request_id": asked["approval_request_id"], "decision": "approve", "feedback": null })).await;
    let mut workspace = Workspace::new();
    let mut frames = Vec::new();
    loop {
        let frame = socket.next().await.unwrap();
        if frame["type"] == "tool_call" {
            let result = workspace.execute(&frame);
            socket.send(&result).await;
        }
        let is_last = frame["type"] == "assistant_message" && frame["is_final"] == true || frame["type"] == "error";
        frames.push(frame);
        if is_last {
            break;
        }
    }
    assert_eq!(workspace.done, ["write_file", "read_file"], "in the order of what depends on what");
    let done: Vec<&Value> = frames.iter().filter(|frame| frame["type"] == "subtask_completed").collect();
    assert_eq!(done.len(), 2, "{frames:#?}");
    assert!(frames.iter().any(|frame| frame["type"] == "plan_completed"), "{frames:#?}");
    let last = frames.last().unwrap()["content"].as_str().unwrap();
    assert!(last.contains("the coder is done") && last.contains("the ask is done"), "{last}");
    let (_, pending) = world.client.get(&format!("/api/v1/sessions/{session}/pending-approvals?include=plan")).await;
    assert_eq!(pending["count"], 0);
}

#[tokio::test]
async fn a_plan_that_is_rejected_is_not_carried_out() {
    let world =
        World::with(artel_testkit::Database::Sqlite, &[("AGENT_RUNTIME__AUTO_AGENT_SWITCHING", "false")], planning)
            .await;
    let session = world.session().await;
    let mut socket = world.socket(&session, "?stream=whole&plans=1").await;
    socket.send(&says("Greet the world")).await;
    let asked = socket.turn().await.pop().unwrap();
    let (_, pending) = world.client.get(&format!("/api/v1/sessions/{session}/pending-approvals")).await;
    assert_eq!(pending["count"], 0, "the IDE would offer to execute it");
    let (_, pending) = world.client.get(&format!("/api/v1/sessions/{session}/pending-approvals?include=plan")).await;
    assert_eq!((&pending["count"], &pending["pending_approvals"][0]["tool_name"]), (&json!(1), &json!("create_plan")));
    socket.send(&json!({ "type": "plan_decision", "plan_id": asked["plan_id"], "decision": "reject", "feedback": "too much" })).await;
    let last = socket.until("assistant_message").await.pop().unwrap();
    assert!(last["content"].as_str().unwrap().contains("too much"), "{last}");
}

#[tokio::test]
async fn whoever_shows_no_plans_is_told_and_gets_the_work_done() {
    let world =
        World::with(artel_testkit::Database::Sqlite, &[("AGENT_RUNTIME__AUTO_AGENT_SWITCHING", "false")], planning)
            .await;
    let session = world.session().await;
    let mut socket = world.socket(&session, "?stream=whole").await;
    let mut workspace = Workspace::new();
    socket.send(&says("Greet the world")).await;
    let mut frames = Vec::new();
    while !frames.last().is_some_and(|frame: &Value| frame["type"] == "assistant_message" && frame["is_final"] == true)
    {
        let frame = socket.next().await.unwrap();
        assert!(!frame["type"].as_str().unwrap().starts_with("plan"), "nobody asked for such frames: {frame}");
        if frame["type"] == "tool_call" {
            let result = workspace.execute(&frame);
            socket.send(&result).await;
        }
        frames.push(frame);
    }
    assert_eq!(workspace.read("hello.txt").as_deref(), Some("hello"));
}

#[tokio::test]
async fn a_client_is_offered_what_it_can_do() {
    let world = World::new(|_| Reply::Text("ok".into())).await;
    let session = world.session().await;
    let mut socket = world.socket(&session, "?tools=read_file,git_commit,teleport").await;
    carry_out(&mut socket, &mut Workspace::new(), "hi").await;
    let tools = offered(&world.model.requests().pop().unwrap());
    let clients: Vec<&String> = tools
        .iter()
        .filter(|tool| !["switch_mode", "attempt_completion", "ask_followup_question"].contains(&tool.as_str()))
        .collect();
    assert_eq!(clients, ["read_file", "git_commit"]);
}

#[tokio::test]
async fn a_completion_and_a_question_are_messages_with_their_tokens() {
    let turns = Mutex::new(0);
    let world = World::new(move |_| {
        let mut turns = turns.lock().unwrap();
        *turns += 1;
        match *turns {
            1 => Reply::CallOf(String::new(), "attempt_completion", json!({ "result": "Готово" })),
            _ => Reply::CallOf(
                String::new(),
                "ask_followup_question",
                json!({ "question": "Какой файл?", "suggestions": ["a", "b"] }),
            ),
        }
    })
    .await;
    let session = world.session().await;
    let mut socket = world.socket(&session, "?stream=tokens").await;
    for (said, suggestions) in [("Готово", Value::Null), ("Какой файл?", json!(["a", "b"]))] {
        socket.send(&says("Do it")).await;
        let frames = go_on(&mut socket, &mut Workspace::new()).await;
        let tokens: String = frames.iter().filter_map(|frame| frame["token"].as_str()).collect();
        let last = frames.last().unwrap();
        assert_eq!(
            (tokens.as_str(), &last["content"], &last["is_final"]),
            (said, &json!(said), &json!(true)),
            "{frames:#?}"
        );
        assert_eq!(last["metadata"]["suggestions"], suggestions);
    }
}

#[tokio::test]
async fn what_a_session_used_is_known_after_a_restart() {
    let mut world = World::new(|_| Reply::Text("ok".into())).await;
    let session = world.session().await;
    let mut socket = world.socket(&session, "").await;
    carry_out(&mut socket, &mut Workspace::new(), "hi").await;
    let path = format!("/api/v1/events/metrics/session/{session}");
    let before = world.client.get(&path).await;
    world.dies_and_lives().await;
    let (status, after) = world.client.get(&path).await;
    assert_eq!((200, &before.1), (status, &after));
    assert_eq!((&after["total_requests"], &after["requests"][0]["classifier"]), (&json!(2), &json!(true)), "{after}");
    assert_eq!(after["requests"][1].get("classifier").unwrap_or(&json!(false)), &json!(false));
}

/// Every key that the IDE knows, with nulls: as its serializer writes each of its frames.
fn of_the_ide(given: &Value) -> Value {
    let keys = [
        "type",
        "content",
        "role",
        "is_final",
        "call_id",
        "tool_name",
        "arguments",
        "requires_approval",
        "result",
        "error",
        "agent_type",
        "from_agent",
        "to_agent",
        "reason",
        "metadata",
    ];
    let mut frame: serde_json::Map<String, Value> = keys.into_iter().map(|key| (key.to_owned(), Value::Null)).collect();
    frame.extend(given.as_object().unwrap().clone());
    Value::Object(frame)
}

/// A member of another type loses the IDE the frame.
fn assert_readable_to_the_ide(frame: &Value) {
    let is = |keys: &[&str], fits: fn(&Value) -> bool| {
        for key in keys {
            assert!(frame.get(key).is_none_or(|value| value.is_null() || fits(value)), "{key} in {frame}");
        }
    };
    assert!(
        ["assistant_message", "tool_call", "agent_switched", "error"].contains(&frame["type"].as_str().unwrap()),
        "{frame}"
    );
    is(
        &["content", "role", "call_id", "tool_name", "error", "agent_type", "from_agent", "to_agent", "reason"],
        Value::is_string,
    );
    is(&["is_final", "requires_approval"], Value::is_boolean);
    is(&["arguments", "result", "metadata"], Value::is_object);
}

#[tokio::test]
async fn the_ides_frames_are_understood_and_ours_are_to_it() {
    let world = World::new(|body| match (input(body).as_str(), results(body).pop()) {
        ("Fail", _) => Reply::Status(400),
        (_, None) => Reply::CallOf("Now. ".into(), "write_file", json!({ "path": "a.txt", "content": "x" })),
        (_, Some(_)) => Reply::Text("ok".into()),
    })
    .await;
    let session = world.session().await;
    let headers = [("authorization", world.bearer()), ("user-agent", "Dart/3.8 (dart:io)".to_owned())];
    let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let mut socket = world.try_socket(&format!("/api/v1/ws/{session}"), &headers).await.unwrap();
    socket
        .send(&of_the_ide(
            &json!({ "type": "switch_agent", "agent_type": "coder", "content": "Switched to Coder Agent" }),
        ))
        .await;
    let mut frames = socket.turn().await;
    socket.send(&of_the_ide(&json!({ "type": "user_message", "content": "Write", "role": "user" }))).await;
    frames.extend(socket.turn().await);
    let call = frames.last().unwrap().clone();
    let result = json!({ "success": true, "bytes_written": 1 });
    socket
        .send(&of_the_ide(
            &json!({ "type": "tool_result", "call_id": call["call_id"], "tool_name": "write_file", "result": result }),
        ))
        .await;
    frames.extend(socket.turn().await);
    socket.send(&of_the_ide(&json!({ "type": "user_message", "content": "Fail", "role": "user" }))).await;
    frames.extend(socket.turn().await);
    assert_eq!(
        kinds(&frames),
        ["agent_switched", "assistant_message", "tool_call", "assistant_message", "error"],
        "{frames:#?}"
    );
    frames.iter().for_each(assert_readable_to_the_ide);
}
