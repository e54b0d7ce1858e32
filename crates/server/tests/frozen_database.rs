//! A PostgreSQL that stands still: it keeps its connections, and says nothing.
#![expect(clippy::unwrap_used, reason = "tests and what helps them fail by panicking")]

use std::time::{Duration, Instant};

use artel_testkit::{Artel, Client, Launch, ModelServer, OwnPostgres, Reply};
use futures::future::join_all;
use serde_json::{Value, json};

/// What a database that says nothing is waited for (docs/operating.md), and a moment on a busy machine.
const PROMISED: Duration = Duration::from_secs(10 + 3);
/// Probes are not patient.
const PROBES: Duration = Duration::from_secs(5);
/// Longer than everything that was asked takes.
const FROZEN: Duration = Duration::from_secs(16);
const ROUNDS: usize = 3;
const PASSWORD: &str = "Correct-Horse-7";
const KEY: &str = "a-key-of-this-test-installation-0123456789";

struct World {
    postgres: OwnPostgres,
    model: ModelServer,
    artel: Artel,
    client: Client,
    agent: String,
}

impl World {
    async fn new() -> Option<Self> {
        let postgres = OwnPostgres::start()?;
        let model = ModelServer::start(|_| Reply::Slow("one two three four".into(), Duration::from_secs(1))).await;
        let artel = Launch::new(env!("CARGO_BIN_EXE_artel"), postgres.database().await)
            .with("OPENAI_BASE_URL", model.url())
            .with("AUTH_SERVICE__MASTER_KEY", PASSWORD)
            .with("AUTH_SERVICE__RATE_LIMIT_PER_USERNAME", "100000")
            .with("GATEWAY__INTERNAL_API_KEY", KEY)
            .with("AGENT_RUNTIME__INTERNAL_API_KEY", KEY)
            .with("INTERNAL_API_KEY", KEY)
            // All tests share a Redis, and they are of one name and one address: each counts for itself.
            .with("REDIS_URL", "")
            .with("DB_POOL_TIMEOUT_SECONDS", "5")
            .start()
            .await;
        let client = artel.client().await;
        let agent = client.agent("openai:gpt-4o-mini", &[]).await;
        Some(Self { postgres, model, artel, client, agent })
    }

    fn keyed_run(&self, key: &str) -> reqwest::RequestBuilder {
        let body = json!({ "agent_id": self.agent, "input_message": "Talk" });
        self.client.request("POST", "/runs?wait=false").header("Idempotency-Key", key).json(&body)
    }

    /// One request of each kind, and whether it needs the database.
    fn requests(&self, session: &str, run: &str, api_key: &str) -> Vec<(String, reqwest::RequestBuilder)> {
        let (auth, proxy) = (Client::anonymous(self.artel.url_of("auth")), self.artel.url_of("llm_proxy"));
        let runtime = Client::anonymous(self.artel.url_of("runtime"));
        let login = [
            ("grant_type", "password"),
            ("username", "admin"),
            ("password", PASSWORD),
            ("client_id", "codelab-flutter-app"),
        ];
        let own = |method: &str, path: &str| (format!("{method} {path}"), self.client.request(method, path));
        let saying = |method: &str, path: &str, body: Value| {
            (format!("{method} {path}"), self.client.request(method, path).json(&body))
        };
        let chat = json!({ "model": "demo:echo", "messages": [{ "role": "user", "content": "hello" }] });
        let said = json!({ "session_id": session, "message": { "type": "user_message", "content": "hello" } });
        vec![
            own("GET", "/agents"),
            saying("POST", "/agents", json!({ "name": "Another" })),
            own("GET", "/tools"),
            own("GET", &format!("/runs/{run}")),
            own("GET", &format!("/runs/{run}/events")),
            own("GET", &format!("/sessions/{session}/messages")),
            own("GET", "/audit"),
            own("GET", "/approvals"),
            own("GET", "/forms"),
            own("GET", "/api-keys"),
            saying("POST", "/runs/stream", json!({ "agent_id": self.agent, "input_message": "Talk" })),
            saying("POST", "/runs", json!({ "agent_id": self.agent, "input_message": "Talk" })),
            own("GET", "/api/v1/sessions"),
            saying("POST", "/api/v1/sessions", json!({})),
            own("GET", &format!("/api/v1/sessions/{session}/history")),
            own("GET", &format!("/api/v1/sessions/{session}/pending-approvals")),
            own("GET", "/api/v1/events/stats"),
            (
                "POST runtime/agent/message/stream".into(),
                runtime.request("POST", "/agent/message/stream").header("x-internal-auth", KEY).json(&said),
            ),
            ("GET runtime/sessions".into(), runtime.request("GET", "/sessions").header("x-internal-auth", KEY)),
            ("POST auth/oauth/token".into(), auth.request("POST", "/oauth/token").form(&login)),
            (
                "POST proxy with an unseen key".into(),
                Client::new(proxy, api_key).request("POST", "/v1/chat/completions").json(&chat),
            ),
        ]
    }
}

/// The status of the answer, and how long it took to its end.
async fn timed(request: reqwest::RequestBuilder) -> (u16, Duration, String) {
    let asked = Instant::now();
    let answer = request.send().await.unwrap();
    let status = answer.status().as_u16();
    let text = answer.text().await.unwrap_or_default();
    (status, asked.elapsed(), text)
}

async fn probe(world: &World, path: &str) -> (u16, Duration, String) {
    timed(Client::anonymous(world.artel.url()).request("GET", path)).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_frozen_database_is_told_of_in_time_and_costs_nothing() {
    let Some(mut world) = World::new().await else { return };
    let session = world.client.create("/api/v1/sessions", &json!({})).await["id"].as_str().unwrap().to_owned();
    let api_key = world.artel.command(&["keys", "create", "--scopes", "llm:invoke"]).await.0.trim().to_owned();
    let run = world.client.start_run(&world.agent, "Talk").await;
    while world.model.requests().is_empty() {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let before = world.client.get("/runs").await.1.as_array().unwrap().len();

    world.postgres.freeze();
    let frozen = Instant::now();
    let (names, requests): (Vec<_>, Vec<_>) = world.requests(&session, &run, &api_key).into_iter().unzip();
    let asked = join_all(requests.into_iter().map(timed));
    let keyed = timed(world.keyed_run("one"));
    let probes = async {
        let mut found = Vec::new();
        for path in ["/health", "/health/db", "/metrics", "/api/v1/health", "/health/db", "/metrics"] {
            found.push((path, probe(&world, path).await));
        }
        found
    };
    let (answers, (keyed, ..), probes) = tokio::join!(asked, keyed, probes);
    let mut wrong: Vec<String> = Vec::new();
    for (name, (status, took, text)) in names.iter().zip(&answers) {
        if *status != 503 || *took > PROMISED {
            wrong.push(format!("{name}: {status} after {took:?}: {text:.200}"));
        }
    }
    for (path, (status, took, text)) in &probes {
        let expected = if *path == "/health/db" { 503 } else { 200 };
        if *status != expected || *took > PROBES {
            wrong.push(format!("GET {path}: {status} after {took:?}: {text:.200}"));
        }
        if *path == "/metrics" && !text.contains("artel_db_up 0") {
            wrong.push("the metrics take the database for healthy".to_owned());
        }
    }
    // What it has read is old by now.
    let keys = timed(Client::anonymous(world.artel.url_of("auth")).request("GET", "/.well-known/jwks.json")).await;
    if keys.0 != 503 || keys.1 > PROMISED {
        wrong.push(format!("the key set: {} after {:?}: {:.200}", keys.0, keys.1, keys.2));
    }
    tokio::time::sleep(FROZEN.saturating_sub(frozen.elapsed())).await;
    world.postgres.thaw();
    assert!(wrong.is_empty(), "{wrong:#?}\n{}", world.artel.log());
    assert_eq!(keyed, 503);

    // Everything works again, nothing is lost, nothing is done twice.
    let (status, _, answer) = timed(world.keyed_run("one")).await;
    assert!((200..300).contains(&status), "{status}: {answer}\n{}", world.artel.log());
    let answer: Value = serde_json::from_str(&answer).unwrap();
    let (_, _, again) = timed(world.keyed_run("one")).await;
    assert_eq!(serde_json::from_str::<Value>(&again).unwrap()["id"], answer["id"]);
    for run in [run.as_str(), answer["id"].as_str().unwrap()] {
        let run = world.client.finished_run(run).await;
        assert_eq!(
            (&run["status"], &run["output_message"]),
            (&json!("succeeded"), &json!("one two three four")),
            "{run:#}"
        );
    }
    let mut made = Vec::new();
    // Again and again, so that every connection is used that was there when the database froze.
    for _ in 0..ROUNDS {
        let (names, requests): (Vec<_>, Vec<_>) = world.requests(&session, &run, &api_key).into_iter().unzip();
        for (name, (status, _, text)) in names.iter().zip(join_all(requests.into_iter().map(timed)).await) {
            assert!((200..300).contains(&status), "{name}: {status}: {text}\n{}", world.artel.log());
            let answer: Value = serde_json::from_str(&text).unwrap_or_default();
            let path = match name.as_str() {
                "POST /agents" => "/agents",
                "POST /runs" => "/runs",
                _ => continue,
            };
            made.push(format!("{path}/{}", answer["id"].as_str().unwrap()));
        }
    }
    assert_eq!(probe(&world, "/health/db").await.0, 200);
    // What was answered 503 may have been done all the same, each of them once.
    let runs = world.client.get("/runs?limit=100").await.1.as_array().unwrap().len();
    let (keyed, refused, repeated) = (1, 3, 3 * ROUNDS);
    assert!(runs <= before + keyed + refused + repeated, "{runs} runs, {before} of them from before");
    // What was acknowledged is there for everybody.
    world.artel.kill().await;
    world.artel.restart().await;
    let client = world.client.at(world.artel.url());
    for path in made {
        assert_eq!(client.get(&path).await.0, 200, "{path} was acknowledged");
    }
}
