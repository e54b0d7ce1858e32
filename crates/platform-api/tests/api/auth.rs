use std::time::Duration;

use artel_identity::TokenIssuer;
use axum::body::Body;
use axum::http::StatusCode;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;

use crate::world::{ALL, HandClock, ISSUER, SECRET, STATIC_KEY, World, token_from};

#[tokio::test]
async fn a_page_that_names_our_address_its_own_gets_no_test_token() {
    let world = World::new().await;
    let at = async |host: &'static str| {
        world.stranger().send("GET", "/auth/test-token", &[("host", host)], axum::body::Body::empty()).await
    };
    for host in ["localhost:8000", "127.0.0.1:8000", "[::1]:8000", "artel.test"] {
        assert_eq!(at(host).await.status, 200, "{host}");
    }
    for host in ["evil.example:8000", "localhost.evil.example"] {
        assert_eq!(at(host).await.is_problem(403).body["error"], "host_not_trusted");
    }
}

#[tokio::test]
async fn a_key_is_exchanged_for_a_token_from_the_header_or_the_body() {
    let world = World::new().await;
    let ada = world.ada();
    let key = ada.creates_key(json!({ "scopes": ["agents:read"] })).await.body["key"].as_str().unwrap().to_owned();
    let by_header = ada.with_key(&key).send("POST", "/auth/token", &[], Body::empty()).await;
    let by_body = world.stranger().post("/auth/token", json!({ "api_key": key })).await;
    for answer in [by_header, by_body] {
        answer.is(StatusCode::OK);
        assert_eq!((&answer.body["token_type"], &answer.body["expires_in"]), (&json!("bearer"), &json!(3600)));
        let by_token = ada.with_token(answer.body["token"].as_str().unwrap());
        by_token.get("/agents").await.is(StatusCode::OK);
        by_token.post("/agents", json!({ "name": "a" })).await.is_problem(403);
        assert_eq!(answer.header("cache-control"), "no-store");
    }
}

#[tokio::test]
async fn a_static_key_of_the_operator_works_everywhere() {
    let world = World::new().await;
    let ada = world.stranger().with_key(STATIC_KEY);
    ada.creates_agent("a").await;
    let token = ada.send("POST", "/auth/token", &[], Body::empty()).await;
    ada.with_token(token.body["token"].as_str().unwrap()).get("/agents").await.is(StatusCode::OK);
}

#[tokio::test]
async fn an_unknown_key_gets_no_token() {
    let world = World::new().await;
    let stranger = world.stranger();
    let answer = stranger.post("/auth/token", json!({ "api_key": "artel_nobody" })).await;
    assert_eq!(answer.is_problem(401).body["error"], "invalid_credentials");
    stranger.post("/auth/token", json!({})).await.is_problem(401);
    stranger.send("POST", "/auth/token", &[], Body::empty()).await.is_problem(401);
    stranger.post("/auth/token", json!({ "api_key": 5 })).await.names("api_key");
}

#[tokio::test]
async fn a_test_token_exists_only_where_it_is_allowed_and_walks_the_whole_walk() {
    let world = World::new().await;
    let token = world.stranger().get("/auth/test-token").await;
    let walker = world.stranger().with_token(token.body["token"].as_str().unwrap());
    let (agent, tool) = (walker.creates_agent("EchoAgent").await, walker.creates_tool("echo_tool").await);
    walker.binds(&agent, &tool).await.is(StatusCode::CREATED);
    let closed = World::with(|config| config.test_token = None).await;
    closed.stranger().get("/auth/test-token").await.is_problem(404);
}

#[tokio::test]
async fn what_is_not_a_good_token_is_answered_401_with_a_challenge() {
    let world = World::new().await;
    let ada = world.ada();
    let good = world.token(ada.tenant, ada.user, ALL);
    let issue = |issuer: &TokenIssuer| token_from(issuer, &*world.clock, ada.tenant, ada.user, ALL);
    let yesterday = HandClock::back(Duration::from_hours(24));
    let (head, rest) = good.split_once('.').unwrap();
    let payload = rest.split('.').next().unwrap();
    let unsigned = URL_SAFE_NO_PAD.encode(r#"{"alg":"none","typ":"JWT"}"#);
    let other_alg = URL_SAFE_NO_PAD.encode(r#"{"alg":"HS512","typ":"JWT"}"#);
    let forged = URL_SAFE_NO_PAD.encode(r#"{"sub":"00000000-0000-0000-0000-000000000001"}"#);
    let table = [
        (
            "expired",
            token_from(&TokenIssuer::new(&SECRET.into(), ISSUER, ISSUER), &yesterday, ada.tenant, ada.user, ALL),
        ),
        ("another audience", issue(&TokenIssuer::new(&SECRET.into(), ISSUER, "others"))),
        ("another issuer", issue(&TokenIssuer::new(&SECRET.into(), "others", ISSUER))),
        ("another key", issue(&TokenIssuer::new(&"not the secret, but long enough".into(), ISSUER, ISSUER))),
        ("alg none", format!("{unsigned}.{payload}.")),
        ("another alg", format!("{other_alg}.{rest}")),
        ("another payload", format!("{head}.{forged}.{}", rest.split('.').nth(1).unwrap())),
        ("rubbish", "a.b.c".to_owned()),
        ("not even a token", "artel_0123".to_owned()),
    ];
    for (what, token) in table {
        let answer = ada.with_token(&token).get("/agents").await;
        answer.is_problem(401);
        assert!(answer.header("www-authenticate").contains("invalid_token"), "{what}: {answer:?}");
    }
    assert_eq!(
        world.stranger().get("/agents").await.is_problem(401).header("www-authenticate"),
        r#"Bearer realm="artel""#
    );
    let in_query = world.stranger().get(&format!("/agents?access_token={good}&token={good}")).await;
    in_query.is_problem(401);
    ada.get("/agents").await.is(StatusCode::OK);
}

#[tokio::test]
async fn the_minimal_claims_of_the_seed_can_do_the_whole_walk() {
    let world = World::new().await;
    let seed = world.person_with(1, 1, &["tools:write"]);
    let (agent, tool) = (seed.creates_agent("a").await, seed.creates_tool("t").await);
    seed.binds(&agent, &tool).await.is(StatusCode::CREATED);
    seed.post("/runs?wait=false", json!({ "agent_id": agent, "input_message": "hi" })).await.is(StatusCode::ACCEPTED);
    seed.get("/audit").await.is_problem(403);
}
