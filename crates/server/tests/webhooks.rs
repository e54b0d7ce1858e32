//! What tenants' own servers are told, through the real binary, on both stores.
#![expect(clippy::unwrap_used, reason = "tests and what helps them fail by panicking")]

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use artel_testkit::{
    Artel, Client, Database, Launch, ModelServer, Receiver, WebhookMessage, WebhookReceiver, on_both_stores,
};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::{Value, json};

const EVERY: [&str; 7] = [
    "approval.requested",
    "approval.decided",
    "approval.expired",
    "approval.cancelled",
    "run.succeeded",
    "run.failed",
    "run.cancelled",
];
/// Stands in the arguments of the call that a human is asked about.
const CANARY: &str = "canary-9sPq21";

struct World {
    artel: Artel,
    client: Client,
    agent: String,
    /// Lives as long as the test.
    _model: ModelServer,
}

impl World {
    async fn new(database: Database) -> Self {
        let model = ModelServer::calling_the_tool_once(json!({ "text": CANARY })).await;
        let launch = Launch::new(env!("CARGO_BIN_EXE_artel"), database).with("OPENAI_BASE_URL", model.url());
        let artel = launch.start().await;
        let (token, made) = artel.command(&["token", "--scopes", "admin"]).await;
        assert!(made, "artel token: {token}");
        let client = Client::new(artel.url(), token.trim());
        let tool = Receiver::start(Duration::ZERO).await;
        let agent = client.agent("openai:gpt-4o-mini", &[tool.tool("write_file", "idempotent")]).await;
        Self { artel, client, agent, _model: model }
    }

    /// A new endpoint that wants everything: its path and its secret.
    async fn registers(&self, url: &str) -> (String, String) {
        let made = self.client.create("/v1/webhooks/endpoints", &json!({ "url": url, "events": EVERY })).await;
        let id = made["id"].as_str().unwrap();
        (format!("/v1/webhooks/endpoints/{id}"), made["secret"].as_str().unwrap().to_owned())
    }

    /// A run that a human is asked about; its id and the approval's.
    async fn asks(&self) -> (String, String) {
        let run = self.client.start_run(&self.agent, "Write").await;
        for _ in 0..400 {
            let (_, pending) = self.client.get(&format!("/approvals?status=pending&run_id={run}")).await;
            if let Some(approval) = pending[0]["id"].as_str() {
                return (run, approval.to_owned());
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        panic!("after 10 s nothing is asked");
    }

    async fn decides(&self, approval: &str, decision: &str) {
        self.client.create(&format!("/approvals/{approval}/decision"), &json!({ "decision": decision })).await;
    }

    async fn deliveries(&self, endpoint: &str) -> Vec<Value> {
        let (status, listed) = self.client.get(&format!("{endpoint}/deliveries")).await;
        assert_eq!(status, 200, "{listed}");
        listed.as_array().unwrap().clone()
    }

    /// The deliveries, once each of them is in this state.
    async fn all_are(&self, endpoint: &str, state: &str) -> Vec<Value> {
        for _ in 0..600 {
            let listed = self.deliveries(endpoint).await;
            if !listed.is_empty() && listed.iter().all(|delivery| delivery["state"] == state) {
                return listed;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("after 60 s not all are {state}: {:#?}", self.deliveries(endpoint).await);
    }
}

/// The computation of the standard, apart from the product's own.
fn signature(secret: &str, message: &WebhookMessage) -> String {
    let key = STANDARD.decode(secret.strip_prefix("whsec_").unwrap()).unwrap();
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(&key).unwrap();
    for part in [message.header("webhook-id"), ".", message.header("webhook-timestamp"), ".", &message.body] {
        mac.update(part.as_bytes());
    }
    format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
}

fn kinds(messages: &[WebhookMessage]) -> Vec<String> {
    let mut kinds: Vec<_> = messages.iter().map(|one| one.json()["type"].as_str().unwrap().to_owned()).collect();
    kinds.sort_unstable();
    kinds
}

async fn questions_and_ends_are_told_signed(database: Database) {
    let world = World::new(database).await;
    let receiver = WebhookReceiver::start().await;
    let (endpoint, secret) = world.registers(receiver.url()).await;
    let (run, approval) = world.asks().await;
    let asked = receiver.arrived(1).await.remove(0);
    let told = asked.json();
    assert_eq!((&told["type"], &told["data"]["run_id"]), (&json!("approval.requested"), &json!(run)));
    assert_eq!((&told["data"]["approval_id"], &told["data"]["tool_name"]), (&json!(approval), &json!("write_file")));
    assert!(told["data"]["user_id"].is_string());
    world.decides(&approval, "approve").await;
    world.client.finished_run(&run).await;
    let messages = receiver.arrived(3).await;
    assert_eq!(kinds(&messages), ["approval.decided", "approval.requested", "run.succeeded"]);
    for message in &messages {
        assert_eq!(message.header("webhook-signature"), signature(&secret, message));
        assert!(!message.body.contains(CANARY), "{}", message.body);
    }
    let log = world.all_are(&endpoint, "delivered").await;
    assert!(log.iter().all(|one| one["attempts"] == 1 && one["log"][0]["status"] == 200), "{log:#?}");
    assert_eq!(log[0]["log"][0]["reply"], "thanks [31m");
    let mut ids: Vec<_> = messages.iter().map(|one| one.header("webhook-id").to_owned()).collect();
    let mut logged: Vec<_> = log.iter().map(|one| one["id"].as_str().unwrap().to_owned()).collect();
    ids.sort_unstable();
    logged.sort_unstable();
    assert_eq!(ids, logged);

    let rotated = world.client.create(&format!("{endpoint}/rotate"), &json!({})).await;
    world.client.create(&format!("{endpoint}/test"), &json!({})).await;
    let test = receiver.arrived(4).await.remove(3);
    let both = format!("{} {}", signature(rotated["secret"].as_str().unwrap(), &test), signature(&secret, &test));
    assert_eq!((test.header("webhook-signature"), &test.json()["type"]), (both.as_str(), &json!("webhook.test")));

    let other = "bbbbbbbb-0000-4000-8000-000000000002";
    let (token, _) = world.artel.command(&["token", "--tenant", other, "--user", other, "--scopes", "admin"]).await;
    let stranger = Client::new(world.artel.url(), token.trim());
    assert_eq!(stranger.get(&format!("{endpoint}/deliveries")).await.0, 404);
    let log = world.artel.log();
    assert!(!log.contains(&secret) && !log.contains(&secret[6..]), "the log has a secret");
}

async fn a_receiver_that_was_down_is_told_when_it_is_up(database: Database) {
    let world = World::new(database).await;
    let (address, url) = WebhookReceiver::later();
    let (endpoint, secret) = world.registers(&url).await;
    world.client.create(&format!("{endpoint}/test"), &json!({})).await;
    let waits = async || {
        for _ in 0..200 {
            let delivery = world.deliveries(&endpoint).await.remove(0);
            if delivery["log"][0].is_object() {
                return delivery;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("after 10 s no attempt ended");
    };
    let delivery = waits().await;
    assert_eq!((&delivery["state"], &delivery["log"][0]["status"]), (&json!("pending"), &Value::Null), "{delivery:#}");
    assert!(delivery["next_attempt_at"].is_string() && delivery["log"][0]["error"].is_string(), "{delivery:#}");
    let receiver = WebhookReceiver::start_at(address).await;
    let message = receiver.arrived(1).await.remove(0);
    assert_eq!(message.header("webhook-signature"), signature(&secret, &message));
    let delivery = world.all_are(&endpoint, "delivered").await.remove(0);
    assert_eq!((&delivery["attempts"], &delivery["log"][1]["status"]), (&json!(2), &json!(200)), "{delivery:#}");

    let id = delivery["id"].as_str().unwrap();
    world.client.create(&format!("{endpoint}/deliveries/{id}/retry"), &json!({})).await;
    let again = receiver.arrived(2).await.remove(1);
    assert_eq!((again.header("webhook-id"), &again.body), (message.header("webhook-id"), &message.body));
    world.all_are(&endpoint, "delivered").await;

    receiver.answers(410, Duration::ZERO);
    world.client.create(&format!("{endpoint}/test"), &json!({})).await;
    receiver.arrived(3).await;
    for _ in 0..200 {
        let (_, gone) = world.client.get(&endpoint).await;
        if gone["status"] == "gone" {
            assert_eq!(gone["is_enabled"], false);
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("410 switches off");
}

async fn receivers_that_fail_hold_up_no_other(database: Database) {
    const RUNS: usize = 24;
    let world = World::new(database).await;
    let (fails, hangs) = (WebhookReceiver::start().await, WebhookReceiver::start().await);
    fails.answers(500, Duration::from_millis(20));
    hangs.answers(200, Duration::from_mins(1));
    for _ in 0..4 {
        world.registers(fails.url()).await;
        world.registers(hangs.url()).await;
    }
    let well = WebhookReceiver::start().await;
    let (endpoint, _) = world.registers(well.url()).await;
    let runs = (0..RUNS).map(|_| async {
        let (run, approval) = world.asks().await;
        world.decides(&approval, "reject").await;
        world.client.finished_run(&run).await;
    });
    futures::future::join_all(runs).await;
    let begun = Instant::now();
    let messages = well.arrived(3 * RUNS).await;
    assert!(begun.elapsed() < Duration::from_secs(8), "the last message came {:?} after the last end", begun.elapsed());
    assert_eq!(messages.len(), 3 * RUNS, "each event is one message");
    let log = world.all_are(&endpoint, "delivered").await;
    assert!(log.iter().all(|one| one["attempts"] == 1), "{log:#?}");
    assert!(fails.messages().len() >= 12 && hangs.messages().len() >= 12, "the others were called meanwhile");
}

async fn nothing_is_lost_and_no_attempt_is_made_twice_when_the_process_is_killed(database: Database) {
    let mut world = World::new(database).await;
    let receiver = WebhookReceiver::start().await;
    let (endpoint, secret) = world.registers(receiver.url()).await;
    receiver.answers(200, Duration::from_secs(2));
    let mut runs = Vec::new();
    for _ in 0..4 {
        let (run, approval) = world.asks().await;
        world.decides(&approval, "reject").await;
        runs.push(run);
    }
    receiver.arrived(1).await;
    for _ in 0..2 {
        world.artel.kill().await;
        world.artel.restart().await;
        world.client = world.client.at(world.artel.url());
        tokio::time::sleep(Duration::from_millis(1500)).await;
    }
    receiver.answers(200, Duration::ZERO);
    for run in &runs {
        world.client.finished_run(run).await;
    }
    let log = loop {
        let log = world.all_are(&endpoint, "delivered").await;
        if log.len() == 12 {
            break log;
        }
    };
    let mut received = BTreeMap::new();
    for message in receiver.messages() {
        assert_eq!(message.header("webhook-signature"), signature(&secret, &message));
        *received.entry(message.header("webhook-id").to_owned()).or_insert(0) += 1;
    }
    for delivery in &log {
        let came = received.get(delivery["id"].as_str().unwrap()).copied().unwrap_or_default();
        let attempts = delivery["attempts"].as_i64().unwrap();
        assert!(came >= 1 && came <= attempts, "{came} of {attempts} attempts came: {delivery:#}");
    }
    assert_eq!(received.len(), 12, "each event is one message");
}

async fn what_a_later_release_wrote_holds_up_nothing(database: Database) {
    let world = World::new(database).await;
    let receiver = WebhookReceiver::start().await;
    let (endpoint, _) = world.registers(receiver.url()).await;
    let id = endpoint.rsplit('/').next().unwrap().to_owned();
    world.artel.sql(r#"UPDATE webhook_endpoints SET events = '["run.paused", "approval.requested"]'"#).await;
    // A row whose events are no list, and more notices than one look takes.
    let (broken, _) = world.registers("https://hooks.example/artel").await;
    let broken = broken.rsplit('/').next().unwrap();
    world.artel.sql("UPDATE webhook_endpoints SET events = '{}' WHERE url = 'https://hooks.example/artel'").await;
    let of_later = "INSERT INTO notices (tenant_id, subject_id, event, state, at)
                    SELECT tenant_id, id, 'run.paused' || n.n, 'paused', 0 FROM webhook_endpoints,
                        (WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 300) SELECT n FROM n) n
                    WHERE events <> '{}'";
    world.artel.sql(of_later).await;
    world.asks().await;
    let asked = receiver.arrived(1).await.remove(0);
    assert_eq!(asked.json()["type"], json!("approval.requested"));
    let (status, listed) = world.client.get("/v1/webhooks/endpoints").await;
    assert_eq!(status, 200, "{listed}");
    let text = listed.to_string();
    assert!(text.contains(&id) && !text.contains(broken), "{text}");
}

on_both_stores! {
    what_a_later_release_wrote_holds_up_nothing as
        what_a_later_release_wrote_holds_up_nothing_on_sqlite, what_a_later_release_wrote_holds_up_nothing_on_postgres;
    questions_and_ends_are_told_signed as
        questions_and_ends_are_told_signed_on_sqlite, questions_and_ends_are_told_signed_on_postgres;
    a_receiver_that_was_down_is_told_when_it_is_up as
        a_receiver_that_was_down_is_told_when_it_is_up_on_sqlite, a_receiver_that_was_down_is_told_when_it_is_up_on_postgres;
    receivers_that_fail_hold_up_no_other as
        receivers_that_fail_hold_up_no_other_on_sqlite, receivers_that_fail_hold_up_no_other_on_postgres;
    nothing_is_lost_and_no_attempt_is_made_twice_when_the_process_is_killed as
        nothing_is_lost_when_the_process_is_killed_on_sqlite, nothing_is_lost_when_the_process_is_killed_on_postgres;
}
