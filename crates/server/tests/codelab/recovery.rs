//! What is cut goes on: processes that die, sockets that break, tasks that are ended.

use std::collections::HashMap;
use std::sync::Mutex;
use std::time::Duration;

use artel_testkit::{Database, Reply};
use serde_json::{Value, json};

use crate::task::coding;
use crate::workspace::Workspace;
use crate::world::{World, go_on, input, kinds, last_tokens, results, says};

async fn a_task_survives_a_kill_before_each_of_its_results(database: Database) {
    let mut world = World::with(database, &[], coding).await;
    let session = world.session().await;
    let mut workspace = Workspace::new();
    let mut socket = world.socket(&session, "?stream=tokens&seq=1").await;
    socket.send(&says("Write hello.txt")).await;
    let mut frames = Vec::new();
    loop {
        frames.extend(socket.turn().await);
        let last = frames.last().unwrap().clone();
        if last["type"] != "tool_call" {
            break;
        }
        world.dies_and_lives().await;
        socket = world.socket(&session, &format!("?stream=tokens&after={}", last["seq"])).await;
        let result = workspace.execute(&last);
        socket.send(&result).await;
    }
    assert_eq!(workspace.done, ["list_files", "write_file", "execute_command"], "each call was made once");
    assert_eq!(frames.last().unwrap()["content"], "It says Привет, мир");
    assert_eq!(last_tokens(&frames), "It says Привет, мир");
    let numbers: Vec<i64> = frames.iter().map(|frame| frame["seq"].as_i64().unwrap()).collect();
    assert!(numbers.is_sorted_by(|one, other| one < other), "{numbers:?}");
}

#[tokio::test]
async fn a_task_survives_kills_on_sqlite() {
    a_task_survives_a_kill_before_each_of_its_results(Database::Sqlite).await;
}

#[tokio::test]
async fn a_task_survives_kills_on_postgres() {
    let Some(database) = Database::postgres().await else { return };
    a_task_survives_a_kill_before_each_of_its_results(database).await;
}

/// Reads some tokens of an answer, kills the server, comes back, and so on; all frames until the end.
async fn read_through_kills(world: &mut World, kills: usize) -> Vec<Value> {
    let session = world.session().await;
    let mut socket = world.socket(&session, "?stream=tokens&seq=1").await;
    socket.send(&says("Count")).await;
    let mut frames = socket.until("agent_switched").await;
    for _ in 0..kills {
        for _ in 0..3 {
            frames.push(socket.next().await.unwrap());
        }
        world.dies_and_lives().await;
        let seen = frames.last().unwrap()["seq"].clone();
        socket = world.socket(&session, &format!("?stream=tokens&after={seen}")).await;
    }
    frames.extend(socket.turn().await);
    frames
}

async fn an_answer_cut_by_kills_is_told_to_its_end_without_repeats(database: Database) {
    let text = "one two three four five six seven eight nine ten eleven twelve";
    let mut world = World::with(database, &[], move |_| Reply::Slow(text.into(), Duration::from_millis(120))).await;
    let frames = read_through_kills(&mut world, 2).await;
    assert_eq!(frames.last().unwrap()["content"], text);
    assert_eq!(last_tokens(&frames), text);
}

#[tokio::test]
async fn an_answer_survives_kills_on_sqlite() {
    an_answer_cut_by_kills_is_told_to_its_end_without_repeats(Database::Sqlite).await;
}

#[tokio::test]
async fn an_answer_survives_kills_on_postgres() {
    let Some(database) = Database::postgres().await else { return };
    an_answer_cut_by_kills_is_told_to_its_end_without_repeats(database).await;
}

const FIRST: &str = "one two three four five six";
const SECOND: &str = "one two thr33 uno dos tres";

/// Gives the second answer to whoever asks again.
fn otherwise() -> impl Fn(&Value) -> Reply + Send + Sync + 'static {
    let asked = Mutex::new(HashMap::<String, usize>::new());
    move |body| {
        let mut asked = asked.lock().unwrap();
        let times = asked.entry(input(body)).or_default();
        *times += 1;
        let text = if *times == 1 { FIRST } else { SECOND };
        Reply::Slow(text.into(), Duration::from_millis(120))
    }
}

async fn an_answer_that_comes_out_otherwise_is_told_anew_behind_a_line(database: Database) {
    let mut world = World::with(database, &[], otherwise()).await;
    for pieces in 1..=5 {
        let session = world.session().await;
        let mut socket = world.socket(&session, "?stream=tokens&seq=1").await;
        socket.send(&says(&format!("Count, and die after {pieces}"))).await;
        let mut frames = socket.until("agent_switched").await;
        for _ in 0..pieces {
            frames.push(socket.next().await.unwrap());
        }
        world.artel.kill().await;
        // What was still on its way counts as seen.
        while let Some(frame) = socket.next().await {
            frames.push(frame);
        }
        world.artel.restart().await;
        world.client = world.client.at(world.artel.url());
        let seen = frames.last().unwrap()["seq"].clone();
        // On a busy machine the answer may have come to its end before the process died.
        if frames.last().unwrap()["is_final"] != true {
            let mut socket = world.socket(&session, &format!("?stream=tokens&after={seen}")).await;
            frames.extend(socket.turn().await);
        }
        let told = last_tokens(&frames);
        assert_eq!(frames.last().unwrap()["content"], told.as_str(), "killed after {pieces} pieces");
        match told.split_once("\n\n---\n\n") {
            Some((had, again)) => assert!(FIRST.starts_with(had) && again == SECOND, "{told}"),
            // Words that both begin with need no line, and an answer that was stored whole is not asked for again.
            None => assert!(told == SECOND || told == FIRST, "{told}"),
        }
    }
}

#[tokio::test]
async fn an_answer_that_comes_out_otherwise_is_told_anew_on_sqlite() {
    an_answer_that_comes_out_otherwise_is_told_anew_behind_a_line(Database::Sqlite).await;
}

#[tokio::test]
async fn an_answer_that_comes_out_otherwise_is_told_anew_on_postgres() {
    let Some(database) = Database::postgres().await else { return };
    an_answer_that_comes_out_otherwise_is_told_anew_behind_a_line(database).await;
}

#[tokio::test]
async fn a_socket_cut_after_any_frame_is_resumed_without_gap_or_repeat() {
    let world = World::new(coding).await;
    let session = world.session().await;
    let mut live = world.socket(&session, "?stream=tokens&seq=1").await;
    live.send(&says("Write hello.txt")).await;
    let whole = go_on(&mut live, &mut Workspace::new()).await;
    for cut in 0..whole.len() {
        let after = if cut == 0 { 0 } else { whole[cut - 1]["seq"].as_i64().unwrap() };
        let mut again = world.socket(&session, &format!("?stream=tokens&after={after}")).await;
        for expected in &whole[cut..] {
            assert_eq!(again.next().await.as_ref(), Some(expected), "after {after}");
        }
        again.close().await;
    }
}

#[tokio::test]
async fn a_new_socket_is_told_nothing_that_was() {
    let world = World::new(coding).await;
    let session = world.session().await;
    let mut first = world.socket(&session, "").await;
    first.send(&says("Write hello.txt")).await;
    let call = first.turn().await.pop().unwrap();
    first.close().await;
    let mut second = world.socket(&session, "?stream=whole").await;
    second.is_silent(Duration::from_millis(500)).await;
    let mut workspace = Workspace::new();
    let result = workspace.execute(&call);
    second.send(&result).await;
    let frames = go_on(&mut second, &mut workspace).await;
    assert_eq!(kinds(&frames), ["tool_call", "tool_call", "assistant_message"], "it goes on where the first one left");
}

#[tokio::test]
async fn a_task_is_cancelled_and_the_session_goes_on() {
    let world = World::new(|body| match input(body).as_str() {
        "Hang" => Reply::Hang,
        "Write" if results(body).is_empty() => {
            Reply::CallOf(String::new(), "write_file", json!({ "path": "a", "content": "x" }))
        }
        said => Reply::Text(format!("You said {said}")),
    })
    .await;
    let session = world.session().await;
    let mut socket = world.socket(&session, "?stream=whole").await;
    socket.send(&says("Hang")).await;
    socket.until("agent_switched").await;
    socket.send(&json!({ "type": "cancel" })).await;
    let error = socket.turn().await.pop().unwrap();
    assert_eq!((&error["type"], &error["details"]["code"]), (&json!("error"), &json!("cancelled")), "{error}");
    socket.send(&says("Write")).await;
    assert_eq!(socket.turn().await.pop().unwrap()["type"], "tool_call");
    socket.send(&json!({ "type": "cancel" })).await;
    assert_eq!(socket.turn().await.pop().unwrap()["details"]["code"], "cancelled");
    socket.send(&says("Hello")).await;
    assert_eq!(socket.turn().await.pop().unwrap()["content"], "You said Hello");
}

#[tokio::test]
async fn a_server_that_stops_says_so() {
    let mut world = World::new(|_| Reply::Text("hi".into())).await;
    let session = world.session().await;
    let socket = world.socket(&session, "").await;
    let (code, ended) = tokio::join!(socket.closed(), world.artel.terminate());
    assert_eq!((code, ended), (Some(1001), true));
}

#[tokio::test]
async fn a_client_that_says_goodbye_is_told_goodbye() {
    let world = World::new(|_| Reply::Text("hi".into())).await;
    let session = world.session().await;
    let mut socket = world.socket(&session, "?stream=whole").await;
    socket.send(&says("hello")).await;
    socket.turn().await;
    assert_eq!(socket.goodbye().await, Some(1000));
}

#[tokio::test]
async fn a_deleted_session_closes_its_sockets() {
    let world = World::new(|_| Reply::Text("hi".into())).await;
    let session = world.session().await;
    let socket = world.socket(&session, "").await;
    let deleted = world.client.request("DELETE", &format!("/api/v1/sessions/{session}")).send().await.unwrap();
    assert_eq!(deleted.status(), 200);
    assert_eq!(socket.closed().await, Some(4404));
    let refused =
        world.try_socket(&format!("/api/v1/ws/{session}"), &[("authorization", &world.bearer())]).await.unwrap_err();
    assert_eq!((refused.0, &refused.1["error"]), (404, &json!("SESSION_NOT_FOUND")));
}

#[tokio::test]
async fn a_token_that_ends_closes_its_socket_after_saying_so() {
    let world = World::new(|_| Reply::Text("hi".into())).await;
    let user = world.user("00000000-0000-0000-0000-000000000009", &["--ttl-seconds", "2"]).await;
    let bearer = format!("Bearer {}", user.token());
    let mut socket = world.try_socket("/api/v1/ws/mine", &[("authorization", &bearer)]).await.unwrap();
    let error = socket.next().await.unwrap();
    assert_eq!((&error["type"], &error["error_code"]), (&json!("error"), &json!("TOKEN_EXPIRED")));
    assert_eq!(socket.closed().await, Some(4401));
}

#[tokio::test]
async fn a_client_that_gives_no_sign_of_life_is_dropped_and_one_that_does_is_kept() {
    let settings = [("GATEWAY__WS_HEARTBEAT_INTERVAL", "1"), ("GATEWAY__WS_CLOSE_TIMEOUT", "1")];
    let world = World::with(Database::Sqlite, &settings, |_| Reply::Text("hi".into())).await;
    let session = world.session().await;
    let mut alive = world.socket(&session, "").await;
    let mute = world.socket(&session, "").await;
    // Only whoever reads answers pings.
    alive.is_silent(Duration::from_secs(4)).await;
    assert_eq!(mute.closed().await, None);
    alive.send(&says("hello")).await;
    let last: Value = alive.turn().await.pop().unwrap();
    assert_eq!(last["content"], "hi");
}
