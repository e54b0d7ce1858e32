use axum::http::StatusCode;
use serde_json::json;

use crate::world::World;

#[tokio::test]
async fn every_principal_has_a_budget_and_is_told_what_is_left() {
    let world = World::with_gate(|config| config.rate_default = "3/minute".parse().unwrap()).await;
    let ada = world.ada();
    let first = ada.get("/agents").await;
    assert_eq!((first.header("x-ratelimit-limit"), first.header("x-ratelimit-remaining")), ("3", "2"));
    assert!(first.headers.contains_key("x-ratelimit-reset"));
    ada.get("/v1/agents").await.is(StatusCode::OK);
    ada.get("/tools").await.is(StatusCode::OK);
    let refused = ada.get("/agents").await;
    refused.is_problem(429);
    assert_eq!(refused.header("retry-after"), refused.body["retry_after"].to_string());
    assert_eq!(refused.header("x-ratelimit-remaining"), "0");
    world.bob().get("/agents").await.is(StatusCode::OK);
    world.person(0xA, 0xE4E).get("/agents").await.is(StatusCode::OK);
}

#[tokio::test]
async fn guessing_is_counted_by_address_and_probes_are_not_counted() {
    let world = World::with_gate(|config| config.rate_default = "2/minute".parse().unwrap()).await;
    let stranger = world.stranger();
    for _ in 0..2 {
        stranger.post("/auth/token", json!({ "api_key": "guess" })).await.is_problem(401);
        stranger.with_token("guess").get("/agents").await.is_problem(401);
    }
    stranger.post("/auth/token", json!({ "api_key": "guess" })).await.is_problem(429);
    stranger.with_key("guess").get("/agents").await.is_problem(429);
    for _ in 0..5 {
        stranger.get("/health").await.is(StatusCode::OK);
        stranger.get("/openapi.json").await.is(StatusCode::OK);
    }
    world.ada().get("/agents").await.is(StatusCode::OK);
}

#[tokio::test]
async fn starting_runs_has_a_tighter_limit_than_reading_them() {
    let world = World::with_gate(|config| config.rate_runs = "1/minute".parse().unwrap()).await;
    let ada = world.ada();
    let run = json!({ "agent_id": ada.creates_agent("a").await, "input_message": "hi" });
    let started = ada.post("/runs?wait=false", run.clone()).await;
    started.is(StatusCode::ACCEPTED);
    assert_eq!(started.header("x-ratelimit-limit"), "1");
    ada.post("/runs?wait=false", run.clone()).await.is_problem(429);
    ada.post("/v1/runs/stream", run).await.is_problem(429);
    ada.get("/runs").await.is(StatusCode::OK);
}

#[tokio::test]
async fn a_key_starts_as_many_runs_a_day_as_it_may() {
    let world = World::new().await;
    let ada = world.ada();
    let agent = ada.creates_agent("a").await;
    let other = ada.creates_agent("b").await;
    let key = ada.creates_key(json!({ "scopes": ["runs:write"], "daily_limit": 2, "agent_id": agent })).await;
    let robot = ada.with_key(key.body["key"].as_str().unwrap());
    let run = json!({ "agent_id": agent, "input_message": "hi" });
    robot.post("/runs?wait=false", json!({ "agent_id": other, "input_message": "hi" })).await.is_problem(403);
    robot.post("/runs?wait=false", run.clone()).await.is(StatusCode::ACCEPTED);
    robot.post("/runs?wait=false", run.clone()).await.is(StatusCode::ACCEPTED);
    let refused = robot.post("/runs?wait=false", run.clone()).await;
    assert!(refused.is_problem(429).body["retry_after"].as_u64().unwrap() <= 86_400);
    ada.post("/runs?wait=false", run).await.is(StatusCode::ACCEPTED);
}
