//! Whatever comes, the socket says what is wrong with it and goes on.

use std::time::Duration;

use artel_testkit::{Database, Reply};
use serde_json::json;

use crate::world::{World, says};

async fn world(settings: &[(&str, &str)]) -> World {
    World::with(Database::Sqlite, settings, |_| Reply::Text("hi".into())).await
}

#[tokio::test]
async fn bad_frames_are_answered_and_the_socket_stays_open() {
    let world = world(&[("GATEWAY__MESSAGE_RATE_LIMIT", "1000/second")]).await;
    let session = world.session().await;
    let mut socket = world.socket(&session, "").await;
    let nobody = "00000000-0000-4000-8000-000000000000";
    let frames = [
        ("{".to_owned(), "INVALID_FORMAT"),
        (String::new(), "INVALID_FORMAT"),
        ("[]".to_owned(), "INVALID_FORMAT"),
        (json!({ "type": "teleport" }).to_string(), "INVALID_TYPE"),
        (json!({ "content": "x" }).to_string(), "MISSING_FIELD"),
        (json!({ "type": "user_message", "content": "" }).to_string(), "INVALID_FORMAT"),
        (json!({ "type": "tool_result", "call_id": "call_1", "result": {} }).to_string(), "INVALID_CALL_ID"),
        (json!({ "type": "tool_result", "call_id": nobody, "error": "User rejected" }).to_string(), "INVALID_CALL_ID"),
        (json!({ "type": "hitl_decision", "call_id": nobody, "decision": "approve" }).to_string(), "INVALID_CALL_ID"),
        (json!({ "type": "plan_decision", "plan_id": nobody, "decision": "approve" }).to_string(), "INVALID_CALL_ID"),
        (json!({ "type": "user_message", "content": "слово ".repeat(100_000) }).to_string(), "CONTEXT_TOO_LARGE"),
    ];
    for (frame, code) in &frames {
        socket.send_text(frame).await;
        let error = socket.next().await.unwrap();
        assert_eq!((&error["type"], &error["error_code"]), (&json!("error"), &json!(code)), "{error}");
        for key in ["content", "error", "message"] {
            assert!(error[key].is_string(), "{error}");
        }
        assert_eq!(error["is_final"], true);
    }
    socket.send(&json!({ "type": "context_update", "action": "clear", "data": null })).await;
    socket.send(&says("hello")).await;
    assert_eq!(socket.turn().await.pop().unwrap()["content"], "hi");
    assert!(!world.artel.log().contains("panicked"), "{}", world.artel.log());
}

#[tokio::test]
async fn what_is_no_text_or_too_large_closes_the_socket() {
    let world = world(&[]).await;
    let session = world.session().await;
    let mut binary = world.socket(&session, "").await;
    binary.send_binary(b"\x00\x01").await;
    assert_eq!(binary.closed().await, Some(1003));
    let mut latin = world.socket(&session, "").await;
    latin.send_as_text(b"{\"type\":\"user_message\",\"content\":\"na\xEFve\"}").await;
    assert_eq!(latin.closed().await, Some(1007));
    let mut large = world.socket(&session, "").await;
    // The server may close before it has read all of it.
    let text = json!({ "type": "tool_result", "call_id": "c", "result": "x".repeat(17 * 1024 * 1024) }).to_string();
    large.try_send_text(&text).await;
    assert!(matches!(large.closed().await, Some(1009) | None));
    let mut within = world.socket(&session, "").await;
    within.send(&json!({ "type": "tool_result", "call_id": "c", "result": "x".repeat(12 * 1024 * 1024) })).await;
    assert_eq!(within.next().await.unwrap()["error_code"], "INVALID_CALL_ID", "ten megabytes of a file are welcome");
}

#[tokio::test]
async fn messages_that_are_not_complete_hold_so_much_of_the_memory_and_no_more() {
    let limits = [
        ("GATEWAY__WS_UNFINISHED_BYTES_PER_USER", "1000000"),
        ("GATEWAY__WS_UNFINISHED_BYTES_PER_TENANT", "1500000"),
        ("GATEWAY__MAX_SOCKETS_PER_USER", "100"),
    ];
    let world = world(&limits).await;
    let session = world.session().await;
    let piece = "x".repeat(400_000);
    let mut open = Vec::new();
    for _ in 0..2 {
        let mut socket = world.socket(&session, "").await;
        socket.send_piece(&piece, true, false).await;
        socket.is_alive(Duration::from_secs(5)).await;
        open.push(socket);
    }
    for _ in 0..10 {
        let mut refused = world.socket(&session, "").await;
        refused.send_piece(&piece, true, false).await;
        assert_eq!(refused.closed().await, Some(1013), "the user's share is taken");
    }
    let colleague = world.user("00000000-0000-4000-8000-000000000007", &[]).await;
    let theirs = colleague.create("/api/v1/sessions", &json!({})).await["id"].as_str().unwrap().to_owned();
    let bearer = format!("Bearer {}", colleague.token());
    let path = format!("/api/v1/ws/{theirs}");
    let mut other = world.try_socket(&path, &[("authorization", &bearer)]).await.unwrap();
    other.send_piece(&piece, true, false).await;
    other.is_alive(Duration::from_secs(5)).await;
    other.send_piece(&piece, false, false).await;
    assert_eq!(other.closed().await, Some(1013), "the tenant's share is taken");

    let mut usual = world.socket(&session, "").await;
    usual.send(&says("hello")).await;
    assert_eq!(usual.turn().await.pop().unwrap()["content"], "hi", "usual messages never meet the limit");
    for socket in &mut open {
        socket.send_piece("x", false, true).await;
        assert_eq!(socket.until("error").await.pop().unwrap()["error_code"], "INVALID_FORMAT", "it is complete");
    }
    let mut again = world.socket(&session, "").await;
    again.send_piece(&piece, true, false).await;
    again.is_alive(Duration::from_secs(5)).await;
}

#[tokio::test]
async fn a_message_that_is_never_complete_closes_its_socket_however_slowly_it_grows() {
    let world = world(&[("GATEWAY__WS_MESSAGE_TIMEOUT", "1")]).await;
    let session = world.session().await;
    let mut silent = world.socket(&session, "").await;
    silent.send_piece("{", true, false).await;
    assert_eq!(silent.closed().await, Some(1008));
    let mut slow = world.socket(&session, "").await;
    slow.send_piece("{", true, false).await;
    for _ in 0..8 {
        tokio::time::sleep(Duration::from_millis(250)).await;
        slow.send_piece("x", false, false).await;
    }
    assert_eq!(slow.closed().await, Some(1008));
    let mut pinging = world.socket(&session, "").await;
    pinging.send_piece("{", true, false).await;
    for _ in 0..60 {
        tokio::time::sleep(Duration::from_millis(30)).await;
        pinging.ping().await;
    }
    assert_eq!(pinging.closed().await, Some(1008), "pings between the pieces do not finish a message");
    let mut idle = world.socket(&session, "").await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    idle.is_alive(Duration::from_secs(5)).await;
}

#[tokio::test]
async fn too_many_messages_are_refused_with_the_time_to_wait() {
    let world = world(&[("GATEWAY__MESSAGE_RATE_LIMIT", "3/minute")]).await;
    let session = world.session().await;
    let mut socket = world.socket(&session, "").await;
    for _ in 0..3 {
        socket.send(&says("hello")).await;
        assert_eq!(socket.turn().await.pop().unwrap()["content"], "hi");
    }
    socket.send(&says("hello")).await;
    let error = socket.turn().await.pop().unwrap();
    assert_eq!(error["error_code"], "RATE_LIMIT_EXCEEDED");
    assert!(error["retry_after"].as_u64().unwrap() > 0, "{error}");
    socket.send(&json!({ "type": "tool_result", "call_id": "c" })).await;
    assert_eq!(socket.turn().await.pop().unwrap()["error_code"], "INVALID_CALL_ID", "results are counted apart");
}
