//! Agents use external services through the real binary: by grants alone, and no secret is seen anywhere.
#![expect(clippy::unwrap_used, reason = "tests and what helps them fail by panicking")]

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use artel_testkit::{Artel, Client, Database, Launch, ModelServer, Reply, on_both_stores};
use axum::Router;
use axum::extract::Request;
use axum::http::StatusCode;
use serde_json::{Value, json};

const CANARY: &str = "canary-Zq81Lw-0123456789";

/// A service that answers with everything that it was sent, the secret in three forms among it.
async fn echoing() -> SocketAddr {
    let echo = async |request: Request| {
        use base64::Engine as _;
        let bearer = request.headers().get("authorization").and_then(|value| value.to_str().ok()).unwrap_or_default();
        let encoded = base64::engine::general_purpose::STANDARD.encode(bearer.trim_start_matches("Bearer "));
        let body =
            json!({ "jsonrpc": "2.0", "result": { "path": request.uri().path(), "seen": bearer, "encoded": encoded } });
        axum::Json(body)
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    artel_testkit::beside(async move { axum::serve(listener, Router::new().fallback(echo)).await.unwrap() });
    address
}

/// Takes each refresh token once and gives another one for it; its access tokens live for a second.
async fn rotating() -> (SocketAddr, Arc<Mutex<Vec<String>>>) {
    let used = Arc::new(Mutex::new(Vec::new()));
    let taken = Arc::clone(&used);
    let answer = move |body: String| {
        let given = body.rsplit_once("refresh_token=").map_or("", |(_, token)| token).to_owned();
        let mut used = taken.lock().unwrap();
        let valid = format!("{CANARY}-refresh-{}", used.len());
        let refused = (StatusCode::BAD_REQUEST, axum::Json(json!({ "error": "invalid_grant" })));
        if given != valid {
            return std::future::ready(refused);
        }
        used.push(given);
        let next = used.len();
        let body = json!({
            "access_token": format!("{CANARY}-access-{next}"),
            "refresh_token": format!("{CANARY}-refresh-{next}"),
            "expires_in": 1,
        });
        std::future::ready((StatusCode::OK, axum::Json(body)))
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    artel_testkit::beside(async move { axum::serve(listener, Router::new().fallback(answer)).await.unwrap() });
    (address, used)
}

/// The input is a list of calls: the model makes one after the other, then answers with what they came to.
async fn model() -> ModelServer {
    ModelServer::start(|body| {
        let messages = body["messages"].as_array().unwrap();
        let text = |role: &str| messages.iter().rfind(|message| message["role"] == role).unwrap()["content"].clone();
        let calls: Vec<Value> = serde_json::from_str(text("user").as_str().unwrap()).unwrap();
        let done: Vec<&Value> = messages.iter().filter(|message| message["role"] == "tool").collect();
        match calls.get(done.len()) {
            Some(call) => Reply::CallOf(String::new(), "connector_execute", call.clone()),
            None => Reply::Text(done.iter().map(|result| result["content"].to_string()).collect::<Vec<_>>().join("\n")),
        }
    })
    .await
}

struct World {
    artel: Artel,
    client: Client,
    model: ModelServer,
    service: SocketAddr,
    agent: String,
}

impl World {
    async fn new(database: Database) -> Self {
        let (model, service) = (model().await, echoing().await);
        let artel = Launch::new(env!("CARGO_BIN_EXE_artel"), database)
            .with("OPENAI_BASE_URL", model.url())
            .with("LOG_LEVEL", "debug")
            .start()
            .await;
        let client = artel.client().await;
        let tool =
            json!({ "name": "connector_execute", "input_schema": { "type": "object" }, "execution_type": "internal" });
        let agent = client.agent("openai:scripted", &[tool]).await;
        let world = Self { artel, client, model, service, agent };
        world.changes("PUT", "connectors", &json!({ "connector_keys": ["http", "jsonrpc"] })).await;
        world
    }

    async fn changes(&self, method: &str, path: &str, body: &Value) -> Value {
        let path = format!("/organizations/me/agents/{}/{path}", self.agent);
        let answer = self.client.request(method, &path).json(body).send().await.unwrap();
        let (status, text) = (answer.status(), answer.text().await.unwrap());
        assert!(status.is_success(), "{method} {path}: {text}");
        serde_json::from_str(&text).unwrap_or_default()
    }

    /// An account of a service, granted under these scopes; the grant's id.
    async fn grants(&self, service: &str, instance: &str, scopes: &Value) -> String {
        let place = if service == "http" { "base_url" } else { "endpoint" };
        let secret = json!({ place: format!("http://{}", self.service), "bearer": format!("{CANARY}-{instance}") });
        self.grants_by(service, instance, scopes, &secret).await
    }

    async fn grants_by(&self, service: &str, instance: &str, scopes: &Value, secret: &Value) -> String {
        let body =
            json!({ "service_name": service, "instance_id": instance, "account_label": instance, "secret": secret });
        let made = self.client.create("/organizations/me/credentials", &body).await;
        let body = json!({ "credential_id": made["id"], "scopes": scopes });
        self.changes("POST", "grants", &body).await["id"].as_str().unwrap().to_owned()
    }

    /// What a run that makes these calls answers.
    async fn answers(&self, calls: &Value) -> String {
        let run = json!({ "agent_id": self.agent, "input_message": calls.to_string() });
        let run = self.client.create("/runs", &run).await;
        assert_eq!(run["status"], "succeeded", "{run:#}");
        run["output_message"].as_str().unwrap().to_owned()
    }

    fn assert_no_secret_is_seen(&self, texts: Vec<String>) {
        let requests = self.model.requests().iter().map(Value::to_string).collect::<String>();
        for text in texts.into_iter().chain([self.artel.log(), requests]) {
            assert!(!text.contains(CANARY), "a secret is seen in {}", &text[..text.len().min(300)]);
        }
        let directory = self.artel.data_dir().join("data");
        for entry in std::fs::read_dir(directory).into_iter().flatten() {
            let path = entry.unwrap().path();
            let bytes = if path.is_file() { std::fs::read(&path).unwrap() } else { Vec::new() };
            assert!(!bytes.windows(CANARY.len()).any(|part| part == CANARY.as_bytes()), "{}", path.display());
        }
    }
}

fn get(path: &str, instance: Option<&str>) -> Value {
    let mut call = json!({ "service": "http", "operation": "request", "params": { "method": "GET", "path": path } });
    if let Some(instance) = instance {
        call["instance_id"] = json!(instance);
    }
    call
}

async fn an_agent_answers_with_what_two_services_said(database: Database) {
    let world = World::new(database).await;
    world.grants("http", "shop", &json!({ "read": true, "write": false })).await;
    world.grants("jsonrpc", "ledger", &json!({ "read": true, "write": true })).await;
    let calls = json!([
        get("/orders", None),
        { "service": "jsonrpc", "operation": "call", "params": { "method": "balance" } },
    ]);
    let answer = world.answers(&calls).await;
    assert!(answer.contains("/orders") && answer.matches("***").count() >= 2, "{answer}");
    let audit = world.client.get("/audit?limit=100").await.1.to_string();
    assert!(audit.contains("connector.write"), "{audit}");
    let listed = world.client.get("/organizations/me/credentials").await.1;
    assert!(listed[0]["last_used_at"].is_string(), "{listed}");
    world.assert_no_secret_is_seen(vec![answer, audit, listed.to_string()]);
}

async fn what_is_not_granted_is_refused_at_the_moment_of_the_call(database: Database) {
    let world = World::new(database).await;
    let post = json!({ "service": "http", "operation": "request", "params": { "method": "POST", "path": "/orders" } });
    let none = world.answers(&json!([get("/orders", None)])).await;
    assert!(none.contains("forbidden: this agent is granted no account of http"), "{none}");
    let grant = world.grants("http", "shop", &json!({ "read": true, "write": false })).await;
    let refused = world.answers(&json!([post])).await;
    assert!(refused.contains("forbidden: the grant of the account shop does not cover write calls"), "{refused}");
    world.changes("PATCH", &format!("grants/{grant}"), &json!({ "scopes": { "write": "ask" } })).await;
    let asked = world.answers(&json!([post])).await;
    assert!(asked.contains("approval_required: "), "{asked}");
    world.grants("http", "second", &json!({})).await;
    let ambiguous = world.answers(&json!([get("/a", None), get("/b", Some("second"))])).await;
    assert!(ambiguous.contains("invalid_argument: instance_id") && ambiguous.contains("second, shop"), "{ambiguous}");
    assert!(ambiguous.contains("/b"), "{ambiguous}");
    world.changes("DELETE", &format!("grants/{grant}"), &json!(null)).await;
    let revoked = world.answers(&json!([get("/a", Some("shop"))])).await;
    assert!(revoked.contains("forbidden: this agent is not granted the account shop"), "{revoked}");
    world.changes("PUT", "connectors", &json!({ "connector_keys": ["telegram"] })).await;
    let outside = world.answers(&json!([get("/a", None)])).await;
    assert!(outside.contains("forbidden: this agent may not use the service http"), "{outside}");
    let audit = world.client.get("/audit?limit=100&action=connector.refused").await.1;
    assert_eq!(audit.as_array().unwrap().len(), 6, "{audit:#}");
    world.assert_no_secret_is_seen(vec![audit.to_string()]);
}

async fn a_rotated_refresh_token_outlives_the_process(database: Database) {
    let mut world = World::new(database).await;
    let (tokens, used) = rotating().await;
    let secret = json!({
        "base_url": format!("http://{}", world.service),
        "token_url": format!("http://{tokens}/token"),
        "client_id": "id-1",
        "refresh_token": format!("{CANARY}-refresh-0"),
    });
    world.grants_by("http", "shop", &json!({ "read": true }), &secret).await;
    for dies in [true, false] {
        let answer = world.answers(&json!([get("/orders", None)])).await;
        assert!(answer.contains("/orders") && answer.contains("***"), "{answer}");
        if dies {
            world.artel.kill().await;
        } else {
            assert!(world.artel.terminate().await);
        }
        tokio::time::sleep(Duration::from_millis(1100)).await;
        world.artel.restart().await;
        world.client = world.artel.client().await;
    }
    let answer = world.answers(&json!([get("/orders", None)])).await;
    assert!(answer.contains("/orders"), "{answer}");
    let wanted: Vec<String> = (0..3).map(|number| format!("{CANARY}-refresh-{number}")).collect();
    assert_eq!(*used.lock().unwrap(), wanted);
    world.assert_no_secret_is_seen(vec![answer]);
}

on_both_stores! {
    a_rotated_refresh_token_outlives_the_process as a_rotated_refresh_token_is_kept_on_sqlite, a_rotated_refresh_token_is_kept_on_postgres;
    an_agent_answers_with_what_two_services_said as an_agent_uses_two_services_on_sqlite, an_agent_uses_two_services_on_postgres;
    what_is_not_granted_is_refused_at_the_moment_of_the_call as what_is_not_granted_is_refused_on_sqlite, what_is_not_granted_is_refused_on_postgres;
}
