//! Texts that people read where they decide: no door takes what they would not see.

use axum::body::Body;
use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::artifacts::form;
use crate::credentials::account;
use crate::world::{Person, World};

/// Controls of terminals and displays, a line of its own, and what nobody sees.
const HOSTILE: [&str; 5] = ["a\u{1b}[2Jb", "a\nb", "a\u{202e}b", "a\u{200b}b", "\u{3164}"];

async fn session(ada: &Person) -> String {
    let start = ada.post("/sessions/stream", json!({ "message": "hi" })).await;
    format!("/sessions/{}", start.body["session_id"].as_str().unwrap())
}

#[tokio::test]
async fn what_people_would_not_see_is_refused_at_every_door() {
    let world = World::new().await;
    let ada = world.ada();
    let session = session(&ada).await;
    let credential = ada.post("/organizations/me/credentials", account("main")).await.id();
    let rules = |rule: Value| json!({ "rules": [rule] });
    for text in HOSTILE {
        let label = json!({ "account_label": text });
        let mut new = account("other");
        new["account_label"] = json!(text);
        ada.post("/organizations/me/credentials", new).await.names("account_label");
        let place = format!("/organizations/me/credentials/{credential}");
        ada.call("PATCH", &place, label).await.names("account_label");
        ada.creates_key(json!({ "scopes": ["runs:read"], "name": text })).await.names("name");
        ada.call("PATCH", &session, json!({ "title": text })).await.names("title");
        ada.put("/approval-rules", rules(json!({ "tool": "x", "effect": "ask", "reason": text })))
            .await
            .names("rules[0].reason");
        ada.put("/approval-rules", rules(json!({ "tool": text, "effect": "ask" }))).await.names("rules[0].tool");
        ada.post("/agents", json!({ "name": text })).await.names("name");
        ada.post("/tasks", json!({ "title": text, "prompt": "p" })).await.names("title");
        let body = form(&[("file", Some("a.txt"), b"a"), ("title", None, text.as_bytes())]);
        let kind = [("content-type", "multipart/form-data; boundary=a-boundary-of-the-tests")];
        ada.send("POST", "/artifacts", &kind, Body::from(body)).await.names("title");
    }
    for path in ["a%1bb", "a%E2%80%AEb", "a%E2%80%8Bb"] {
        let put = ada.send("PUT", &format!("{session}/files/{path}"), &[], Body::from("a")).await;
        put.names("path");
    }
    let seen = json!({ "tool": "x", "effect": "ask", "reason": "Вопрос: «да»?" });
    ada.put("/approval-rules", rules(seen)).await.is(StatusCode::OK);
}

#[tokio::test]
async fn the_name_of_an_uploaded_file_is_kept_as_people_see_it() {
    let world = World::new().await;
    let made = crate::artifacts::uploads(&world.ada(), "re\u{202e}port\u{200b}.txt", b"a").await;
    assert_eq!(made["title"], "report.txt");
}
