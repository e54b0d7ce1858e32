//! Budgets as users see them, through the real binary: never passed, also by many runs at once, and also over a crash.
#![expect(clippy::unwrap_used, reason = "tests and what helps them fail by panicking")]

use std::time::Duration;

use artel_testkit::{Artel, Client, Database, Launch, ModelServer, Reply, on_both_stores};
use futures::future::join_all;
use serde_json::{Value, json};

/// A model server, as the test kit has it, reports 20 prompt and 5 completion tokens for each call.
const CALL: i64 = 25;

async fn spent_today(client: &Client) -> i64 {
    client.get("/budget").await.1["spent_today"]["tokens"].as_i64().unwrap()
}

async fn agent_with(client: &Client, model: &str, max_tokens: u32) -> String {
    let body =
        json!({ "name": "a", "model": model, "status": "published", "llm_params": { "max_tokens": max_tokens } });
    client.create("/agents", &body).await["id"].as_str().unwrap().to_owned()
}

/// Who may set the budget of the whole tenant.
async fn administrator(artel: &Artel) -> Client {
    const ADA: &str = "aaaaaaaa-0000-4000-8000-000000000001";
    let (token, _) = artel.command(&["token", "--tenant", ADA, "--user", ADA, "--scopes", "admin"]).await;
    Client::new(artel.url(), token.trim())
}

async fn set_budget(client: &Client, path: &str, limits: Value) {
    let answer = client.request("PUT", path).json(&limits).send().await.unwrap();
    assert_eq!(answer.status(), 200, "{}", answer.text().await.unwrap());
}

async fn run(client: &Client, agent: &str) -> Value {
    let (status, run) = client.post("/runs", &json!({ "agent_id": agent, "input_message": "hi" })).await;
    assert_eq!(status, 201, "{run}");
    run
}

async fn a_hundred_runs_at_once_never_pass_the_tenants_budget(database: Database) {
    let model = ModelServer::start(|_| Reply::Slow("Well then".to_owned(), Duration::from_millis(20))).await;
    let artel = Launch::new(env!("CARGO_BIN_EXE_artel"), database).with("OPENAI_BASE_URL", model.url()).start().await;
    let client = administrator(&artel).await;
    let agent = agent_with(&client, "openai:scripted", 10).await;
    let budget = 2000;
    set_budget(&client, "/budget", json!({ "daily_tokens": budget })).await;
    let runs = join_all((0..100).map(|_| run(&client, &agent))).await;
    let succeeded = runs.iter().filter(|run| run["status"] == "succeeded").count();
    let refused: Vec<&Value> = runs.iter().filter(|run| run["status"] == "failed").collect();
    assert_eq!(succeeded + refused.len(), 100);
    assert!(
        refused.iter().all(|run| run["error_message"].as_str().unwrap().contains("the tenant's budget of today")),
        "{refused:#?}"
    );
    assert!(succeeded >= 5 && !refused.is_empty(), "{succeeded} succeeded");
    assert_eq!(model.requests().len(), succeeded, "a refused run never asked the model");
    assert_eq!(spent_today(&client).await, succeeded as i64 * CALL);
    assert!(spent_today(&client).await <= budget);
}

async fn a_run_ends_when_its_own_budget_is_used_up(database: Database) {
    let artel = Launch::new(env!("CARGO_BIN_EXE_artel"), database).with("MAX_REPEATS", "0").start().await;
    let client = administrator(&artel).await;
    let echo = json!({ "name": "echo", "input_schema": { "type": "object", "properties": { "text": { "type": "string" } } }, "execution_type": "internal" });
    let agent = client.agent("demo:loop", &[echo]).await;
    set_budget(&client, &format!("/agents/{agent}/budget"), json!({ "run_tokens": 8000 })).await;
    let run = run(&client, &agent).await;
    assert_eq!(run["status"], "failed", "{run}");
    assert!(run["error_message"].as_str().unwrap().contains("the budget of this run"), "{run}");
    let (_, events) = client.get(&format!("/runs/{}", run["id"].as_str().unwrap())).await;
    assert!(
        events.to_string().contains("budget_exhausted") || run.to_string().contains("budget_exhausted"),
        "{events}"
    );
}

async fn a_call_that_a_crash_cut_off_stays_spent(database: Database) {
    let model = ModelServer::start(|_| Reply::Slow("word ".repeat(40), Duration::from_millis(100))).await;
    let mut artel =
        Launch::new(env!("CARGO_BIN_EXE_artel"), database).with("OPENAI_BASE_URL", model.url()).start().await;
    let client = administrator(&artel).await;
    let agent = agent_with(&client, "openai:scripted", 100).await;
    set_budget(&client, "/budget", json!({ "daily_tokens": 1_000_000 })).await;
    let id = client.start_run(&agent, "hi").await;
    while model.requests().is_empty() {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let set_aside = spent_today(&client).await;
    assert!(set_aside > 100, "{set_aside}");
    artel.kill().await;
    artel.restart().await;
    let client = client.at(artel.url());
    let run = client.finished_run(&id).await;
    assert_eq!(run["status"], "succeeded", "{run}");
    assert_eq!(spent_today(&client).await, set_aside + CALL);
}

on_both_stores! {
    a_hundred_runs_at_once_never_pass_the_tenants_budget as a_hundred_runs_stay_within_a_budget_on_sqlite, a_hundred_runs_stay_within_a_budget_on_postgres;
    a_run_ends_when_its_own_budget_is_used_up as a_runs_own_budget_ends_it_on_sqlite, a_runs_own_budget_ends_it_on_postgres;
    a_call_that_a_crash_cut_off_stays_spent as a_call_cut_off_by_a_crash_stays_spent_on_sqlite, a_call_cut_off_by_a_crash_stays_spent_on_postgres;
}
