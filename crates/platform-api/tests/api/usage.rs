use artel_domain::Usage;
use artel_store::{LlmCall, LlmCalls as _};
use axum::http::StatusCode;
use serde_json::json;
use uuid::Uuid;

use crate::world::World;

/// A call of this tenant, `days` before now, that cost this many cents.
fn call(world: &World, tenant: u128, agent: Option<u128>, days: u64, cents: i64) -> LlmCall {
    use artel_domain::Clock as _;
    let id = Uuid::new_v4();
    LlmCall {
        id,
        account: Uuid::from_u128(tenant).to_string(),
        agent_id: agent.map(Uuid::from_u128),
        user_id: Some(Uuid::from_u128(0xADA)),
        requested_model: "openai:a".to_owned(),
        provider: "openai".to_owned(),
        model: "a".to_owned(),
        outcome: "ok".to_owned(),
        error_code: None,
        attempts: 1,
        fallbacks: 0,
        usage: Some(Usage { prompt_tokens: 10, completion_tokens: 2, ..Usage::default() }),
        is_estimated: false,
        cost_nano_usd: Some(cents * 10_000_000),
        started_at: world.clock.now() - std::time::Duration::from_hours(24 * days),
        latency_micros: 1,
        first_token_micros: None,
        deltas: 0,
        streamed_bytes: 0,
        trace_id: None,
    }
}

#[tokio::test]
async fn an_administrator_sees_what_the_tenants_models_cost_and_nobody_elses() {
    let world = World::new().await;
    let of = |agent, days, cents| call(&world, 0xA, agent, days, cents);
    let calls =
        vec![of(Some(1), 0, 3), of(Some(1), 1, 4), of(None, 1, 5), of(None, 90, 100), call(&world, 0xB, None, 0, 9)];
    world.store.record_llm_calls(calls).await.unwrap();
    let ada = world.ada();
    let costs = async |query: &str| {
        let rows = ada.get(&format!("/usage{query}")).await.is(StatusCode::OK).body.clone();
        rows.as_array()
            .unwrap()
            .iter()
            .map(|row| (row["key"].clone(), row["cost_usd"].as_f64().unwrap()))
            .collect::<Vec<_>>()
    };
    let days = costs("").await;
    assert_eq!(days.iter().map(|day| day.1).collect::<Vec<_>>(), [0.09, 0.03], "the day before comes first");
    let agent = json!(Uuid::from_u128(1).to_string());
    assert_eq!(costs("?group_by=agent").await, [(agent, 0.07), (json!(null), 0.05)]);
    assert_eq!(costs("?group_by=user&since=2000-01-01T00:00:00Z").await[0].1, 1.12);
    assert_eq!(costs("?group_by=agent&limit=1").await.len(), 1);
    let model = ada.get("/usage?group_by=model").await.body;
    let expected = json!([{ "key": "openai:a", "calls": 3, "errors": 0, "prompt_tokens": 30, "completion_tokens": 6, "cost_usd": 0.12 }]);
    assert_eq!(model, expected);
}

#[tokio::test]
async fn usage_is_for_administrators_and_bad_wishes_are_named() {
    let world = World::new().await;
    let colleague = world.person_with(0xA, 0xADA, &["audit:read", "runs:write"]);
    assert_eq!(colleague.get("/usage").await.is_problem(403).body["error"], "insufficient_scope");
    for (query, field) in [("group_by=hour", "group_by"), ("since=yesterday", "since"), ("limit=0", "limit")] {
        world.ada().get(&format!("/usage?{query}")).await.names(field);
    }
}
