use artel_store::Operations;
use axum::http::StatusCode;
use serde_json::json;

use crate::world::World;

#[tokio::test]
async fn the_process_says_that_it_is_there() {
    let world = World::new().await;
    let health = world.stranger().get("/health").await;
    assert_eq!((health.status, &health.body), (200, &json!({ "status": "ok" })));
}

#[tokio::test]
async fn the_database_is_shown_with_its_pool_and_its_absence_is_503() {
    let world = World::new().await;
    let health = world.stranger().get("/health/db").await;
    health.is(StatusCode::OK);
    let database = &health.body["database"];
    for member in ["active_connections", "total_connections", "max_connections", "usage_percent", "latency_ms"] {
        assert!(database[member].is_number(), "{member}: {database}");
    }
    let pool = &database["pool_config"];
    let sum = pool["pool_size"].as_u64().unwrap() + pool["max_overflow"].as_u64().unwrap();
    assert_eq!(pool["total_pool_capacity"], sum);

    world.store.close().await;
    let down = world.stranger().get("/health/db").await;
    down.is_problem(503);
    assert_eq!(down.body["status"], "error");
    world.stranger().get("/health").await.is(StatusCode::OK);
}

#[tokio::test]
async fn the_documents_are_served_from_the_binary() {
    let world = World::new().await;
    let anyone = world.stranger();
    for page in [
        "/docs",
        "/redoc",
        "/docs/swagger-ui.css",
        "/docs/swagger-ui-bundle.js",
        "/docs/swagger-initializer.js",
        "/redoc/redoc.standalone.js",
    ] {
        let answer = anyone.get(page).await;
        answer.is(StatusCode::OK);
        assert!(!String::from_utf8_lossy(&answer.bytes).contains("cdn."), "{page} asks somebody else");
    }
    assert!(String::from_utf8_lossy(&anyone.get("/docs/swagger-initializer.js").await.bytes).contains("/openapi.json"));
    assert_eq!(anyone.get("/.well-known/jwks.json").await.body, json!({ "keys": [] }));
    anyone.get("/docs/nothing").await.is_problem(404);
}

#[tokio::test]
async fn unknown_paths_and_methods_have_the_common_body() {
    let world = World::new().await;
    world.ada().get("/nothing/here").await.is_problem(404);
    world.ada().get("/v1/nothing").await.is_problem(404);
    let answer = world.ada().delete("/v1/agents").await;
    assert!(answer.is_problem(405).header("allow").contains("POST"), "{answer:?}");
}

#[tokio::test]
async fn a_trace_id_goes_in_and_comes_out() {
    let world = World::new().await;
    let trace = "4bf92f35-77b3-4da6-a3ce-929d0e0e4736";
    let parent = [("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")];
    let answer = world.ada().send("GET", "/agents/x", &parent, axum::body::Body::empty()).await;
    assert_eq!(answer.is_problem(404).body["trace_id"], trace);
    let made = world.ada().call_with("POST", "/agents", &[("x-trace-id", trace)], json!({ "name": "a" })).await;
    assert_eq!(made.header("x-trace-id"), trace);
    assert_eq!(world.ada().get("/audit").await.body[0]["trace_id"], trace);
}
