//! Agents use external services through the real binary: by grants alone, and no secret is seen anywhere.
#![expect(clippy::unwrap_used, reason = "tests and what helps them fail by panicking")]

use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use artel_testkit::{Artel, Client, Database, Launch, ModelServer, Reply, on_both_stores};
use axum::Router;
use axum::extract::Request;
use axum::http::StatusCode;
use serde_json::{Value, json};

const CANARY: &str = "canary-Zq81Lw-0123456789";

/// The writes that a service got: method, path and body.
type Writes = Arc<Mutex<Vec<String>>>;

/// A service that answers with everything that it was sent, the secret in three forms among it.
async fn echoing(writes: Writes) -> SocketAddr {
    let echo = async move |request: Request| {
        use base64::Engine as _;
        let (head, body) = request.into_parts();
        let body = axum::body::to_bytes(body, 1_000_000).await.unwrap();
        if head.method != "GET" {
            writes.lock().unwrap().push(format!("{} {} {}", head.method, head.uri, String::from_utf8_lossy(&body)));
        }
        let request = Request::from_parts(head, axum::body::Body::empty());
        let bearer = request.headers().get("authorization").and_then(|value| value.to_str().ok()).unwrap_or_default();
        let encoded = base64::engine::general_purpose::STANDARD.encode(bearer.trim_start_matches("Bearer "));
        // More than a model is given: the whole of it becomes a file.
        let more =
            if request.uri().path() == "/large" { format!("{bearer} and more, ").repeat(6000) } else { String::new() };
        let result = json!({ "path": request.uri().path(), "seen": bearer, "encoded": encoded, "more": more });
        axum::Json(json!({ "jsonrpc": "2.0", "result": result }))
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    artel_testkit::beside(async move { axum::serve(listener, Router::new().fallback(echo)).await.unwrap() });
    address
}

/// Takes each refresh token once and gives another one for it; its access tokens live for so many seconds.
async fn rotating(seconds: &Arc<AtomicU64>) -> (SocketAddr, Arc<Mutex<Vec<String>>>) {
    let used = Arc::new(Mutex::new(Vec::new()));
    let (taken, seconds) = (Arc::clone(&used), Arc::clone(seconds));
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
            "expires_in": seconds.load(Ordering::SeqCst),
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
            Some(call) if call["tasks"].is_array() => Reply::CallOf(String::new(), "run_subagent", call.clone()),
            Some(call) => Reply::CallOf(String::new(), "connector_execute", call.clone()),
            None => Reply::Text(done.iter().map(|result| result["content"].to_string()).collect::<Vec<_>>().join("\n")),
        }
    })
    .await
}

/// The organisation's administrator.
async fn owner(artel: &Artel) -> Client {
    const ADA: &str = "aaaaaaaa-0000-4000-8000-000000000001";
    let (token, made) = artel.command(&["token", "--tenant", ADA, "--user", ADA, "--scopes", "admin"]).await;
    assert!(made, "artel token: {token}");
    Client::new(artel.url(), token.trim())
}

struct World {
    artel: Artel,
    client: Client,
    model: ModelServer,
    service: SocketAddr,
    writes: Writes,
    agent: String,
    is_postgres: bool,
}

impl World {
    async fn new(database: Database) -> Self {
        Self::with(database, &[]).await
    }

    async fn with(database: Database, settings: &[(&str, &str)]) -> Self {
        let (writes, is_postgres) = (Writes::default(), matches!(database, Database::Postgres { .. }));
        let (model, service) = (model().await, echoing(writes.clone()).await);
        let launch = Launch::new(env!("CARGO_BIN_EXE_artel"), database)
            .with("OPENAI_BASE_URL", model.url())
            .with("LOG_LEVEL", "debug");
        let artel = settings.iter().fold(launch, |launch, (name, value)| launch.with(name, value)).start().await;
        let client = owner(&artel).await;
        let tool =
            |name: &str| json!({ "name": name, "input_schema": { "type": "object" }, "execution_type": "internal" });
        let agent = client.agent("openai:scripted", &[tool("connector_execute"), tool("run_subagent")]).await;
        let world = Self { artel, client, model, service, writes, agent, is_postgres };
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

    /// The secret of an account whose tokens are made here.
    fn refreshing(&self, tokens: SocketAddr) -> Value {
        json!({
            "base_url": format!("http://{}", self.service),
            "token_url": format!("http://{tokens}/token"),
            "client_id": "id-1",
            "refresh_token": format!("{CANARY}-refresh-0"),
        })
    }

    /// What a run that makes these calls answers.
    async fn answers(&self, calls: &Value) -> String {
        let run = json!({ "agent_id": self.agent, "input_message": calls.to_string() });
        let run = self.client.create("/runs", &run).await;
        assert_eq!(run["status"], "succeeded", "{run:#}");
        run["output_message"].as_str().unwrap().to_owned()
    }

    /// A run that makes this call, with the approval that it waits for.
    async fn holds(&self, call: &Value) -> (String, Value) {
        let body = json!({ "agent_id": self.agent, "input_message": json!([call]).to_string() });
        let (status, run) = self.client.post("/runs", &body).await;
        assert_eq!((status, &run["phase"]), (202, &json!("waiting_for_approval")), "{run:#}");
        let run = run["id"].as_str().unwrap().to_owned();
        let approval = self.asked(&run).await;
        (run, approval)
    }

    /// The open question of a run, as soon as there is one.
    async fn asked(&self, run: &str) -> Value {
        for _ in 0..400 {
            let (_, pending) = self.client.get(&format!("/approvals?status=pending&run_id={run}")).await;
            if pending[0].is_object() {
                return pending[0].clone();
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        panic!("after 10 s nothing is asked");
    }

    /// What the run answers when a human says this.
    async fn decides(&self, run: &str, approval: &Value, decision: &Value) -> String {
        let path = format!("/approvals/{}/decision", approval["id"].as_str().unwrap());
        let (status, decided) = self.client.post(&path, decision).await;
        assert_eq!(status, 200, "{decided:#}");
        self.client.finished_run(run).await["output_message"].as_str().unwrap().to_owned()
    }

    /// The question that comes in place of this one, which is approved.
    async fn asks_again(&self, run: &str, asked: &Value) -> Value {
        let path = format!("/approvals/{}/decision", asked["id"].as_str().unwrap());
        let (status, decided) = self.client.post(&path, &json!({ "decision": "approve" })).await;
        assert_eq!(status, 200, "{decided:#}");
        for _ in 0..400 {
            let again = self.asked(run).await;
            if again["id"] != asked["id"] {
                return again;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        panic!("after 10 s nothing is asked again");
    }

    /// The writes that came since the last time.
    fn written(&self) -> Vec<String> {
        std::mem::take(&mut self.writes.lock().unwrap())
    }

    /// Neither in these texts nor in the log, what models were asked, what runs and their streams show, any file, nor
    /// any row.
    async fn assert_no_secret_is_seen(&self, texts: Vec<String>) {
        let requests = self.model.requests().iter().map(Value::to_string).collect::<String>();
        let mut texts: Vec<String> = texts.into_iter().chain([self.artel.log(), requests]).collect();
        let (_, runs) = self.client.get("/runs?limit=100").await;
        for run in runs.as_array().unwrap() {
            let id = run["id"].as_str().unwrap();
            texts.push(self.client.get(&format!("/runs/{id}?include=messages")).await.1.to_string());
            texts.extend(self.client.events(id, None).await.rest().await.into_iter().map(|event| event.raw));
        }
        if self.is_postgres {
            for table in self.artel.sql("SELECT tablename::text FROM pg_tables WHERE schemaname = 'public'").await {
                texts.extend(self.artel.sql(&format!("SELECT r::text FROM \"{table}\" r")).await);
            }
        }
        for text in texts {
            assert!(!text.contains(CANARY), "a secret is seen in {}", &text[..text.len().min(300)]);
        }
        let mut directories = vec![self.artel.data_dir().join("data")];
        while let Some(directory) = directories.pop() {
            for entry in std::fs::read_dir(directory).into_iter().flatten() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    directories.push(path);
                    continue;
                }
                // A file of the database may be gone by now.
                let bytes = std::fs::read(&path).unwrap_or_default();
                assert!(!bytes.windows(CANARY.len()).any(|part| part == CANARY.as_bytes()), "{}", path.display());
            }
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
        get("/large", None),
    ]);
    let answer = world.answers(&calls).await;
    assert!(answer.contains("artifact_id") && answer.contains("truncated"), "the whole of it is a file: {answer}");
    assert!(answer.contains("/orders") && answer.matches("***").count() >= 2, "{answer}");
    let audit = world.client.get("/audit?limit=100").await.1.to_string();
    assert!(audit.contains("connector.write"), "{audit}");
    let listed = world.client.get("/organizations/me/credentials").await.1;
    assert!(listed[0]["last_used_at"].is_string(), "{listed}");
    world.assert_no_secret_is_seen(vec![answer, audit, listed.to_string()]).await;
}

async fn what_is_not_granted_is_refused_at_the_moment_of_the_call(database: Database) {
    let world = World::new(database).await;
    let post = json!({ "service": "http", "operation": "request", "params": { "method": "POST", "path": "/orders" } });
    let none = world.answers(&json!([get("/orders", None)])).await;
    assert!(none.contains("forbidden: this agent is granted no account of http"), "{none}");
    let grant = world.grants("http", "shop", &json!({ "read": true, "write": false })).await;
    let refused = world.answers(&json!([post])).await;
    assert!(refused.contains("forbidden: the grant of the account shop does not cover write calls"), "{refused}");
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
    assert_eq!(audit.as_array().unwrap().len(), 5, "{audit:#}");
    world.assert_no_secret_is_seen(vec![audit.to_string()]).await;
}

fn post(path: &str) -> Value {
    let params = json!({ "method": "POST", "path": path, "body": { "a": 1 } });
    json!({ "service": "http", "operation": "request", "params": params })
}

async fn a_write_that_is_asked_about_waits_and_is_made_once(database: Database) {
    let mut world = World::new(database).await;
    world.grants("http", "shop", &json!({ "write": "ask" })).await;
    assert!(world.answers(&json!([get("/orders", None)])).await.contains("/orders"), "reading asks nobody");
    let (run, asked) = world.holds(&post("/orders")).await;
    assert_eq!(asked["reason"], r#"the account "shop" (shop) of http is to write: request"#);
    let account = &asked["target"]["account"];
    assert_eq!(account["instance_id"], "shop", "{asked:#}");
    assert_eq!(account["base_urls"], json!([format!("http://{}", world.service)]), "{asked:#}");
    assert_eq!(world.written(), [""; 0]);
    let answer = world.decides(&run, &asked, &json!({ "decision": "approve" })).await;
    assert!(answer.contains("/orders"), "{answer}");
    assert_eq!(world.written(), [r#"POST /orders {"a":1}"#]);
    let (run, asked) = world.holds(&post("/orders")).await;
    let answer = world.decides(&run, &asked, &json!({ "decision": "reject", "feedback": "not today" })).await;
    assert!(answer.contains("not today"), "{answer}");
    assert_eq!(world.written(), [""; 0]);
    let (run, asked) = world.holds(&post("/orders")).await;
    let edited = json!({ "decision": "edit", "arguments": post("/edited") });
    world.decides(&run, &asked, &edited).await;
    assert_eq!(world.written(), [r#"POST /edited {"a":1}"#]);
    let (run, asked) = world.holds(&post("/late")).await;
    world.artel.kill().await;
    world.artel.restart().await;
    world.client = world.client.at(world.artel.url());
    world.decides(&run, &asked, &json!({ "decision": "approve" })).await;
    assert_eq!(world.written(), [r#"POST /late {"a":1}"#]);
    world.assert_no_secret_is_seen(vec![asked.to_string()]).await;
}

async fn an_approval_holds_for_the_grant_and_the_account_that_were_shown(database: Database) {
    let world = World::new(database).await;
    let grant = world.grants("http", "shop", &json!({ "write": "ask" })).await;
    let approve = json!({ "decision": "approve" });
    let scopes = |write: Value| json!({ "scopes": { "write": write } });
    let path = format!("grants/{grant}");

    let (run, asked) = world.holds(&post("/narrowed")).await;
    world.changes("PATCH", &path, &scopes(json!(false))).await;
    let answer = world.decides(&run, &asked, &approve).await;
    assert!(answer.contains("forbidden: the grant of the account shop does not cover write calls"), "{answer}");

    world.changes("PATCH", &path, &scopes(json!("ask"))).await;
    let (run, asked) = world.holds(&post("/other")).await;
    world.changes("DELETE", &path, &json!(null)).await;
    world.grants("http", "second", &json!({ "write": "ask" })).await;
    let again = world.asks_again(&run, &asked).await;
    assert_eq!(again["target"]["account"]["instance_id"], "second", "{again:#}");
    let changed = again["changed"].as_array().unwrap().iter().map(|change| &change["member"]).collect::<Vec<_>>();
    assert!(changed.contains(&&json!("account.instance_id")), "{again:#}");
    assert_eq!(world.written(), [""; 0]);
    world.decides(&run, &again, &json!({ "decision": "reject" })).await;

    let (run, asked) = world.holds(&post("/revoked")).await;
    world.changes("PUT", "connectors", &json!({ "connector_keys": ["jsonrpc"] })).await;
    let answer = world.decides(&run, &asked, &approve).await;
    assert!(answer.contains("forbidden: this agent may not use the service http"), "{answer}");
    assert_eq!(world.written(), [""; 0]);
}

/// What a run may use is judged at each call: not when it began, and not when a human was asked.
async fn an_agent_that_is_disabled_in_the_middle_of_a_run_uses_no_service(database: Database) {
    let world = World::new(database).await;
    world.grants("http", "shop", &json!({ "write": "ask" })).await;
    let calls = json!([get("/before", None), post("/held"), get("/after", None)]);
    let body = json!({ "agent_id": world.agent, "input_message": calls.to_string() });
    let (status, run) = world.client.post("/runs", &body).await;
    assert_eq!((status, &run["phase"]), (202, &json!("waiting_for_approval")), "{run:#}");
    let run = run["id"].as_str().unwrap().to_owned();
    let asked = world.asked(&run).await;
    let path = format!("/organizations/me/agents/{}", world.agent);
    let off = world.client.request("PATCH", &path).json(&json!({ "is_enabled": false })).send().await.unwrap();
    assert_eq!(off.status(), 200);
    let answer = world.decides(&run, &asked, &json!({ "decision": "approve" })).await;
    assert!(answer.contains("/before"), "{answer}");
    assert_eq!(answer.matches("forbidden: this agent is disabled or was deleted").count(), 2, "{answer}");
    assert_eq!(world.written(), [""; 0]);
    let audit = world.client.get("/audit?limit=100&action=connector.refused").await.1;
    assert_eq!(audit.as_array().unwrap().len(), 2, "{audit:#}");
    let (status, refused) = world.client.post("/runs", &body).await;
    assert_eq!((status, &refused["error"]), (409, &json!("agent_disabled")), "{refused:#}");
}

/// An account is another one when its address or its secret changes, although its hosts stay the same.
async fn an_approval_holds_for_the_address_and_the_secret_that_were_shown(database: Database) {
    let world = World::new(database).await;
    let secret = |path: &str, bearer: &str| json!({ "base_url": format!("http://{}{path}", world.service), "bearer": format!("{CANARY}-{bearer}") });
    world.grants_by("http", "shop", &json!({ "write": "ask" }), &secret("/sandbox", "one")).await;
    let (run, asked) = world.holds(&post("/pay")).await;
    let account = world.client.get("/organizations/me/credentials").await.1[0]["credential_id"].clone();
    let path = format!("/organizations/me/credentials/{}", account.as_str().unwrap());
    let changes = async |secret: Value| {
        let body = json!({ "secret": secret });
        let patched = world.client.request("PATCH", &path).json(&body).send().await.unwrap();
        assert_eq!(patched.status(), 200, "{}", patched.text().await.unwrap());
    };
    changes(secret("/live", "two")).await;
    let again = world.asks_again(&run, &asked).await;
    assert_eq!(world.written(), [""; 0]);
    assert!(again["reason"].as_str().unwrap().contains("/live"), "{again:#}");
    assert!(again["changed"].to_string().contains("account.base_urls"), "{again:#}");
    // Only the secret: nothing of it is shown, and yet it is another account.
    changes(secret("/live", "three")).await;
    let third = world.asks_again(&run, &again).await;
    let changed = third["changed"].as_array().unwrap();
    assert_eq!((changed.len(), &changed[0]["member"]), (1, &json!("account.changed_at")), "{third:#}");
    world.decides(&run, &third, &json!({ "decision": "approve" })).await;
    assert_eq!(world.written(), [r#"POST /live/pay {"a":1}"#]);
    world.assert_no_secret_is_seen(vec![asked.to_string(), again.to_string(), third.to_string()]).await;
}

/// The grant would not ask. Its account is shown and pinned all the same.
async fn a_rule_that_asks_pins_the_account_too(database: Database) {
    let world = World::new(database).await;
    let grant = world.grants("http", "shop", &json!({ "write": true })).await;
    let rule = json!({ "tool": "connector_execute", "effect": "ask", "reason": "Ada decides" });
    let put = world.client.request("PUT", "/approval-rules").json(&json!({ "rules": [rule] })).send().await.unwrap();
    assert_eq!(put.status(), 200, "{}", put.text().await.unwrap());
    let (run, asked) = world.holds(&post("/rule")).await;
    assert_eq!(asked["reason"], r#"Ada decides; the account "shop" (shop) of http is to write: request"#);
    assert_eq!(asked["target"]["account"]["instance_id"], "shop", "{asked:#}");
    world.changes("PATCH", &format!("grants/{grant}"), &json!({ "scopes": { "write": "ask" } })).await;
    world.decides(&run, &asked, &json!({ "decision": "approve" })).await;
    assert_eq!(world.written(), [r#"POST /rule {"a":1}"#], "the account is the one that was shown");

    let (run, asked) = world.holds(&post("/other")).await;
    world.changes("DELETE", &format!("grants/{grant}"), &json!(null)).await;
    world.grants("http", "second", &json!({ "write": true })).await;
    let again = world.asks_again(&run, &asked).await;
    assert_eq!(again["target"]["account"]["instance_id"], "second", "{again:#}");
    assert_eq!(world.written(), [""; 0]);
    world.decides(&run, &again, &json!({ "decision": "approve" })).await;
    assert_eq!(world.written(), [r#"POST /other {"a":1}"#]);
}

/// Nobody is asked about a call that would be refused anyway, and the audit has it as it has all others.
async fn a_call_that_a_rule_asks_about_and_no_grant_covers_is_refused_at_once_and_written_down(database: Database) {
    let world = World::new(database).await;
    world.grants("http", "shop", &json!({ "read": true, "write": false })).await;
    let rule = json!({ "tool": "connector_execute", "effect": "ask", "reason": "Ada decides" });
    let put = world.client.request("PUT", "/approval-rules").json(&json!({ "rules": [rule] })).send().await.unwrap();
    assert_eq!(put.status(), 200, "{}", put.text().await.unwrap());
    let answer = world.answers(&json!([post("/orders")])).await;
    assert!(answer.contains("forbidden: the grant of the account shop does not cover write calls"), "{answer}");
    assert_eq!(world.written(), [""; 0]);
    let audit = world.client.get("/audit?limit=100&action=connector.refused").await.1;
    let rows = audit.as_array().unwrap();
    assert_eq!((rows.len(), &rows[0]["entity_id"]), (1, &json!("http")), "{audit:#}");
    assert!(rows[0]["outcome"].as_str().unwrap().contains("does not cover write calls"), "{audit:#}");
    world.assert_no_secret_is_seen(vec![audit.to_string()]).await;
}

async fn the_system_agent_asks_before_it_writes(database: Database) {
    let world = World::new(database).await;
    world.grants("http", "shop", &json!({ "read": false, "write": false })).await;
    let message = json!([post("/system"), get("/orders", None)]).to_string();
    let started = world.client.post("/sessions/stream", &json!({ "message": message })).await.1;
    let run = started["run_id"].as_str().unwrap().to_owned();
    let asked = world.asked(&run).await;
    assert_eq!(asked["target"]["account"]["instance_id"], "shop", "{asked:#}");
    assert_eq!(world.written(), [""; 0]);
    let answer = world.decides(&run, &asked, &json!({ "decision": "approve" })).await;
    assert!(answer.contains("/system") && answer.contains("/orders"), "{answer}");
    assert_eq!(world.written(), [r#"POST /system {"a":1}"#]);
}

/// What a subagent may use is what its parent may use at that moment: the accounts, the scopes, and a human's word.
async fn a_subagent_has_the_grants_of_its_parent_and_no_more(database: Database) {
    let world = World::new(database).await;
    let tasks = |calls: Value| json!({ "tasks": [{ "kind": "execute", "goal": calls.to_string() }] });
    let none = world.answers(&json!([tasks(json!([get("/orders", None)]))])).await;
    assert!(none.contains("forbidden: this agent is granted no account of http"), "{none}");
    let grant = world.grants("http", "shop", &json!({ "read": true, "write": false })).await;
    let reads = world.answers(&json!([tasks(json!([post("/orders"), get("/orders", None)]))])).await;
    assert!(reads.contains("the grant of the account shop does not cover write calls"), "{reads}");
    assert!(reads.contains("***"), "reading is granted, and the service echoes its secret: {reads}");
    assert_eq!(world.written(), [""; 0]);
    let explores = json!({ "tasks": [{ "kind": "explore", "goal": "x", "tools": ["connector_execute"] }] });
    let refused = world.answers(&json!([explores])).await;
    assert!(refused.contains("a subagent that is to explore cannot have 'connector_execute'"), "{refused}");

    world.changes("PATCH", &format!("grants/{grant}"), &json!({ "scopes": { "write": "ask" } })).await;
    let (run, asked) = world.holds(&tasks(json!([post("/asked")]))).await;
    assert_ne!(asked["run_id"], json!(run), "the subagent asks");
    assert_eq!(asked["target"]["account"]["instance_id"], "shop", "{asked:#}");
    let answer = world.decides(&run, &asked, &json!({ "decision": "approve" })).await;
    assert!(answer.contains("/asked"), "{answer}");
    assert_eq!(world.written(), [r#"POST /asked {"a":1}"#]);

    let (run, asked) = world.holds(&tasks(json!([post("/revoked")]))).await;
    world.changes("DELETE", &format!("grants/{grant}"), &json!(null)).await;
    let answer = world.decides(&run, &asked, &json!({ "decision": "approve" })).await;
    assert!(answer.contains("forbidden: this agent is granted no account of http"), "{answer}");
    assert_eq!(world.written(), [""; 0], "the grant went while the question waited");
}

async fn a_rotated_refresh_token_outlives_the_process(database: Database) {
    let mut world = World::new(database).await;
    let (tokens, used) = rotating(&Arc::new(AtomicU64::new(1))).await;
    world.grants_by("http", "shop", &json!({ "read": true }), &world.refreshing(tokens)).await;
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
        world.client = world.client.at(world.artel.url());
    }
    let answer = world.answers(&json!([get("/orders", None)])).await;
    assert!(answer.contains("/orders"), "{answer}");
    let wanted: Vec<String> = (0..3).map(|number| format!("{CANARY}-refresh-{number}")).collect();
    assert_eq!(*used.lock().unwrap(), wanted);
    world.assert_no_secret_is_seen(vec![answer]).await;
}

/// Three processes share the store, and each drives a part of the runs. All find that the token has ended.
async fn a_hundred_calls_in_three_processes_refresh_a_token_once(database: Database) {
    // A busy machine must not take a worker for dead.
    let world = World::with(database, &[("LEASE_SECONDS", "30")]).await;
    let seconds = Arc::new(AtomicU64::new(1));
    let (tokens, used) = rotating(&seconds).await;
    world.grants_by("http", "shop", &json!({ "read": true }), &world.refreshing(tokens)).await;
    world.answers(&json!([get("/first", None)])).await;
    let ((_second, second), (_third, third)) = (world.artel.another().await, world.artel.another().await);
    tokio::time::sleep(Duration::from_millis(1100)).await;
    seconds.store(3600, Ordering::SeqCst);
    let clients = [world.client.at(world.artel.url()), world.client.at(&second), world.client.at(&third)];
    let input = json!([get("/orders", None)]).to_string();
    let starts = (0..100).map(|number| clients[number % 3].start_run(&world.agent, &input));
    for run in futures::future::join_all(starts).await {
        let finished = clients[0].finished_run(&run).await;
        let answer = finished["output_message"].as_str().unwrap_or_default();
        assert!(answer.contains("/orders"), "{finished:#}");
    }
    assert_eq!(*used.lock().unwrap(), [format!("{CANARY}-refresh-0"), format!("{CANARY}-refresh-1")]);
}

on_both_stores! {
    a_hundred_calls_in_three_processes_refresh_a_token_once as a_hundred_calls_refresh_once_on_sqlite, a_hundred_calls_refresh_once_on_postgres;
    a_write_that_is_asked_about_waits_and_is_made_once as a_write_is_asked_about_on_sqlite, a_write_is_asked_about_on_postgres;
    an_approval_holds_for_the_grant_and_the_account_that_were_shown as an_approval_holds_for_its_grant_on_sqlite, an_approval_holds_for_its_grant_on_postgres;
    an_approval_holds_for_the_address_and_the_secret_that_were_shown as an_approval_pins_address_and_secret_on_sqlite, an_approval_pins_address_and_secret_on_postgres;
    an_agent_that_is_disabled_in_the_middle_of_a_run_uses_no_service as an_agent_is_disabled_on_sqlite, an_agent_is_disabled_on_postgres;
    a_call_that_a_rule_asks_about_and_no_grant_covers_is_refused_at_once_and_written_down as
        a_refused_call_is_written_down_on_sqlite, a_refused_call_is_written_down_on_postgres;
    a_rule_that_asks_pins_the_account_too as a_rule_pins_the_account_on_sqlite, a_rule_pins_the_account_on_postgres;
    the_system_agent_asks_before_it_writes as the_system_agent_asks_on_sqlite, the_system_agent_asks_on_postgres;
    a_subagent_has_the_grants_of_its_parent_and_no_more as a_subagents_grants_on_sqlite, a_subagents_grants_on_postgres;
    a_rotated_refresh_token_outlives_the_process as a_rotated_refresh_token_is_kept_on_sqlite, a_rotated_refresh_token_is_kept_on_postgres;
    an_agent_answers_with_what_two_services_said as an_agent_uses_two_services_on_sqlite, an_agent_uses_two_services_on_postgres;
    what_is_not_granted_is_refused_at_the_moment_of_the_call as what_is_not_granted_is_refused_on_sqlite, what_is_not_granted_is_refused_on_postgres;
}
