use rstest::rstest;
use serde_json::json;
use std::time::Duration;

use artel_domain::{Clock, SystemClock};
use artel_store::Sessions;

use crate::world::{HOME, INTERNAL_KEY, World};

#[tokio::test]
async fn a_token_opens_the_gateway_and_nothing_else_does() {
    let world = World::new().await;
    world.ada().get("/api/v1/sessions").await.is(200);
    let stranger = world.stranger();
    let refused = stranger.get("/api/v1/sessions").await;
    refused.is_fault(401, "unauthorized");
    assert_eq!(refused.body["error_description"], "Authentication required");
    stranger.clone().with("authorization", "Bearer a.b.c").get("/api/v1/sessions").await.is_fault(401, "invalid_token");
    stranger.with("x-internal-auth", "wrong").get("/api/v1/sessions").await.is_fault(401, "invalid_token");
}

#[tokio::test]
async fn the_internal_key_opens_both_ports_and_alone_the_runtime() {
    let world = World::new().await;
    world.service().get("/sessions").await.is(200);
    world.service().get("/api/v1/sessions").await.is(200);
    world.service().to(&world.gateway).get("/api/v1/sessions").await.is(200);
    let refused = world.intruder().get("/agents").await;
    assert_eq!(refused.is_fault(401, "unauthorized").body["detail"], "unauthorized");
    let token = world.ada();
    world.intruder().with("x-internal-auth", "wrong").get("/agents").await.is_fault(401, "unauthorized");
    let (tenant, user) = (token.tenant, token.user);
    world
        .intruder()
        .being(tenant, user)
        .with("authorization", "Bearer a.b.c")
        .get("/agents")
        .await
        .is_fault(401, "unauthorized");
}

#[tokio::test]
async fn whoever_shows_a_token_is_never_a_service() {
    let world = World::new().await;
    let both = world.stranger().with("authorization", "Bearer a.b.c").with("x-internal-auth", INTERNAL_KEY);
    both.get("/api/v1/sessions").await.is_fault(401, "invalid_token");
    let other_scheme = world.stranger().with("authorization", "Basic dTpw").with("x-internal-auth", INTERNAL_KEY);
    other_scheme.get("/api/v1/sessions").await.is(200);
}

#[tokio::test]
async fn a_service_acts_for_the_user_whom_it_names_and_without_one_in_the_session_that_it_names() {
    let world = World::new().await;
    let ada = world.ada();
    let id = ada.opens_session().await;
    let path = format!("/sessions/{id}");
    world.service().get(&path).await.is(200);
    world.service().with("x-user-id", &ada.user.to_string()).get(&path).await.is(200);
    let elsewhere = world
        .service()
        .with("x-user-id", &ada.user.to_string())
        .with("x-tenant-id", "00000000-0000-0000-0000-000000000099");
    elsewhere.get(&path).await.is_fault(404, "SESSION_NOT_FOUND");
    world.service().with("x-user-id", "ada").get(&path).await.is_fault(400, "invalid_request");
}

#[rstest]
#[case::reading(&["api:read"], 200, 403)]
#[case::writing(&["api:write"], 200, 201)]
#[case::something_else(&["llm:invoke"], 403, 403)]
#[tokio::test]
async fn scopes_count(#[case] scopes: &[&str], #[case] reads: u16, #[case] writes: u16) {
    let world = World::new().await;
    let person = world.person(1, 5, scopes);
    person.get("/api/v1/agents").await.is(reads);
    person.post("/api/v1/sessions", json!({})).await.is(writes);
}

#[tokio::test]
async fn a_refusal_has_details_where_there_is_more_to_say_and_none_elsewhere() {
    let world = World::new().await;
    let reader = world.person(1, 5, &["api:read"]);
    let refused = reader.post("/api/v1/sessions", json!({})).await;
    refused.is_fault(403, "insufficient_scope");
    assert_eq!(refused.body["details"], json!({ "required_scope": "runs:write" }));
    let absent = reader.get("/api/v1/sessions/none").await;
    absent.is_fault(404, "SESSION_NOT_FOUND");
    assert_eq!(absent.body.get("details"), None);
}

#[tokio::test]
async fn a_request_of_a_user_is_remembered_with_its_address_and_what_it_showed() {
    let world = World::new().await;
    let ada = world.ada().at([7, 7, 7, 7]);
    let since = SystemClock.now() - Duration::from_mins(1);
    let here = async |ip: [u8; 4]| {
        let seen = world.store.find_presences(ada.tenant, ada.user, ip.into(), since).await.unwrap();
        seen.into_iter().map(|presence| presence.scopes).collect::<Vec<_>>()
    };
    world.stranger().at([7, 7, 7, 7]).get("/api/v1/sessions").await.is(401);
    assert_eq!(here([7, 7, 7, 7]).await, [[""; 0]; 0]);
    ada.get("/api/v1/sessions").await.is(200);
    assert_eq!(here([7, 7, 7, 7]).await, [["api:read", "api:write"]]);
    assert_eq!(here([7, 7, 7, 8]).await, [[""; 0]; 0]);
    let of_ada = |scopes: &[&str]| world.person(HOME, 0xADA, scopes);
    of_ada(&["runs:read", "odd"]).at([7, 7, 7, 8]).get("/api/v1/sessions").await.is(200);
    assert_eq!(here([7, 7, 7, 8]).await, [["runs:read"]]);
    of_ada(&["agents:read"]).at([7, 7, 7, 9]).get("/api/v1/sessions").await.is(403);
    assert_eq!(here([7, 7, 7, 9]).await, [[""; 0]; 0], "it opens no socket");
    // A service is not where its user is, whatever port it comes to.
    let service = world.service().with("x-user-id", &ada.user.to_string()).at([6, 6, 6, 6]);
    service.get("/sessions").await.is(200);
    service.to(&world.gateway).get("/api/v1/sessions").await.is(200);
    assert_eq!(here([6, 6, 6, 6]).await, [[""; 0]; 0]);
}
