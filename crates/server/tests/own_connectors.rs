//! Connectors that an organisation imported, through the real binary: from a document to a call of an agent.
#![expect(clippy::unwrap_used, reason = "tests and what helps them fail by panicking")]

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use artel_testkit::{Artel, Client, Database, Launch, ModelServer, Reply, on_both_stores};
use axum::Router;
use axum::extract::Request;
use serde_json::{Value, json};

const CANARY: &str = "canary-Hd73Kq-0123456789";
const CONNECTORS: &str = "/organizations/me/connectors";

/// A service that has a document of itself, and what was written to it.
#[derive(Clone)]
struct Service {
    address: SocketAddr,
    writes: Arc<Mutex<Vec<String>>>,
}

impl Service {
    async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let service = Self { address: listener.local_addr().unwrap(), writes: Arc::default() };
        let writes = service.writes.clone();
        let answer = async move |request: Request| {
            let (method, path) = (request.method().to_string(), request.uri().to_string());
            if path == "/openapi.json" {
                return axum::Json(document("/orders"));
            }
            let bearer = request.headers().get("authorization").map(|value| value.to_str().unwrap().to_owned());
            if method != "GET" {
                writes.lock().unwrap().push(format!("{method} {path}"));
            }
            axum::Json(json!({ "path": path, "seen": bearer }))
        };
        artel_testkit::beside(async move { axum::serve(listener, Router::new().fallback(answer)).await.unwrap() });
        service
    }

    /// The writes that came since the last time.
    fn written(&self) -> Vec<String> {
        std::mem::take(&mut self.writes.lock().unwrap())
    }
}

/// A document that names no server, so that the credential does.
fn document(path: &str) -> Value {
    json!({
        "openapi": "3.1.0",
        "info": { "title": "Shop", "version": "1" },
        "components": { "securitySchemes": { "key": { "type": "http", "scheme": "bearer" } } },
        "paths": {
            path: {
                "get": { "operationId": "list_orders", "tags": ["orders"] },
                "post": { "operationId": "make_order", "tags": ["orders"] },
                "trace": { "operationId": "trace_orders" },
            },
        },
    })
}

/// The input is a list of calls: the model makes one after the other, then answers with what they came to.
async fn model() -> ModelServer {
    ModelServer::start(|body| {
        let messages = body["messages"].as_array().unwrap();
        let text = |role: &str| messages.iter().rfind(|message| message["role"] == role).unwrap()["content"].clone();
        let calls: Vec<Value> = serde_json::from_str(text("user").as_str().unwrap()).unwrap();
        let done: Vec<&Value> = messages.iter().filter(|message| message["role"] == "tool").collect();
        match calls.get(done.len()) {
            Some(call) if call["tool"] == "list_services" => {
                Reply::CallOf(String::new(), "list_services", call["arguments"].clone())
            }
            Some(call) if call["tool"] == "describe_service" => {
                Reply::CallOf(String::new(), "describe_service", call["arguments"].clone())
            }
            Some(call) => Reply::CallOf(String::new(), "connector_execute", call.clone()),
            None => Reply::Text(done.iter().map(|result| result["content"].to_string()).collect::<Vec<_>>().join("\n")),
        }
    })
    .await
}

async fn owner(artel: &Artel, tenant: &str) -> Client {
    let (token, made) = artel.command(&["token", "--tenant", tenant, "--user", tenant, "--scopes", "admin"]).await;
    assert!(made, "artel token: {token}");
    Client::new(artel.url(), token.trim())
}

const ADA: &str = "aaaaaaaa-0000-4000-8000-000000000001";
const BOB: &str = "bbbbbbbb-0000-4000-8000-000000000001";

struct World {
    artel: Artel,
    ada: Client,
    service: Service,
    agent: String,
}

impl World {
    async fn new(database: Database) -> Self {
        let (model, service) = (model().await, Service::start().await);
        let artel =
            Launch::new(env!("CARGO_BIN_EXE_artel"), database).with("OPENAI_BASE_URL", model.url()).start().await;
        let ada = owner(&artel, ADA).await;
        let tool = |name| json!({ "name": name, "input_schema": { "type": "object" }, "execution_type": "internal" });
        let tools = ["connector_execute", "list_services", "describe_service"].map(tool);
        let agent = ada.agent("openai:scripted", &tools).await;
        Self { artel, ada, service, agent }
    }

    async fn imports(&self, body: &Value) -> (u16, Value) {
        self.ada.post(&format!("{CONNECTORS}/import"), body).await
    }

    /// The connector of the service's own document, with an account of it that the agent is granted.
    async fn has_a_shop(&self, scopes: &Value) {
        let url = format!("http://{}/openapi.json", self.service.address);
        let (status, made) = self.imports(&json!({ "key": "shop", "url": url })).await;
        assert_eq!(status, 201, "{made:#}");
        let keys = json!({ "connector_keys": ["shop"] });
        let place = format!("/organizations/me/agents/{}", self.agent);
        let put = self.ada.request("PUT", &format!("{place}/connectors")).json(&keys).send().await.unwrap();
        assert!(put.status().is_success(), "{}", put.text().await.unwrap());
        let account = self.account(&format!("http://{}/v2", self.service.address)).await;
        let grant = json!({ "credential_id": account["id"], "scopes": scopes });
        self.ada.create(&format!("{place}/grants"), &grant).await;
    }

    async fn account(&self, base_url: &str) -> Value {
        let secret = json!({ "base_url": base_url, "token": CANARY });
        let body = json!({ "service_name": "shop", "account_label": "main", "secret": secret });
        self.ada.create("/organizations/me/credentials", &body).await
    }

    /// What a run that makes these calls answers.
    async fn answers(&self, calls: &Value) -> String {
        let run = json!({ "agent_id": self.agent, "input_message": calls.to_string() });
        let run = self.ada.create("/runs", &run).await;
        assert_eq!(run["status"], "succeeded", "{run:#}");
        run["output_message"].as_str().unwrap().to_owned()
    }

    /// A run that makes this call, with the approval that it waits for.
    async fn holds(&self, call: &Value) -> (String, Value) {
        let body = json!({ "agent_id": self.agent, "input_message": json!([call]).to_string() });
        let (status, run) = self.ada.post("/runs", &body).await;
        assert_eq!((status, &run["phase"]), (202, &json!("waiting_for_approval")), "{run:#}");
        let run = run["id"].as_str().unwrap().to_owned();
        for _ in 0..400 {
            let (_, pending) = self.ada.get(&format!("/approvals?status=pending&run_id={run}")).await;
            if pending[0].is_object() {
                return (run, pending[0].clone());
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        panic!("after 10 s nothing is asked");
    }

    /// The question that comes in place of this one, which is approved.
    async fn asks_again(&self, run: &str, asked: &Value) -> Value {
        let path = format!("/approvals/{}/decision", asked["id"].as_str().unwrap());
        let (status, decided) = self.ada.post(&path, &json!({ "decision": "approve" })).await;
        assert_eq!(status, 200, "{decided:#}");
        for _ in 0..400 {
            let (_, pending) = self.ada.get(&format!("/approvals?status=pending&run_id={run}")).await;
            let again = &pending[0];
            if again.is_object() && again["id"] != asked["id"] {
                return again.clone();
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        panic!("after 10 s nothing is asked again");
    }

    /// What the run answers when a human approves.
    async fn approves(&self, run: &str, approval: &Value) -> String {
        let path = format!("/approvals/{}/decision", approval["id"].as_str().unwrap());
        let (status, decided) = self.ada.post(&path, &json!({ "decision": "approve" })).await;
        assert_eq!(status, 200, "{decided:#}");
        self.ada.finished_run(run).await["output_message"].as_str().unwrap().to_owned()
    }
}

fn call(operation: &str) -> Value {
    json!({ "service": "shop", "operation": operation })
}

async fn an_agent_uses_a_connector_that_was_imported(database: Database) {
    let mut world = World::new(database).await;
    world.has_a_shop(&json!({ "read": true, "write": true })).await;
    let calls = json!([
        { "tool": "list_services", "arguments": {} },
        { "tool": "describe_service", "arguments": { "service": "shop" } },
        call("list_orders"),
        call("make_order"),
    ]);
    let answer = world.answers(&calls).await;
    for words in ["Shop", "instance_id", "list_orders", "/v2/orders", "***"] {
        assert!(answer.contains(words), "{words} {answer}");
    }
    assert!(!answer.contains(CANARY), "{answer}");
    assert_eq!(world.service.written(), ["POST /v2/orders"]);
    world.artel.kill().await;
    world.artel.restart().await;
    world.ada = world.ada.at(world.artel.url());
    assert!(world.answers(&json!([call("list_orders")])).await.contains("/v2/orders"), "it outlives the process");
    let (_, audit) = world.ada.get("/audit?action=connector.import").await;
    assert_eq!((&audit[0]["entity_id"], &audit[0]["details"]["operations"]), (&json!("shop"), &json!(2)), "{audit:#}");
}

async fn an_approval_holds_for_the_version_that_was_shown(database: Database) {
    let world = World::new(database).await;
    world.has_a_shop(&json!({ "write": "ask" })).await;
    let (run, asked) = world.holds(&call("make_order")).await;
    let version = asked["target"]["account"]["connector_version"].clone();
    assert!(version.is_string(), "{asked:#}");
    let elsewhere = json!({ "key": "shop", "spec": document("/refunds"), "replace": true });
    assert_eq!(world.imports(&elsewhere).await.0, 200);
    let again = world.asks_again(&run, &asked).await;
    assert!(again["changed"].to_string().contains("account.connector_version"), "{again:#}");
    assert_eq!(world.service.written(), [""; 0]);
    assert!(world.approves(&run, &again).await.contains("/v2/refunds"));
    assert_eq!(world.service.written(), ["POST /v2/refunds"]);
    let (run, asked) = world.holds(&call("make_order")).await;
    assert_ne!(asked["target"]["account"]["connector_version"], version);
    assert_eq!(world.imports(&elsewhere).await.0, 200, "the same again is the same version");
    assert!(world.approves(&run, &asked).await.contains("/v2/refunds"));
    assert_eq!(world.service.written(), ["POST /v2/refunds"]);
}

/// A rule holds the call, and the grant asks nobody: the question shows the version all the same.
async fn a_rules_approval_holds_for_the_version_that_was_shown(database: Database) {
    let world = World::new(database).await;
    world.has_a_shop(&json!({ "write": true })).await;
    let rule = json!({ "tool": "connector_execute", "effect": "ask", "reason": "Ada decides" });
    let rules = json!({ "rules": [rule] });
    let put = world.ada.request("PUT", "/approval-rules").json(&rules).send().await.unwrap();
    assert!(put.status().is_success(), "{}", put.text().await.unwrap());
    let (run, asked) = world.holds(&call("make_order")).await;
    assert!(asked["reason"].as_str().unwrap().starts_with("Ada decides; the account "), "{asked:#}");
    assert!(world.approves(&run, &asked).await.contains("/v2/orders"));
    assert_eq!(world.service.written(), ["POST /v2/orders"]);
    let (run, asked) = world.holds(&call("make_order")).await;
    let elsewhere = json!({ "key": "shop", "spec": document("/refunds"), "replace": true });
    assert_eq!(world.imports(&elsewhere).await.0, 200);
    let again = world.asks_again(&run, &asked).await;
    assert!(again["changed"].to_string().contains("account.connector_version"), "{again:#}");
    assert_eq!(world.service.written(), [""; 0]);
    assert!(world.approves(&run, &again).await.contains("/v2/refunds"));
    assert_eq!(world.service.written(), ["POST /v2/refunds"]);
}

async fn a_connector_is_its_organisations_alone_and_reaches_no_private_host(database: Database) {
    let world = World::new(database).await;
    world.has_a_shop(&json!({ "read": true })).await;
    let bob = owner(&world.artel, BOB).await;
    assert_eq!(bob.get(&format!("{CONNECTORS}/shop")).await.0, 404);
    assert_eq!(bob.get(CONNECTORS).await.1.as_array().unwrap().len(), 12);
    let foreign =
        json!({ "service_name": "shop", "account_label": "x", "secret": { "base_url": "https://x.example" } });
    assert_eq!(bob.post("/organizations/me/credentials", &foreign).await.0, 422);
    let (_, accounts) = world.ada.get("/organizations/me/credentials").await;
    let place = format!("/organizations/me/credentials/{}", accounts[0]["id"].as_str().unwrap());
    for private in ["http://10.1.2.3/v2", "http://[::1]:1/v2", "http://169.254.169.254/latest"] {
        let secret = json!({ "secret": { "base_url": private, "token": CANARY } });
        let changed = world.ada.request("PATCH", &place).json(&secret).send().await.unwrap();
        assert!(changed.status().is_success(), "{}", changed.text().await.unwrap());
        let answer = world.answers(&json!([call("list_orders")])).await;
        assert!(answer.contains("is not on the public internet"), "{private} {answer}");
    }
    for private in ["http://10.1.2.3/openapi.json", "http://[::1]:1/", "http://169.254.169.254/latest"] {
        let (status, refused) = world.imports(&json!({ "key": "inner", "url": private })).await;
        assert_eq!(status, 422, "{refused:#}");
        assert!(refused.to_string().contains("is not on the public internet"), "{refused:#}");
    }
}

on_both_stores! {
    an_agent_uses_a_connector_that_was_imported as an_imported_connector_on_sqlite, an_imported_connector_on_postgres;
    an_approval_holds_for_the_version_that_was_shown as
        an_approval_holds_for_its_version_on_sqlite, an_approval_holds_for_its_version_on_postgres;
    a_rules_approval_holds_for_the_version_that_was_shown as
        a_rules_approval_holds_for_its_version_on_sqlite, a_rules_approval_holds_for_its_version_on_postgres;
    a_connector_is_its_organisations_alone_and_reaches_no_private_host as
        a_connector_is_its_organisations_on_sqlite, a_connector_is_its_organisations_on_postgres;
}
