//! Processes on one PostgreSQL whose own clocks disagree: the database's clock is everybody's.
#![expect(clippy::unwrap_used, reason = "tests and what helps them fail by panicking")]

use std::time::Duration;

use artel_domain::{Clock as _, SystemClock, Timestamp};
use artel_testkit::{Artel, Client, Database, Launch, ModelServer, Receiver, Reply};
use serde_json::{Value, json};

/// More than a day: longer than idempotency keys, test tokens and keys of one day live.
const AHEAD: u32 = 25;
/// Sweeps for approvals and for runs without standing come every second or two, a lease has two seconds.
const SEVERAL_SWEEPS: Duration = Duration::from_secs(6);

struct World {
    model: ModelServer,
    receiver: Receiver,
    artel: Artel,
    client: Client,
    agent: String,
}

impl World {
    async fn new(model: ModelServer) -> Option<Self> {
        let receiver = Receiver::start(Duration::ZERO).await;
        let artel = Launch::new(env!("CARGO_BIN_EXE_artel"), Database::postgres().await?)
            .with("OPENAI_BASE_URL", model.url())
            .with("APPROVAL_TIMEOUT", "1800")
            // A process that has just started gives no test tokens before it has reached Redis.
            .with("REDIS_URL", "")
            .start()
            .await;
        let client = artel.client().await;
        let agent = client.agent("openai:gpt-4o-mini", &[receiver.tool("write_file", "idempotent")]).await;
        Some(Self { model, receiver, artel, client, agent })
    }

    /// A run that waits for a human, and the question.
    async fn waits(&self) -> (String, Value) {
        let (status, run) =
            self.client.post("/runs", &json!({ "agent_id": self.agent, "input_message": "Write" })).await;
        assert_eq!((status, &run["phase"]), (202, &json!("waiting_for_approval")), "{run:#}");
        let run = run["id"].as_str().unwrap().to_owned();
        let (_, pending) = self.client.get(&format!("/approvals?status=pending&run_id={run}")).await;
        (run, pending[0].clone())
    }
}

/// Whether a time is now, or that many minutes from now.
fn is_about(time: &Value, in_minutes: i64) -> bool {
    let time: Timestamp = time.as_str().unwrap().parse().unwrap();
    (time.as_second() - SystemClock.now().as_second() - in_minutes * 60).abs() < 60
}

#[tokio::test]
async fn a_worker_with_a_fast_clock_ends_nobodys_approval() {
    let model = ModelServer::calling_the_tool_once(json!({ "text": "hello" })).await;
    let Some(mut world) = World::new(model).await else { return };
    let (run, approval) = world.waits().await;
    world.artel.kill().await;
    world.artel.restart_as(Some("platform")).await;
    world.client = world.client.at(world.artel.url());
    let Some(_worker) = world.artel.another_ahead(AHEAD, "worker").await else { return };
    tokio::time::sleep(SEVERAL_SWEEPS).await;
    let path = format!("/approvals/{}", approval["id"].as_str().unwrap());
    let (_, found) = world.client.get(&path).await;
    assert_eq!(found["status"], "pending", "{found:#}");
    let (status, decided) = world.client.post(&format!("{path}/decision"), &json!({ "decision": "approve" })).await;
    assert_eq!(status, 200, "{decided:#}");
    assert_eq!(world.client.finished_run(&run).await["status"], "succeeded");
    assert_eq!((world.receiver.effects(), world.model.requests().len()), (1, 2));
    assert!(world.artel.log().contains("this machine's clock differs from the database's"), "{}", world.artel.log());
}

#[tokio::test]
async fn a_worker_with_a_fast_clock_writes_the_databases_times() {
    let model = ModelServer::calling_the_tool_once(json!({ "text": "hello" })).await;
    let Some(mut world) = World::new(model).await else { return };
    world.artel.kill().await;
    world.artel.restart_as(Some("platform")).await;
    world.client = world.client.at(world.artel.url());
    let Some(_worker) = world.artel.another_ahead(AHEAD, "worker").await else { return };
    let (run, approval) = world.waits().await;
    assert!(is_about(&approval["created_at"], 0), "{approval:#}");
    assert!(is_about(&approval["expires_at"], 30), "{approval:#}");
    world.client.post(&format!("/runs/{run}/cancel"), &json!({})).await;
    let run = world.client.finished_run(&run).await;
    assert!(is_about(&run["updated_at"], 0), "{run:#}");
}

#[tokio::test]
async fn a_surface_with_a_fast_clock_knows_keys_tokens_and_repeated_requests() {
    let model = ModelServer::start(|_| Reply::Text("done".into())).await;
    let Some(world) = World::new(model).await else { return };
    let key = world.client.create("/api-keys", &json!({ "scopes": ["runs:read"], "expires_in_days": 1 })).await;
    let Some((_surface, url)) = world.artel.another_ahead(AHEAD, "platform").await else { return };
    let there = world.client.at(&url);
    let mut runs = Vec::new();
    for client in [&world.client, &there] {
        let body = json!({ "agent_id": world.agent, "input_message": "hello" });
        let request = client.request("POST", "/runs").header("Idempotency-Key", "one").json(&body);
        let answer: Value = request.send().await.unwrap().json().await.unwrap();
        runs.push(answer["id"].as_str().unwrap_or_else(|| panic!("{answer:#}")).to_owned());
    }
    assert_eq!(runs[0], runs[1]);
    let keyed = Client::anonymous(&url).request("GET", "/runs").header("x-api-key", key["key"].as_str().unwrap());
    assert_eq!(keyed.send().await.unwrap().status(), 200);
    let (_, token) = Client::anonymous(&url).get("/auth/test-token").await;
    let token = token["token"].as_str().unwrap_or_else(|| panic!("{token}"));
    let here = Client::new(world.artel.url(), token);
    assert_eq!(here.get("/agents").await.0, 200, "a token of the one is a token of the other");
}

#[tokio::test]
async fn a_worker_with_a_fast_clock_takes_nobodys_run() {
    let model = ModelServer::start(|_| Reply::Slow("one two three ".into(), Duration::from_secs(2))).await;
    let Some(world) = World::new(model).await else { return };
    let run = world.client.start_run(&world.agent, "Talk").await;
    while world.model.requests().is_empty() {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let Some(_worker) = world.artel.another_ahead(AHEAD, "worker").await else { return };
    assert_eq!(world.client.finished_run(&run).await["status"], "succeeded");
    assert_eq!(world.model.requests().len(), 1);
    assert!(!world.artel.log().contains("taking up a run that its worker left"), "{}", world.artel.log());
}

#[tokio::test]
async fn a_command_with_a_fast_clock_writes_the_databases_times() {
    let model = ModelServer::start(|_| Reply::Text("done".into())).await;
    let Some(world) = World::new(model).await else { return };
    let Some((_, made)) = world.artel.command_ahead(AHEAD, &["keys", "create"]).await else { return };
    assert!(made);
    let (keys, _) = world.artel.command(&["api-keys", "list", "--json"]).await;
    let keys: Value = serde_json::from_str(&keys).unwrap();
    assert!(is_about(&keys[0]["created_at"], 0), "{keys:#}");
}
