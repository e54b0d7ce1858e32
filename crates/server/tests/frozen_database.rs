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

/// What requests name.
struct Named {
    session: String,
    run: String,
    api_key: String,
}

impl World {
    /// A session, a key that no process has seen, and a run whose model is speaking.
    async fn named(&self) -> Named {
        let session = self.client.create("/api/v1/sessions", &json!({})).await["id"].as_str().unwrap().to_owned();
        let api_key = self.artel.command(&["keys", "create", "--scopes", "llm:invoke"]).await.0.trim().to_owned();
        let run = self.client.start_run(&self.agent, "Talk").await;
        while self.model.requests().is_empty() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Named { session, run, api_key }
    }

    async fn asks_everything(&self, named: &Named) -> Vec<(String, (u16, Duration, String))> {
        let requests = self.requests(&named.session, &named.run, &named.api_key);
        let (names, requests): (Vec<_>, Vec<_>) = requests.into_iter().unzip();
        names.into_iter().zip(join_all(requests.into_iter().map(timed)).await).collect()
    }

    async fn probes(&self) -> Vec<(&'static str, (u16, Duration, String))> {
        let mut found = Vec::new();
        for path in ["/health", "/health/db", "/metrics", "/api/v1/health", "/health/db", "/metrics"] {
            found.push((path, probe(self, path).await));
        }
        found
    }

    /// What is answered otherwise than was promised, while the database stands still.
    async fn wrong_while_frozen(&self, named: &Named) -> Vec<String> {
        let (answers, keyed, probes) =
            tokio::join!(self.asks_everything(named), timed(self.keyed_run("one")), self.probes());
        // What the auth service has read is old by now.
        let keys = Client::anonymous(self.artel.url_of("auth")).request("GET", "/.well-known/jwks.json");
        let more = [("a keyed run".to_owned(), keyed), ("the key set".to_owned(), timed(keys).await)];
        let late = answers.into_iter().chain(more).filter_map(|(name, (status, took, text))| {
            let is_right = status == 503 && took <= PROMISED;
            (!is_right).then(|| format!("{name}: {status} after {took:?}: {text:.200}"))
        });
        let probes = probes.into_iter().filter_map(|(path, (status, took, text))| {
            let expected = if path == "/health/db" { 503 } else { 200 };
            let is_told = path != "/metrics" || text.contains("artel_db_up 0");
            let is_right = status == expected && took <= PROBES && is_told;
            (!is_right).then(|| format!("GET {path}: {status} after {took:?}: {text:.200}"))
        });
        late.chain(probes).collect()
    }

    /// The request that was not answered makes one run, and the run that was under way is done.
    async fn loses_nothing(&self, named: &Named) {
        let (status, _, answer) = timed(self.keyed_run("one")).await;
        assert!((200..300).contains(&status), "{status}: {answer}\n{}", self.artel.log());
        let answer: Value = serde_json::from_str(&answer).unwrap();
        let (_, _, again) = timed(self.keyed_run("one")).await;
        assert_eq!(serde_json::from_str::<Value>(&again).unwrap()["id"], answer["id"]);
        for run in [named.run.as_str(), answer["id"].as_str().unwrap()] {
            let run = self.client.finished_run(run).await;
            let told = (&run["status"], &run["output_message"]);
            assert_eq!(told, (&json!("succeeded"), &json!("one two three four")), "{run:#}");
        }
    }

    /// Every connection is used that was there when the database froze. Returns the paths of what was made.
    async fn works_again(&self, named: &Named) -> Vec<String> {
        let mut made = Vec::new();
        for _ in 0..ROUNDS {
            for (name, (status, _, text)) in self.asks_everything(named).await {
                assert!((200..300).contains(&status), "{name}: {status}: {text}\n{}", self.artel.log());
                if let "POST /agents" | "POST /runs" = name.as_str() {
                    let answer: Value = serde_json::from_str(&text).unwrap();
                    made.push(format!("{}/{}", name.trim_start_matches("POST "), answer["id"].as_str().unwrap()));
                }
            }
        }
        assert_eq!(probe(self, "/health/db").await.0, 200);
        made
    }

    async fn count_runs(&self) -> usize {
        self.client.get("/runs?limit=100").await.1.as_array().unwrap().len()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_frozen_database_is_told_of_in_time_and_costs_nothing() {
    let Some(mut world) = World::new().await else { return };
    let named = world.named().await;
    let before = world.count_runs().await;
    world.postgres.freeze();
    let frozen = Instant::now();
    let wrong = world.wrong_while_frozen(&named).await;
    tokio::time::sleep(FROZEN.saturating_sub(frozen.elapsed())).await;
    world.postgres.thaw();
    assert!(wrong.is_empty(), "{wrong:#?}\n{}", world.artel.log());

    world.loses_nothing(&named).await;
    let made = world.works_again(&named).await;
    // What was answered 503 may have been done all the same, each of them once.
    let (keyed, refused, repeated) = (1, 3, 3 * ROUNDS);
    assert!(world.count_runs().await <= before + keyed + refused + repeated);
    // What was acknowledged is there for everybody.
    world.artel.kill().await;
    world.artel.restart().await;
    let client = world.client.at(world.artel.url());
    for path in made {
        assert_eq!(client.get(&path).await.0, 200, "{path} was acknowledged");
    }
}
