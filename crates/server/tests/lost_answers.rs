//! What Artel makes of a database that carries a change out and does not answer, or does not answer at all.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::time::Duration;

use artel_testkit::{Artel, Client, Database, DatabaseProxy, Launch, ModelServer, Reply};
use serde_json::{Value, json};

/// A surface without workers, whose commits are mostly those of requests, and what stands between it and its database.
async fn surface() -> Option<(Artel, DatabaseProxy)> {
    let (database, proxy) = Database::postgres().await?.disturbed().await;
    let artel = Launch::new(env!("CARGO_BIN_EXE_artel"), database).roles("platform").start().await;
    Some((artel, proxy?))
}

async fn keyed(client: &Client, path: &str, key: &str, body: &Value) -> (u16, Value) {
    let request = client.request("POST", path).header("Idempotency-Key", key).json(body);
    let answer = request.send().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

#[tokio::test]
async fn a_request_whose_commit_is_not_answered_is_done_once() {
    let Some((artel, proxy)) = surface().await else { return };
    let client = artel.client().await;
    let agent = client.agent("demo:echo", &[]).await;
    let run = json!({ "agent_id": agent, "input_message": "hello" });
    let requests = [
        ("/runs?wait=false", run),
        ("/agents", json!({ "name": "second" })),
        (&format!("/agents/{agent}/publish"), json!({})),
        (&format!("/agents/{agent}/clone"), json!({ "name": "third" })),
        ("/tools", json!({ "name": "echo", "execution_type": "internal", "input_schema": { "type": "object" } })),
        ("/api-keys", json!({ "scopes": ["agents:read"] })),
    ];
    let mut made = Vec::new();
    for (path, body) in requests {
        made.push(is_done_once(&client, &proxy, path, &body, &artel).await);
    }
    let [runs, agents, publications, clones, tools, keys] = made[..] else { unreachable!() };
    assert_eq!(client.get("/agents").await.1.as_array().unwrap().len(), 1 + agents + clones);
    assert_eq!(client.get("/runs").await.1.as_array().unwrap().len(), runs);
    assert_eq!(client.get("/tools").await.1.as_array().unwrap().len(), tools);
    assert_eq!(client.get("/api-keys").await.1.as_array().unwrap().len(), keys);
    let (_, published) = client.get(&format!("/agents/{agent}")).await;
    assert_eq!(published["version"], 1 + publications, "each is published once");
}

/// Repeats the request under new keys until the lost commit is the request's own: now and then a commit of the process
/// comes first. Returns the number of keys, which is the number of things made.
async fn is_done_once(client: &Client, proxy: &DatabaseProxy, path: &str, body: &Value, artel: &Artel) -> usize {
    for tried in 1..=10 {
        let key = format!("{path} {tried}");
        proxy.lose_commits(1);
        let (status, answer) = keyed(client, path, &key, body).await;
        assert_eq!(proxy.commits_to_lose(), 0, "{path}: {answer}");
        let is_lost = status == 503;
        assert!(is_lost || (200..300).contains(&status), "{path}: {status} {answer}");
        let (status, answer) = keyed(client, path, &key, body).await;
        assert!((200..300).contains(&status), "{path}: {status} {answer}\n{}", artel.log());
        if is_lost {
            return tried;
        }
    }
    panic!("{path} never lost its own commit");
}

#[tokio::test]
async fn runs_with_a_budget_wait_for_a_database_that_is_silent() {
    let Some(database) = Database::postgres().await else { return };
    let (database, Some(proxy)) = database.disturbed().await else { unreachable!() };
    let model = ModelServer::start(|_| Reply::Slow("one two three ".into(), Duration::from_millis(300))).await;
    let artel = Launch::new(env!("CARGO_BIN_EXE_artel"), database)
        .with("OPENAI_BASE_URL", model.url())
        .with("DB_POOL_TIMEOUT_SECONDS", "1")
        .with("DB_POOL_SIZE", "2")
        .with("DB_MAX_OVERFLOW", "0")
        .with("LEASE_SECONDS", "20")
        .with("BUDGET_RUN_TOKENS", "100000")
        .start()
        .await;
    let client = artel.client().await;
    let agent = client.agent("openai:gpt-4o-mini", &[]).await;
    let mut runs = Vec::new();
    for n in 0..8 {
        runs.push(client.start_run(&agent, &format!("Talk {n}")).await);
    }
    proxy.freeze();
    tokio::time::sleep(Duration::from_secs(4)).await;
    proxy.thaw();
    for run in &runs {
        let run = client.finished_run(run).await;
        assert_eq!(run["status"], "succeeded", "{run:#}\n{}", artel.log());
    }
}
