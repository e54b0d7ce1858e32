//! Addresses where services deliver what they send by themselves: who makes them, and what is taken at them.

use axum::http::StatusCode;
use rstest::rstest;
use serde_json::{Value, json};

use crate::deliveries::{GITHUB_BODY, GITHUB_HEADERS, GITHUB_SECRET, delivers, events, hooks, made};
use crate::world::World;

/// Stands in secrets of hooks, and in no answer.
const CANARY: &str = "canary-8Vd2kX";

fn text<'a>(hook: &'a Value, member: &str) -> &'a str {
    hook[member].as_str().unwrap()
}

#[tokio::test]
async fn a_hook_shows_its_token_once_and_its_secret_never() {
    let world = World::new().await;
    let ada = world.ada();
    let hook = made(&ada, "github", Some(CANARY)).await;
    let (token, place) = (text(&hook, "token"), format!("{}/{}", hooks("github"), text(&hook, "id")));
    assert_eq!(text(&hook, "url"), format!("/v1/hooks/{}/github/{token}", ada.tenant));
    assert_eq!((&hook["proof"], &hook["last4"]), (&json!("secret"), &json!(token[token.len() - 4..])));
    let listed = ada.get(&hooks("github")).await;
    assert_eq!(listed.header("x-total-count"), "1");
    let answers = [
        listed,
        ada.call("PATCH", &place, json!({ "secret": format!("{CANARY}-2") })).await,
        ada.call("PATCH", &place, json!({ "secret": CANARY.repeat(100) })).await,
        ada.get("/organizations/me/connectors/github").await,
        ada.delete(&place).await,
        ada.get(&hooks("github")).await,
        ada.get("/audit?limit=100").await,
    ];
    let statuses: Vec<u16> = answers.iter().map(|answer| answer.status).collect();
    assert_eq!(statuses, [200, 200, 422, 200, 204, 200, 200]);
    for answer in &answers {
        let shown = answer.body.to_string();
        assert!(!shown.contains(CANARY) && !shown.contains(token), "{shown}");
    }
    assert_eq!(answers[5].body, json!([]));
    assert!(!world.files_contain(CANARY) && !world.files_contain(token), "the database holds a secret");
    let rows = answers[6].body.as_array().unwrap();
    let actions: Vec<&str> = rows.iter().rev().filter_map(|row| row["action"].as_str()).collect();
    assert_eq!(actions, ["hook.create", "hook.update", "hook.revoke"]);
    assert!(rows.iter().all(|row| row["entity_id"] == hook["id"]));
}

#[rstest]
#[case("nobody", json!({}), 404, "")]
#[case("wildberries", json!({}), 409, "")]
#[case("http", json!({ "secret": "long enough" }), 422, "secret")]
#[case("yandex_market", json!({ "secret": "long enough" }), 422, "secret")]
#[case("github", json!({ "secret": "short" }), 422, "secret")]
#[tokio::test]
async fn a_hook_that_would_take_nothing_or_pretend_a_check_is_refused(
    #[case] connector: &str,
    #[case] body: Value,
    #[case] status: u16,
    #[case] field: &str,
) {
    let world = World::new().await;
    let refused = world.ada().post(&hooks(connector), body).await;
    refused.is_problem(status);
    if !field.is_empty() {
        refused.names(field);
    }
}

#[tokio::test]
async fn a_retried_request_shows_the_same_token() {
    let world = World::new().await;
    let ada = world.ada();
    let key = [("idempotency-key", "hook-1")];
    let make = async || ada.call_with("POST", &hooks("telegram"), &key, json!({ "secret": "long enough" })).await;
    let (first, again) = futures::join!(make(), make());
    assert_eq!((first.status, first.body["token"].clone()), (201, again.body["token"].clone()));
    assert_eq!(make().await.body["token"], first.body["token"]);
    assert_eq!(ada.get(&hooks("telegram")).await.body.as_array().unwrap().len(), 1);
    let other = made(&ada, "telegram", None).await;
    assert_ne!(other["token"], first.body["token"]);
}

#[tokio::test]
async fn a_hook_of_a_service_that_signs_takes_nothing_until_it_knows_the_secret() {
    let world = World::new().await;
    let ada = world.ada();
    let hook = made(&ada, "github", None).await;
    assert_eq!(hook["proof"], "missing_secret");
    let url = text(&hook, "url");
    delivers(&world, url, GITHUB_HEADERS, GITHUB_BODY).await.is_problem(404);
    let place = format!("{}/{}", hooks("github"), text(&hook, "id"));
    let changed = ada.call("PATCH", &place, json!({ "secret": GITHUB_SECRET })).await;
    assert_eq!((&changed.body["proof"], &changed.body["has_secret"]), (&json!("secret"), &json!(true)));
    delivers(&world, url, GITHUB_HEADERS, GITHUB_BODY).await.is(StatusCode::ACCEPTED);
    let other = format!("{}/{}", hooks("gitlab"), text(&hook, "id"));
    ada.call("PATCH", &other, json!({ "secret": GITHUB_SECRET })).await.is_problem(404);
    ada.delete(&other).await.is_problem(404);
}

#[tokio::test]
async fn whatever_is_wrong_with_a_delivery_the_answer_is_one_and_the_same() {
    let world = World::new().await;
    let ada = world.ada();
    let github = made(&ada, "github", Some(GITHUB_SECRET)).await;
    let url = text(&github, "url").to_owned();
    let revoked = made(&ada, "github", Some(GITHUB_SECRET)).await;
    ada.delete(&format!("{}/{}", hooks("github"), text(&revoked, "id"))).await.is(StatusCode::NO_CONTENT);
    let unknown = format!("{}{}", &url[..url.len() - 1], if url.ends_with('A') { "B" } else { "A" });
    let foreign = url.replace(&ada.tenant.to_string(), &world.bob().tenant.to_string());
    let mut answers = Vec::new();
    for address in [
        unknown.as_str(),
        text(&revoked, "url"),
        &foreign,
        &url.replace("/github/", "/gitlab/"),
        &url.replace("/github/", "/nobody/"),
        &url.replace(&ada.tenant.to_string(), "me"),
        &url[..url.len() - 1],
    ] {
        answers.push(delivers(&world, address, GITHUB_HEADERS, GITHUB_BODY).await);
    }
    assert_eq!(ada.get(&hooks("github")).await.body[0]["last_refused_at"], Value::Null);
    for (headers, body) in [
        (GITHUB_HEADERS, &b"Hello, World?"[..]),
        (&GITHUB_HEADERS[1..], GITHUB_BODY),
        (&[("x-hub-signature-256", "sha256=00")], GITHUB_BODY),
    ] {
        answers.push(delivers(&world, &url, headers, body).await);
    }
    let shown = answers.iter().map(|answer| {
        answer.is_problem(404);
        let mut body = answer.body.clone();
        body.as_object_mut().unwrap().remove("trace_id");
        (body, answer.headers.keys().map(ToString::to_string).collect::<Vec<_>>())
    });
    let shown: Vec<_> = shown.collect();
    assert!(shown.iter().all(|one| *one == shown[0]), "{shown:#?}");
    assert_eq!(events(&ada, "").await, Vec::<Value>::new());
    assert!(ada.get(&hooks("github")).await.body[0]["last_refused_at"].is_string(), "its owner sees the refusal");
    delivers(&world, &url, GITHUB_HEADERS, GITHUB_BODY).await.is(StatusCode::ACCEPTED);
}

#[tokio::test]
async fn the_flood_of_one_hook_leaves_others_what_is_theirs() {
    let world = World::with(|config| config.hook_rate = "2/hour".parse().unwrap()).await;
    let (ada, bob) = (world.ada(), world.bob());
    let mut hooks = Vec::new();
    for _ in 0..6 {
        hooks.push(text(&made(&ada, "http", None).await, "url").to_owned());
    }
    let deliver = async |url: &str| delivers(&world, url, &[], b"{}").await;
    let mut statuses = Vec::new();
    for _ in 0..3 {
        statuses.push(deliver(&hooks[0]).await.status);
    }
    assert_eq!(statuses, [202, 202, 429]);
    assert!(deliver(&hooks[0]).await.is_problem(429).header("retry-after").parse::<u64>().unwrap() > 0);
    let mut taken = 2;
    for url in &hooks[1..] {
        for _ in 0..2 {
            taken += u32::from(deliver(url).await.status == 202);
        }
    }
    assert_eq!(taken, 10, "five times the rate of a hook is an organisation's");
    let theirs = made(&bob, "http", None).await;
    deliver(text(&theirs, "url")).await.is(StatusCode::ACCEPTED);
    assert_eq!(events(&ada, "").await.len(), 5, "equal bodies of one hook count once");
}

#[tokio::test]
async fn a_key_for_one_agent_makes_no_hooks() {
    let world = World::new().await;
    let ada = world.ada();
    let agent = ada.creates_agent("a").await;
    let key = ada.creates_key(json!({ "scopes": ["credentials:write"], "agent_id": agent })).await;
    let bound = ada.with_key(key.body["key"].as_str().unwrap());
    let refused = bound.post(&hooks("http"), json!({})).await;
    assert_eq!(refused.is_problem(403).body["error"], "agent_not_allowed");
}

#[tokio::test]
async fn an_organisation_keeps_so_many_bytes_of_what_services_send() {
    let world = World::with(|config| config.event_bytes = Some(4000)).await;
    let (ada, bob) = (world.ada(), world.bob());
    let (own, theirs) = (made(&ada, "http", None).await, made(&bob, "http", None).await);
    let body = |letter: &str| format!("\"{}\"", letter.repeat(1000)).into_bytes();
    let deliver = async |hook: &Value, body: &[u8]| delivers(&world, text(hook, "url"), &[], body).await;
    for letter in ["a", "b"] {
        deliver(&own, &body(letter)).await.is(StatusCode::ACCEPTED);
    }
    let refused = deliver(&own, &body("c")).await;
    assert_eq!(refused.is_problem(429).body["error"], "events_full");
    assert_eq!(refused.header("retry-after"), "3600");
    deliver(&own, &body("a")).await.is(StatusCode::ACCEPTED);
    deliver(&theirs, &body("c")).await.is(StatusCode::ACCEPTED);
    assert_eq!(events(&ada, "").await.len(), 2, "what is known already is answered like the first time");
}

#[tokio::test]
async fn an_organisation_has_at_most_200_hooks() {
    let world = World::new().await;
    let ada = world.ada();
    let first = made(&ada, "http", None).await;
    for _ in 1..200 {
        made(&ada, "http", None).await;
    }
    let refused = ada.post(&hooks("http"), json!({})).await;
    assert_eq!(refused.is_problem(409).body["error"], "too_many_hooks");
    ada.delete(&format!("{}/{}", hooks("http"), text(&first, "id"))).await.is(StatusCode::NO_CONTENT);
    made(&ada, "ozon", None).await;
}
