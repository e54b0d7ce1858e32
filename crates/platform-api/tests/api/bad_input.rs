//! What every operation answers to what is wrong in the same way everywhere, generated from the document.

use std::time::Duration;

use artel_identity::TokenIssuer;
use axum::body::Body;
use serde_json::{Value, json};

use crate::document::{filled, operations};
use crate::world::{ALL, HandClock, ISSUER, SECRET, World, token_from};

const ABSENT: &str = "00000000-0000-0000-0000-000000000009";

fn secured() -> impl Iterator<Item = (String, String, Value)> {
    let all = operations().into_iter().filter(|(.., operation)| operation["security"] != json!([{}]));
    all.map(|(method, path, operation)| (method, filled(&path, id), operation))
}

/// Another organisation than one's own, and a built-in agent of another name, are absent whatever else is wrong.
fn id(parameter: &str) -> String {
    match parameter {
        "org_id" => "me".to_owned(),
        "builtin_agent" => "codelab".to_owned(),
        _ => ABSENT.to_owned(),
    }
}

#[tokio::test]
async fn every_operation_but_the_open_ones_asks_who_is_calling() {
    let world = World::new().await;
    let ada = world.ada();
    let expired = token_from(
        &TokenIssuer::new(&SECRET.into(), ISSUER, ISSUER),
        &HandClock::back(Duration::from_hours(24)),
        ada.tenant,
        ada.user,
        ALL,
    );
    let mut asked = 0;
    for (method, path, _) in secured() {
        for caller in [world.stranger(), ada.with_token(&expired), ada.with_key("artel_unknown")] {
            let answer = caller.send(&method, &path, &[], Body::from("not json")).await;
            answer.is_problem(401);
            assert!(answer.headers.contains_key("www-authenticate"), "{method} {path}");
            asked += 1;
        }
    }
    assert!(asked > 60, "{asked}");
    assert_eq!(ada.get("/audit").await.body, json!([]), "nothing was written");
}

#[tokio::test]
async fn a_scope_that_is_missing_is_said_before_anything_else() {
    let world = World::new().await;
    let nobody = world.person_with(0xA, 0xADA, &["llm:invoke"]);
    let reader = world.person_with(0xA, 0xADA, &["tools:read"]);
    for (method, path, operation) in secured() {
        if operation["operationId"] == "list_api_keys" {
            continue;
        }
        let refused = nobody.send(&method, &path, &[], Body::from("not json")).await;
        assert_eq!(refused.is_problem(403).body["error"], "insufficient_scope", "{method} {path}");
        // A link, a preview and a search change nothing: whoever reads may make one.
        let reads = ["link_artifact", "preview_schedule", "search_documents"]
            .iter()
            .any(|name| operation["operationId"] == *name);
        if method != "GET" && !reads {
            reader.send(&method, &path, &[], Body::from("not json")).await.is_problem(403);
        }
    }
}

#[tokio::test]
async fn a_body_that_cannot_be_read_is_answered_by_what_is_wrong_with_it() {
    let world = World::new().await;
    let ada = world.ada();
    let json_type = ("content-type", "application/json");
    let mut tried = 0;
    for (method, path, operation) in operations()
        .into_iter()
        .filter(|(.., operation)| operation.pointer("/requestBody/content/application~1json").is_some())
    {
        let path = filled(&path, id);
        let send = async |headers: &[(&str, &str)], body: Vec<u8>| ada.send(&method, &path, headers, body.into()).await;
        for malformed in [b"{".to_vec(), b"not json".to_vec(), b"{\"a\":\xff}".to_vec(), b"{\"a\":1}}".to_vec()] {
            send(&[json_type], malformed).await.is_problem(400);
        }
        for other in [b"[]".to_vec(), b"\"text\"".to_vec(), b"5".to_vec()] {
            send(&[json_type], other).await.is_problem(422);
        }
        send(&[json_type], vec![b' '; 1024 * 1024 + 1]).await.is_problem(413);
        send(&[json_type], [vec![b'['; 100_000], vec![b']'; 100_000]].concat()).await.is_problem(400);
        for other in ["text/xml", "multipart/form-data; boundary=x", "application/octet-stream"] {
            let plain = other.split(';').next().unwrap().replace('/', "~1");
            if operation.pointer(&format!("/requestBody/content/{plain}")).is_some() {
                continue;
            }
            send(&[("content-type", other)], b"{}".to_vec()).await.is_problem(415);
        }
        if operation["requestBody"]["required"] == true {
            send(&[json_type], Vec::new()).await.is_problem(400);
            send(&[json_type], b"null".to_vec()).await.is_problem(422);
        }
        tried += 1;
    }
    assert!(tried > 10, "{tried}");
    assert_eq!(ada.get("/audit").await.body, json!([]), "nothing was written");
}

#[tokio::test]
async fn an_id_that_cannot_be_read_cannot_exist() {
    let world = World::new().await;
    for (method, path, _) in operations().into_iter().filter(|(_, path, _)| path.contains("_id}")) {
        for bad in ["1", "not-an-id", "%00", "..%2F..", "%F0%9F%A6%80", "%FF"] {
            let path = filled(&path, |_| bad.to_owned());
            let answer = world.ada().send(&method, &path, &[], Body::from("{}")).await;
            answer.is_problem(404);
        }
    }
}

#[tokio::test]
async fn a_name_with_what_nobody_sees_is_refused() {
    let world = World::new().await;
    let ada = world.ada();
    let (agent, tool) = (ada.creates_agent("a").await, ada.creates_tool("t").await);
    for name in ["a\u{200b}", "a\nb", "\u{202e}a", "a\u{e0041}b", "\u{feff}a", "\u{7}", "\u{3164}", " \u{a0}"] {
        ada.post(
            "/tools",
            json!({ "name": name, "input_schema": { "type": "object" },
            "execution_type": "http_webhook", "endpoint": "https://tools.example/t" }),
        )
        .await
        .names("name");
        ada.put(&format!("/tools/{tool}"), json!({ "name": name })).await.names("name");
        ada.post("/agents", json!({ "name": name, "model": "demo:echo" })).await.names("name");
        ada.put(&format!("/agents/{agent}"), json!({ "name": name })).await.names("name");
        ada.post(&format!("/agents/{agent}/clone"), json!({ "name": name })).await.names("name");
        let rules = json!({ "rules": [{ "tool": name, "effect": "deny" }] });
        ada.put("/approval-rules", rules).await.names("rules[0].tool");
    }
}
