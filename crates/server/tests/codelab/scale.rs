//! Two of everything on one PostgreSQL and one Redis: gateways, runtimes, workers.

use artel_testkit::{Database, Socket};
use serde_json::Value;

use crate::task::coding;
use crate::workspace::Workspace;
use crate::world::{World, last_tokens, says};

/// A task whose client comes back at another gateway for each of its results.
async fn carried_out_over(world: &World, gateways: &[&str], kill: impl AsyncFn(usize)) -> (Vec<Value>, Workspace) {
    let session = world.session().await;
    let at = async |turn: usize, query: &str| {
        let path = format!("/api/v1/ws/{session}?stream=tokens&seq=1{query}");
        let gateway = gateways[turn.min(gateways.len() - 1)];
        Socket::open(gateway, &path, &[("authorization", &world.bearer())]).await.unwrap()
    };
    let (mut workspace, mut frames) = (Workspace::new(), Vec::new());
    let mut socket = at(0, "").await;
    socket.send(&says("Write hello.txt")).await;
    for turn in 1.. {
        frames.extend(socket.turn().await);
        let last: Value = frames.last().cloned().unwrap();
        if last["type"] != "tool_call" {
            break;
        }
        kill(turn).await;
        socket = at(turn, &format!("&after={}", last["seq"])).await;
        let result = workspace.execute(&last);
        socket.send(&result).await;
    }
    (frames, workspace)
}

fn assert_done(frames: &[Value], workspace: &Workspace) {
    assert_eq!(workspace.done, ["list_files", "write_file", "execute_command"], "each call was made once");
    assert_eq!(frames.last().unwrap()["content"], "It says Привет, мир", "{frames:#?}");
    assert_eq!(last_tokens(frames), "It says Привет, мир");
    let numbers: Vec<i64> = frames.iter().map(|frame| frame["seq"].as_i64().unwrap()).collect();
    assert!(numbers.is_sorted_by(|one, other| one < other), "{numbers:?}");
}

#[tokio::test]
async fn a_socket_goes_on_at_another_gateway_after_each_call() {
    let Some(database) = Database::postgres().await else { return };
    let world = World::with(database, &[], coding).await;
    let (_other, url) = world.artel.another().await;
    let first = world.artel.url().to_owned();
    let (frames, workspace) = carried_out_over(&world, &[&first, &url, &first, &url], async |_| {}).await;
    assert_done(&frames, &workspace);
}

#[tokio::test]
async fn a_task_goes_on_at_the_other_gateway_and_runtime_when_one_of_each_is_killed() {
    let Some(database) = Database::postgres().await else { return };
    let world = World::with(database, &[], coding).await;
    let (other, url) = world.artel.another().await;
    let other = tokio::sync::Mutex::new(other);
    let first = world.artel.url().to_owned();
    // The task begins at the process that dies.
    let kill = async |turn| {
        if turn == 1 {
            other.lock().await.kill().await.unwrap();
        }
    };
    let (frames, workspace) = carried_out_over(&world, &[&url, &first], kill).await;
    assert_done(&frames, &workspace);
}
