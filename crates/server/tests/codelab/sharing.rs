//! Several sockets on one session, and such as do not read.

use std::time::{Duration, Instant};

use artel_testkit::{Database, Reply, Socket};
use serde_json::json;

use crate::task::coding;
use crate::workspace::Workspace;
use crate::world::{World, go_on, input, says};

#[tokio::test]
async fn all_sockets_of_a_session_hear_the_same_and_the_first_result_counts() {
    let world = World::new(coding).await;
    let session = world.session().await;
    let mut one = world.socket(&session, "?stream=tokens").await;
    let mut other = world.socket(&session, "?stream=tokens").await;
    let mut workspace = Workspace::new();
    one.send(&says("Write hello.txt")).await;
    let heard = (one.turn().await, other.turn().await);
    assert_eq!(heard.0, heard.1);
    let call = heard.0.last().unwrap().clone();
    let result = workspace.execute(&call);
    other.send(&result).await;
    let mut frames = one.turn().await;
    one.send(&json!({ "type": "tool_result", "call_id": call["call_id"], "result": { "late": true } })).await;
    let result = workspace.execute(frames.last().unwrap());
    one.send(&result).await;
    frames.extend(go_on(&mut one, &mut workspace).await);
    assert_eq!(frames.last().unwrap()["content"], "It says Привет, мир");
    assert!(frames.iter().all(|frame| frame["type"] != "error"), "the second result is ignored: {frames:#?}");
    let mut seen = Vec::new();
    while seen.len() < frames.len() {
        seen.push(other.next().await.unwrap());
    }
    assert_eq!(seen, frames);
    assert!(world.model.requests().iter().all(|asked| !asked.to_string().contains("late")));
}

#[tokio::test]
async fn sockets_of_two_gateways_hear_the_same_and_either_takes_the_results() {
    let Some(database) = Database::postgres().await else { return };
    let world =
        World::with(database, &[("JWT_SECRET", "one secret for all processes of this installation")], coding).await;
    let (_other, url) = world.artel.another().await;
    let session = world.session().await;
    let (path, bearer) = (format!("/api/v1/ws/{session}?stream=tokens"), world.bearer());
    let mut here = world.socket(&session, "?stream=tokens").await;
    let mut there = Socket::open(&url, &path, &[("authorization", &bearer)]).await.unwrap();
    let mut workspace = Workspace::new();
    here.send(&says("Write hello.txt")).await;
    let mut heard = (Vec::new(), Vec::new());
    loop {
        heard.0.extend(here.turn().await);
        heard.1.extend(there.turn().await);
        let last = heard.1.last().unwrap();
        if last["type"] != "tool_call" {
            break;
        }
        let result = workspace.execute(last);
        if workspace.done.len().is_multiple_of(2) { &mut here } else { &mut there }.send(&result).await;
    }
    assert_eq!(heard.0, heard.1);
    assert_eq!(heard.0.last().unwrap()["content"], "It says Привет, мир");
}

#[tokio::test]
async fn a_reader_that_does_not_read_slows_nobody_is_cut_and_can_go_on() {
    let large = "lorem ipsum ".repeat(35_000);
    let world = World::new(move |body| {
        Reply::Text(if input(body).starts_with("big") { large.clone() } else { "ok".to_owned() })
    })
    .await;
    let session = world.session().await;
    let mut socket = world.socket(&session, "?stream=whole&seq=1").await;
    let mut lines = Vec::new();
    // More than the kernel keeps for a reader.
    for n in 0..24 {
        socket.send(&says(&format!("big {n}"))).await;
        lines.extend(socket.turn().await);
    }
    let mut sluggard = world.socket(&session, "?stream=whole&after=0").await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    let start = Instant::now();
    socket.send(&says("small")).await;
    lines.extend(socket.turn().await);
    assert!(start.elapsed() < Duration::from_secs(3), "{:?}", start.elapsed());
    tokio::time::sleep(Duration::from_secs(20)).await;
    let mut read = Vec::new();
    while let Some(frame) = sluggard.next().await {
        read.push(frame);
    }
    assert!(!read.is_empty() && read.len() < lines.len(), "it was cut after {} of {} frames", read.len(), lines.len());
    let mut again = world.socket(&session, &format!("?stream=whole&after={}", read.last().unwrap()["seq"])).await;
    while read.len() < lines.len() {
        read.push(again.next().await.unwrap());
    }
    assert_eq!(read, lines);
}
