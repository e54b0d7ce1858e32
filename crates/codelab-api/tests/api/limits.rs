use serde_json::json;

use crate::world::World;

#[tokio::test]
async fn a_user_has_so_many_requests_wherever_they_are() {
    let world = World::with(|config| config.rate_per_ip = "2/day".parse().unwrap()).await;
    let ada = world.ada();
    let first = ada.get("/api/v1/agents").await;
    first.is(200);
    assert_eq!((first.header("x-ratelimit-limit"), first.header("x-ratelimit-remaining")), ("2", "1"));
    ada.clone().at([1, 1, 1, 1]).get("/api/v1/agents").await.is(200);
    let refused = ada.at([2, 2, 2, 2]).get("/api/v1/agents").await;
    refused.is_fault(429, "rate_limit_exceeded");
    assert_eq!(refused.body["message"], "Too many requests");
    assert!(refused.body["retry_after"].as_u64().unwrap() > 0);
    assert_eq!(refused.header("retry-after"), refused.body["retry_after"].to_string());
    // Another user at the same address has their own.
    world.eve().at([2, 2, 2, 2]).get("/api/v1/agents").await.is(200);
}

#[tokio::test]
async fn strangers_of_one_address_share_what_they_have() {
    let world = World::with(|config| config.rate_per_ip = "1/day".parse().unwrap()).await;
    world.stranger().get("/api/v1/agents").await.is_fault(401, "unauthorized");
    world
        .stranger()
        .with("authorization", "Bearer a.b.c")
        .get("/api/v1/agents")
        .await
        .is_fault(429, "rate_limit_exceeded");
    world.stranger().at([8, 8, 8, 8]).get("/api/v1/agents").await.is_fault(401, "unauthorized");
}

#[tokio::test]
async fn a_developers_own_machine_is_not_limited() {
    let world = World::with(|config| config.rate_per_ip = "1/day".parse().unwrap()).await;
    let ada = world.ada().at([127, 0, 0, 1]);
    for _ in 0..3 {
        ada.get("/api/v1/agents").await.is(200);
    }
    let world = World::with(|config| {
        config.rate_per_ip = "1/day".parse().unwrap();
        config.exempt_loopback = false;
    })
    .await;
    let ada = world.ada().at([127, 0, 0, 1]);
    ada.get("/api/v1/agents").await.is(200);
    ada.get("/api/v1/agents").await.is_fault(429, "rate_limit_exceeded");
}

#[tokio::test]
async fn the_runtime_counts_users_and_not_the_service_that_brings_them() {
    let world = World::with(|config| config.runtime_rate_per_user = "1/day".parse().unwrap()).await;
    let of = |user: u32| world.service().with("x-user-id", &format!("00000000-0000-0000-0000-{user:012}"));
    of(1).get("/agents").await.is(200);
    of(1).get("/agents").await.is_fault(429, "rate_limit_exceeded");
    of(2).post("/sessions", json!({})).await.is(201);
}
