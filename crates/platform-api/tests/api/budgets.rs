use axum::http::StatusCode;
use rstest::rstest;
use serde_json::{Value, json};

use crate::world::World;

#[tokio::test]
async fn a_budget_is_read_as_it_was_set_and_null_lifts_it() {
    let world = World::new().await;
    let ada = world.ada();
    let agent = ada.creates_agent("a").await;
    for path in ["/budget".to_owned(), format!("/agents/{agent}/budget")] {
        let limits =
            json!({ "run_tokens": 5000, "run_cost_usd": 0.25, "daily_tokens": 100_000, "daily_cost_usd": 12.5 });
        ada.put(&path, limits.clone()).await.is(StatusCode::OK);
        let mut expected = limits;
        expected["spent_today"] = json!({ "tokens": 0, "cost_usd": 0.0 });
        assert_eq!(ada.get(&path).await.body, expected, "{path}");
        let lifted = ada.put(&path, json!({ "run_tokens": null })).await.body;
        assert_eq!((&lifted["run_tokens"], &lifted["daily_cost_usd"]), (&Value::Null, &Value::Null), "{path}");
    }
    let audit = ada.get("/audit").await.body;
    let changes = audit.as_array().unwrap().iter().filter(|row| row["action"] == "budget.update").count();
    assert_eq!(changes, 4);
}

#[rstest]
#[case(json!({ "run_tokens": 0 }), "run_tokens")]
#[case(json!({ "run_tokens": 1.5 }), "run_tokens")]
#[case(json!({ "daily_tokens": -1 }), "daily_tokens")]
#[case(json!({ "daily_tokens": "many" }), "daily_tokens")]
#[case(json!({ "run_cost_usd": 0 }), "run_cost_usd")]
#[case(json!({ "daily_cost_usd": 1e9 }), "daily_cost_usd")]
#[tokio::test]
async fn a_bad_budget_is_refused_by_the_name_of_what_is_bad(#[case] body: Value, #[case] field: &str) {
    let world = World::new().await;
    let ada = world.ada();
    ada.put("/budget", body).await.names(field);
    assert_eq!(ada.get("/audit").await.body, json!([]), "nothing was written");
}

#[tokio::test]
async fn the_tenants_budget_is_its_administrators_to_set() {
    let world = World::new().await;
    let author = world.person_with(0xA, 0xADA, &["tools:write"]);
    let refused = author.put("/budget", json!({ "run_tokens": 5 })).await;
    assert_eq!(refused.is_problem(403).body["error"], "insufficient_scope");
    author.get("/budget").await.is(StatusCode::OK);
    let agent = author.creates_agent("a").await;
    author.put(&format!("/agents/{agent}/budget"), json!({ "run_tokens": 5 })).await.is(StatusCode::OK);
}
