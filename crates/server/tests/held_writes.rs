//! Writes by accounts under `"ask"`, when processes die: while they wait, after a human agreed, and while they are
//! sent. Whoever goes on is another process. On PostgreSQL the processes share Redis too.
#![expect(clippy::unwrap_used, reason = "tests and what helps them fail by panicking")]

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use artel_testkit::{Artel, Client, Database, Launch, ModelServer, Reply, on_both_stores};
use axum::Router;
use axum::extract::Request;
use serde_json::{Value, json};
use tokio::sync::watch;

const ADA: &str = "aaaaaaaa-0000-4000-8000-000000000001";

/// A shop that notes what is written to it at once, and may take its time to answer.
#[derive(Clone)]
struct Shop {
    address: SocketAddr,
    written: Arc<Mutex<Vec<String>>>,
    arrived: watch::Sender<usize>,
    pause: Arc<Mutex<Duration>>,
}

impl Shop {
    async fn open() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (written, pause) = (Arc::default(), Arc::default());
        let shop = Self { address, written, arrived: watch::Sender::new(0), pause };
        let answering = shop.clone();
        let answer = move |request: Request| {
            let shop = answering.clone();
            async move {
                let (head, body) = request.into_parts();
                let body = axum::body::to_bytes(body, 1_000_000).await.unwrap();
                let line = format!("{} {} {}", head.method, head.uri, String::from_utf8_lossy(&body));
                shop.written.lock().unwrap().push(line);
                shop.arrived.send_modify(|count| *count += 1);
                let pause = *shop.pause.lock().unwrap();
                tokio::time::sleep(pause).await;
                axum::Json(json!({ "ordered": head.uri.path() }))
            }
        };
        artel_testkit::beside(async move { axum::serve(listener, Router::new().fallback(answer)).await.unwrap() });
        shop
    }

    fn takes(&self, pause: Duration) {
        *self.pause.lock().unwrap() = pause;
    }

    /// Waits for the first write.
    async fn is_written_to(&self) {
        let mut arrived = self.arrived.subscribe();
        let waited = tokio::time::timeout(Duration::from_secs(20), arrived.wait_for(|count| *count > 0)).await;
        waited.unwrap().unwrap();
    }

    fn written(&self) -> Vec<String> {
        self.written.lock().unwrap().clone()
    }
}

/// Its input is the call that it makes; then it repeats what came of it.
async fn model() -> ModelServer {
    ModelServer::start(|body| {
        let messages = body["messages"].as_array().unwrap();
        let last = messages.last().unwrap();
        let text = last["content"].as_str().map_or_else(|| last["content"].to_string(), str::to_owned);
        match (last["role"].as_str().unwrap(), serde_json::from_str(&text)) {
            ("user", Ok(call)) => Reply::CallOf(String::new(), "connector_execute", call),
            _ => Reply::Text(text),
        }
    })
    .await
}

/// A write, and what the shop notes of it.
fn order(number: u8) -> (Value, String) {
    let path = format!("/orders/{number}");
    let line = format!(r#"POST {path} {{"count":{number},"sku":"tea & honey"}}"#);
    let params = json!({ "method": "POST", "path": path, "body": { "count": number, "sku": "tea & honey" } });
    (json!({ "service": "http", "operation": "request", "params": params }), line)
}

struct World {
    artel: Artel,
    client: Client,
    model: ModelServer,
    shop: Shop,
    agent: String,
}

impl World {
    async fn new(database: Database) -> Self {
        let (model, shop) = (model().await, Shop::open().await);
        let artel =
            Launch::new(env!("CARGO_BIN_EXE_artel"), database).with("OPENAI_BASE_URL", model.url()).start().await;
        let (token, made) = artel.command(&["token", "--tenant", ADA, "--user", ADA, "--scopes", "admin"]).await;
        assert!(made, "artel token: {token}");
        let client = Client::new(artel.url(), token.trim());
        let tool =
            json!({ "name": "connector_execute", "input_schema": { "type": "object" }, "execution_type": "internal" });
        let agent = client.agent("openai:scripted", &[tool]).await;
        let world = Self { artel, client, model, shop, agent };
        world.changes("PUT", "connectors", &json!({ "connector_keys": ["http"] })).await;
        let secret = json!({ "base_url": format!("http://{}", world.shop.address), "bearer": "b-1" });
        let account = json!({ "service_name": "http", "account_label": "shop", "secret": secret });
        let account = world.client.create("/organizations/me/credentials", &account).await;
        let grant = json!({ "credential_id": account["id"], "scopes": { "read": true, "write": "ask" } });
        world.changes("POST", "grants", &grant).await;
        world
    }

    async fn changes(&self, method: &str, path: &str, body: &Value) {
        let path = format!("/organizations/me/agents/{}/{path}", self.agent);
        let answer = self.client.request(method, &path).json(body).send().await.unwrap();
        assert!(answer.status().is_success(), "{method} {path}: {}", answer.text().await.unwrap());
    }

    /// A run that waits until a human has decided about this call, and the question.
    async fn holds(&self, call: &Value) -> (String, Value) {
        let body = json!({ "agent_id": self.agent, "input_message": call.to_string() });
        let (status, run) = self.client.post("/runs", &body).await;
        assert_eq!((status, &run["phase"]), (202, &json!("waiting_for_approval")), "{run:#}");
        let run = run["id"].as_str().unwrap().to_owned();
        let (_, asked) = self.client.get(&format!("/approvals?status=pending&run_id={run}")).await;
        assert_eq!(&asked[0]["arguments"], call, "what is shown is the call: {asked:#}");
        assert_eq!(self.shop.written(), [""; 0], "nothing is sent before a human agreed");
        (run, asked[0].clone())
    }

    /// The same person at the process of this URL.
    fn at(&mut self, url: &str) {
        self.client = self.client.at(url);
    }

    async fn approves(&self, asked: &Value) -> (u16, Value) {
        let path = format!("/approvals/{}/decision", asked["id"].as_str().unwrap());
        self.client.post(&path, &json!({ "decision": "approve" })).await
    }

    /// The run has ended with the answer of the shop, the model was asked twice in all, and the shop was written to
    /// once, also after the process that died is back and has made another run.
    async fn assert_sent_once(&mut self, run: &str, line: &str) {
        let finished = self.client.finished_run(run).await;
        assert_eq!(finished["status"], "succeeded", "{finished:#}");
        assert!(finished["output_message"].as_str().unwrap().contains("ordered"), "{finished:#}");
        assert_eq!(self.model.requests().len(), 2, "the model is not asked to repeat its call");
        self.artel.restart_as(None).await;
        let url = self.artel.url().to_owned();
        self.at(&url);
        let later = self.client.start_run(&self.agent, "and now").await;
        assert_eq!(self.client.finished_run(&later).await["status"], "succeeded");
        assert_eq!(self.shop.written(), [line]);
    }
}

async fn a_write_that_waits_is_sent_by_another_process(database: Database) {
    let mut world = World::new(database).await;
    let (call, line) = order(1);
    let (run, asked) = world.holds(&call).await;
    world.artel.kill().await;
    let (_other, url) = world.artel.another().await;
    world.at(&url);
    let (_, waiting) = world.client.get(&format!("/runs/{run}")).await;
    assert_eq!(waiting["phase"], "waiting_for_approval", "{waiting:#}");
    let (status, decided) = world.approves(&asked).await;
    assert_eq!(status, 200, "{decided:#}");
    assert_eq!(world.approves(&asked).await.0, 409, "a question is decided once");
    world.assert_sent_once(&run, &line).await;
}

async fn a_write_that_was_approved_outlives_every_process_that_knew_of_it(database: Database) {
    let mut world = World::new(database).await;
    let (call, line) = order(2);
    let (run, asked) = world.holds(&call).await;
    world.artel.kill().await;
    // Nobody here drives runs.
    world.artel.restart_as(Some("platform")).await;
    let url = world.artel.url().to_owned();
    world.at(&url);
    let (status, decided) = world.approves(&asked).await;
    assert_eq!(status, 200, "{decided:#}");
    assert_eq!(world.shop.written(), [""; 0]);
    world.artel.kill().await;
    world.artel.restart_as(None).await;
    let url = world.artel.url().to_owned();
    world.at(&url);
    world.assert_sent_once(&run, &line).await;
}

async fn a_write_whose_sender_died_is_not_sent_again_and_the_model_is_told(database: Database) {
    let mut world = World::new(database).await;
    let (call, line) = order(3);
    let (run, asked) = world.holds(&call).await;
    world.shop.takes(Duration::from_mins(2));
    let (status, decided) = world.approves(&asked).await;
    assert_eq!(status, 200, "{decided:#}");
    world.shop.is_written_to().await;
    world.artel.kill().await;
    world.shop.takes(Duration::ZERO);
    let (_other, url) = world.artel.another().await;
    world.at(&url);
    let finished = world.client.finished_run(&run).await;
    assert_eq!(finished["status"], "succeeded", "{finished:#}");
    assert_eq!(finished["tools_called"][0]["status"], "unknown", "{finished:#}");
    let told = world.model.requests().last().unwrap()["messages"].to_string();
    assert!(told.contains("may or may not have taken effect"), "the model is told the truth: {told}");
    assert_eq!(world.approves(&asked).await.0, 409, "nor by the same agreement");
    assert_eq!(world.shop.written(), [line]);
    let (rows, whole) = world.artel.command(&["audit", "verify"]).await;
    assert!(whole, "{rows}");
}

on_both_stores! {
    a_write_that_waits_is_sent_by_another_process as
        a_write_that_waits_is_sent_by_another_process_on_sqlite,
        a_write_that_waits_is_sent_by_another_process_on_postgres;
    a_write_that_was_approved_outlives_every_process_that_knew_of_it as
        a_write_that_was_approved_outlives_every_process_that_knew_of_it_on_sqlite,
        a_write_that_was_approved_outlives_every_process_that_knew_of_it_on_postgres;
    a_write_whose_sender_died_is_not_sent_again_and_the_model_is_told as
        a_write_whose_sender_died_is_not_sent_again_and_the_model_is_told_on_sqlite,
        a_write_whose_sender_died_is_not_sent_again_and_the_model_is_told_on_postgres;
}
