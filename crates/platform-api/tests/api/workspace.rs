//! Files of sessions over HTTP.

use axum::body::Body;
use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::world::{Answer, Person, World};

/// A session of ada's that nobody else sees.
async fn private_session(ada: &Person) -> &'static str {
    let agent = ada.creates_agent("a").await;
    let start = json!({ "agent_id": agent, "input_message": "hi", "session_id": "desk", "visibility": "private" });
    ada.post("/runs?wait=false", start).await.is(StatusCode::ACCEPTED);
    "desk"
}

async fn puts(person: &Person, path: &str, content: &'static [u8]) -> Answer {
    person.send("PUT", &format!("/sessions/desk/files/{path}"), &[], Body::from(content)).await
}

async fn listed(person: &Person, query: &str) -> Vec<(Value, Value, Value)> {
    let answer = person.get(&format!("/sessions/desk/files{query}")).await;
    answer.is(StatusCode::OK);
    let entries = answer.body.as_array().unwrap().clone();
    entries.into_iter().map(|entry| (entry["path"].clone(), entry["kind"].clone(), entry["bytes"].clone())).collect()
}

#[tokio::test]
async fn a_file_is_written_listed_read_replaced_and_deleted() {
    let world = World::new().await;
    let ada = world.ada();
    private_session(&ada).await;
    puts(&ada, "a.txt", b"one").await.is(StatusCode::CREATED);
    puts(&ada, "reports/2026/q1.csv", b"a;b").await.is(StatusCode::CREATED);
    let file = |path: &str, bytes: u64| (json!(path), json!("file"), json!(bytes));
    assert_eq!(listed(&ada, "").await, [file("a.txt", 3), (json!("reports"), json!("directory"), json!(3))]);
    assert_eq!(listed(&ada, "?path=/workspace/reports/2026").await, [file("reports/2026/q1.csv", 3)]);
    let read = ada.get("/sessions/desk/files/reports/2026/q1.csv").await;
    assert_eq!(read.bytes.as_ref(), b"a;b");
    assert_eq!(read.header("x-content-type-options"), "nosniff");
    assert!(read.header("content-disposition").contains("filename=\"q1.csv\""), "{:?}", read.headers);
    let encoded = ada.get("/sessions/desk/files/reports%2F2026%2Fq1.csv").await;
    assert_eq!(encoded.bytes, read.bytes);
    puts(&ada, "a.txt", b"two and more").await.is(StatusCode::OK);
    assert_eq!(ada.get("/sessions/desk/files/a.txt").await.bytes.as_ref(), b"two and more");
    ada.delete("/sessions/desk/files/a.txt").await.is(StatusCode::NO_CONTENT);
    ada.delete("/sessions/desk/files/a.txt").await.is_problem(404);
    ada.get("/sessions/desk/files/a.txt").await.is_problem(404);
}

#[tokio::test]
async fn a_path_that_leads_out_of_the_workspace_is_refused() {
    let world = World::new().await;
    let ada = world.ada();
    private_session(&ada).await;
    for path in ["..%2Fa", "a%2F..%2F..%2Fb", "%2Fetc%2Fpasswd", "a%0Ab", "%2Fworkspace", "."] {
        puts(&ada, path, b"x").await.is_problem(422);
        ada.get(&format!("/sessions/desk/files/{path}")).await.is_problem(422);
    }
    ada.get("/sessions/desk/files?path=../x").await.is_problem(422);
    puts(&ada, "%2Fworkspace%2Fa.txt", b"x").await.is(StatusCode::CREATED);
    puts(&ada, "a.txt/b", b"x").await.is_problem(409);
    assert_eq!(listed(&ada, "").await.len(), 1);
}

#[tokio::test]
async fn a_colleague_finds_no_workspace_of_a_private_session() {
    let world = World::new().await;
    let (ada, eve) = (world.ada(), world.person_with(0xA, 0xE7E, &["tools:write"]));
    private_session(&ada).await;
    puts(&ada, "a.txt", b"secret").await.is(StatusCode::CREATED);
    eve.get("/sessions/desk/files").await.is_problem(404);
    eve.get("/sessions/desk/files/a.txt").await.is_problem(404);
    puts(&eve, "a.txt", b"mine").await.is_problem(404);
    eve.delete("/sessions/desk/files/a.txt").await.is_problem(404);
    assert_eq!(ada.get("/sessions/desk/files/a.txt").await.bytes.as_ref(), b"secret");
}

#[tokio::test]
async fn the_files_of_a_session_end_with_it() {
    let world = World::new().await;
    let ada = world.ada();
    let started = ada.post("/sessions/stream", json!({ "message": "hi" })).await;
    let session = format!("/sessions/{}", started.body["session_id"].as_str().unwrap());
    let put = ada.send("PUT", &format!("{session}/files/a.txt"), &[], Body::from("one")).await;
    put.is(StatusCode::CREATED);
    ada.get(&format!("{session}/files/a.txt")).await.is(StatusCode::OK);
    ada.delete(&session).await.is(StatusCode::NO_CONTENT);
    for gone in ["/a.txt", ""] {
        ada.get(&format!("{session}/files{gone}")).await.is_problem(404);
    }
}
