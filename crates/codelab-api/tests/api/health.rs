use rstest::rstest;
use serde_json::json;

use crate::world::World;

#[rstest]
#[case("/health")]
#[case("/api/v1/health")]
#[case("/gateway-health")]
#[tokio::test]
async fn the_gateway_says_how_it_is_to_everybody(#[case] path: &str) {
    let world = World::with(|config| config.rate_per_ip = "1/day".parse().unwrap()).await;
    for _ in 0..3 {
        let health = world.stranger().get(path).await;
        let body = health.is(200);
        assert_eq!((&body["status"], &body["service"]), (&json!("healthy"), &json!("gateway")));
        assert!(body["version"].is_string());
        assert_eq!(body["services"], json!({ "agent_runtime": "healthy", "database": "connected" }));
        assert!(body["dependencies"]["redis"].is_string());
    }
    world.stranger().get(&format!("{path}?strict=1")).await.is(200);
}

#[rstest]
#[case("/health")]
#[case("/api/v1/health")]
#[tokio::test]
async fn the_runtime_says_what_it_stands_on(#[case] path: &str) {
    let world = World::new().await;
    let health = world.intruder().get(path).await;
    let body = health.is(200);
    assert_eq!((&body["status"], &body["service"]), (&json!("healthy"), &json!("agent-runtime")));
    assert_eq!(body["version"], env!("CARGO_PKG_VERSION"));
    assert_eq!(
        (&body["dependencies"]["postgres"], &body["dependencies"]["llm_proxy"]),
        (&json!("connected"), &json!("available"))
    );
    assert_eq!(body["multi_agent"], json!({ "enabled": true, "default_agent": "orchestrator", "agents_count": 5 }));
}

#[tokio::test]
async fn a_port_without_its_database_says_so_and_only_strict_probes_fail() {
    let world = World::new().await;
    artel_store::Operations::close(&*world.store).await;
    let health = world.stranger().get("/api/v1/health").await;
    assert_eq!(
        (&health.is(200)["status"], &health.body["services"]["database"]),
        (&json!("degraded"), &json!("unavailable"))
    );
    world.stranger().get("/api/v1/health?strict=true").await.is(503);
    assert_eq!(world.intruder().get("/health").await.is(200)["dependencies"]["postgres"], "unavailable");
}

#[tokio::test]
async fn the_probe_of_the_proxy_and_the_numbers_are_there() {
    let world = World::new().await;
    let probe = world.stranger().get("/nginx-health").await;
    probe.is(200);
    assert_eq!(probe.text, "healthy\n");
    let metrics = world.stranger().get("/api/v1/metrics").await;
    metrics.is(200);
    assert!(
        metrics.header("content-type").starts_with("text/plain") && metrics.text.contains("messages_processed_total")
    );
}
