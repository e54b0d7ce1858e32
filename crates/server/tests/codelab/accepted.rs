//! Messages that their clients gave an id: each is acknowledged, and answered once.

use artel_testkit::{Client, Database, Reply, Socket, on_both_stores};
use serde_json::{Value, json};

use crate::streams::post;
use crate::world::{World, input};

const SECRET: (&str, &str) = ("JWT_SECRET", "one secret for all processes of this installation");

fn echo(body: &Value) -> Reply {
    Reply::Text(format!("You said: {}", input(body)))
}

fn named(content: &str, id: &str) -> Value {
    json!({ "type": "user_message", "content": content, "role": "user", "message_id": id })
}

on_both_stores! {
    a_message_without_a_worker_is_acknowledged_and_shown as without_a_worker_on_sqlite, without_a_worker_on_postgres;
    a_message_that_comes_again_is_answered_once as again_on_sqlite, again_on_postgres;
    a_message_without_an_id_gets_no_new_frame as no_id_on_sqlite, no_id_on_postgres;
    a_stream_of_a_message_that_was_answered_ends as stream_on_sqlite, stream_on_postgres;
}

async fn a_message_without_a_worker_is_acknowledged_and_shown(database: Database) {
    let mut world = World::with(database, &[SECRET], echo).await;
    world.artel.kill().await;
    world.artel.restart_as(Some("platform,gateway")).await;
    world.client = world.client.at(world.artel.url());
    let session = world.session().await;
    let mut socket = world.socket(&session, "").await;
    socket.send(&named("hello", "m-1")).await;
    let accepted = socket.next().await.unwrap();
    assert_eq!((&accepted["type"], &accepted["message_id"]), (&json!("message_accepted"), &json!("m-1")));
    drop(socket);
    let messages = world.history(&session).await["messages"].clone();
    assert_eq!(messages.as_array().unwrap().len(), 1, "{messages:#}");
    assert_eq!((&messages[0]["content"], &messages[0]["queued_in"]), (&json!("hello"), &accepted["run_id"]));
    world.artel.kill().await;
    world.artel.restart_as(None).await;
    world.client = world.client.at(world.artel.url());
    world.client.finished_run(accepted["run_id"].as_str().unwrap()).await;
    let messages = world.history(&session).await["messages"].clone();
    assert_eq!(messages.as_array().unwrap().len(), 2, "{messages:#}");
    assert!(messages[0].get("queued_in").is_none(), "{messages:#}");
}

async fn a_message_that_comes_again_is_answered_once(database: Database) {
    let is_shared = matches!(database, Database::Postgres { .. });
    let world = World::with(database, &[SECRET], echo).await;
    let session = world.session().await;
    let mut socket = world.socket(&session, "?stream=whole").await;
    socket.send(&named("hello", "m-1")).await;
    let first = socket.next().await.unwrap();
    assert_eq!(first["type"], "message_accepted", "before anything else: {first}");
    assert_eq!(socket.turn().await.last().unwrap()["content"], "You said: hello");
    socket.send(&named("hello", "m-1")).await;
    assert_eq!(socket.next().await.unwrap(), first, "the same socket");
    drop(socket);

    let other = if is_shared { Some(world.artel.another().await) } else { None };
    let url = other.as_ref().map_or(world.artel.url(), |(_, url)| url);
    let (path, bearer) = (format!("/api/v1/ws/{session}?stream=whole"), world.bearer());
    let mut there = Socket::open(url, &path, &[("authorization", &bearer)]).await.unwrap();
    there.send(&named("hello", "m-1")).await;
    assert_eq!(there.next().await.unwrap(), first, "after a reconnect, on another gateway when there is one");
    there.send(&named("something else", "m-1")).await;
    let refused = there.next().await.unwrap();
    assert_eq!((&refused["type"], &refused["error_code"]), (&json!("error"), &json!("MESSAGE_ID_REUSED")), "{refused}");
    there.send(&named("hello", "m-2")).await;
    let second = there.next().await.unwrap();
    assert_eq!((&second["message_id"], second["run_id"] == first["run_id"]), (&json!("m-2"), false));
    assert_eq!(there.turn().await.last().unwrap()["content"], "You said: hello");
    let history = world.history(&session).await;
    assert_eq!(history["message_count"], 4, "{history:#}");
    let other_session = world.session().await;
    let mut elsewhere = world.socket(&other_session, "?stream=whole").await;
    elsewhere.send(&named("another", "m-1")).await;
    assert_eq!(elsewhere.turn().await.last().unwrap()["content"], "You said: another", "ids are a session's own");
}

async fn a_message_without_an_id_gets_no_new_frame(database: Database) {
    let world = World::with(database, &[SECRET], echo).await;
    let session = world.session().await;
    let mut socket = world.socket(&session, "?stream=whole").await;
    socket.send(&json!({ "type": "user_message", "content": "hello", "message_id": null })).await;
    let frames = socket.turn().await;
    assert!(frames.iter().all(|frame| frame["type"] != "message_accepted"), "{frames:#?}");
}

async fn a_stream_of_a_message_that_was_answered_ends(database: Database) {
    let world = World::with(database, &[SECRET], echo).await;
    let runtime = Client::anonymous(world.artel.url_of("runtime"));
    let said = json!({ "session_id": "said-twice", "message": named("hello", "m-1") });
    let (_, first, _) = post(&runtime, "/agent/message/stream", &said).await;
    assert_eq!(first[0]["type"], "message_accepted", "{first:#?}");
    assert_eq!(first[first.len() - 2]["content"], "You said: hello");
    let (_, again, _) = post(&runtime, "/agent/message/stream", &said).await;
    assert_eq!(again, [first[0].clone(), json!({ "type": "done" })]);
}
