//! Ada with a call that is held in her CodeLab session, and Eve, who signs in beside her.

use artel_testkit::{Artel, Database, Launch, ModelServer, Reply, Socket};
use serde_json::{Value, json};

/// What services show each other.
const KEY: &str = "a-key-of-this-test-installation-0123456789";
const IDE: &str = "codelab-flutter-app";

pub(crate) struct World {
    pub(crate) artel: Artel,
    _model: ModelServer,
    pub(crate) ada: Caller,
    pub(crate) eve: Caller,
}

/// Somebody who calls any surface.
#[derive(Clone)]
pub(crate) struct Caller {
    pub(crate) user: String,
    pub(crate) bearer: String,
    http: reqwest::Client,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) text: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_default()
    }
}

/// What a private session consists of.
#[derive(Debug, Clone)]
pub(crate) struct Things {
    pub(crate) session: String,
    pub(crate) run: String,
    pub(crate) approval: String,
    pub(crate) call: String,
    /// A task of the owner's, and the run of its execution, which is in a private session of its own.
    pub(crate) task: String,
    pub(crate) execution: String,
}

impl Things {
    /// As well-formed as the others, and never made.
    pub(crate) fn absent() -> Self {
        let id = |n: u8| format!("00000000-0000-4000-8000-0000000000{n:02x}");
        Self { session: id(1), run: id(2), approval: id(3), call: id(4), task: id(5), execution: id(6) }
    }

    pub(crate) fn ids(&self) -> [&str; 6] {
        [&self.session, &self.run, &self.approval, &self.call, &self.task, &self.execution]
    }
}

impl World {
    pub(crate) async fn new(database: Database) -> Self {
        let model = ModelServer::start(|body| routing(body).unwrap_or_else(|| writing(body))).await;
        let artel = Launch::new(env!("CARGO_BIN_EXE_artel"), database)
            .with("OPENAI_BASE_URL", model.url())
            .with("AGENT_RUNTIME__LLM_MODEL", "openai:gpt-4o-mini")
            .with("GATEWAY__INTERNAL_API_KEY", KEY)
            .with("AGENT_RUNTIME__INTERNAL_API_KEY", KEY)
            .with("AUTH_SERVICE__RATE_LIMIT_PER_USERNAME", "100000")
            .with("REDIS_URL", "")
            .start()
            .await;
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder().no_proxy().timeout(std::time::Duration::from_secs(20)).build().unwrap();
        let (ada, eve) = (signs_in(&artel, &http, "ada").await, signs_in(&artel, &http, "eve").await);
        Self { artel, _model: model, ada, eve }
    }

    /// With every scope but an administrator's.
    pub(crate) async fn eve_with_all_scopes(&self) -> Caller {
        self.with_all_scopes(&self.eve).await
    }

    async fn with_all_scopes(&self, caller: &Caller) -> Caller {
        let tenant = claims(&self.ada.bearer)["tenant_id"].as_str().unwrap().to_owned();
        let scopes =
            "tools:read,tools:write,agents:read,agents:write,runs:read,runs:write,api-keys:write,audit:read,llm:invoke";
        let args = ["token", "--tenant", &tenant, "--user", &caller.user, "--scopes", scopes];
        let (token, made) = self.artel.command(&args).await;
        assert!(made, "artel token");
        Caller { bearer: token.trim().to_owned(), ..caller.clone() }
    }

    pub(crate) async fn socket(&self, caller: &Caller, session: &str) -> Result<Socket, (u16, Value)> {
        let bearer = format!("Bearer {}", caller.bearer);
        let path = format!("/api/v1/ws/{session}?stream=whole");
        Socket::open(self.artel.url(), &path, &[("authorization", &bearer)]).await
    }

    /// A session of ada's in which a `write_file` is held, and her socket with its frame.
    pub(crate) async fn held(&self) -> (Things, Socket, Value) {
        let made = self.ada.calls(self.artel.url(), "POST", "/api/v1/sessions", &json!({})).await.json();
        let session = made["id"].as_str().unwrap().to_owned();
        let mut socket = self.socket(&self.ada, &session).await.unwrap();
        socket.send(&json!({ "type": "user_message", "content": "Write a.txt", "role": "user" })).await;
        let call = socket.turn().await.pop().unwrap();
        assert_eq!((&call["tool_name"], &call["requires_approval"]), (&json!("write_file"), &json!(true)), "{call}");
        let held = self.ada.reads(self.artel.url(), &format!("/v1/approvals?session_id={session}")).await.json();
        let text = |name: &str| held[0][name].as_str().unwrap_or_else(|| panic!("{held}")).to_owned();
        let (task, execution) = self.executed().await;
        let (run, approval) = (text("run_id"), text("id"));
        (Things { session, run, approval, call: text("tool_call_id"), task, execution }, socket, call)
    }

    /// A task of ada's, and its execution.
    async fn executed(&self) -> (String, String) {
        let ada = self.with_all_scopes(&self.ada).await;
        let text = |answer: &Answer, name: &str| {
            answer.json()[name].as_str().unwrap_or_else(|| panic!("{answer:?}")).to_owned()
        };
        let wanted = json!({ "title": "diary", "prompt": "Write my diary." });
        let task = text(&ada.calls(self.artel.url(), "POST", "/v1/tasks", &wanted).await, "task_id");
        let path = format!("/v1/tasks/{task}/run");
        let execution = text(&ada.calls(self.artel.url(), "POST", &path, &json!({})).await, "run_id");
        let path = format!("/v1/runs/{execution}");
        let rests = async {
            while matches!(text(&ada.reads(self.artel.url(), &path).await, "status").as_str(), "queued" | "running") {
                tokio::time::sleep(std::time::Duration::from_millis(50)).await;
            }
        };
        tokio::time::timeout(std::time::Duration::from_mins(1), rests).await.unwrap();
        (task, execution)
    }

    /// All that ada sees of it.
    pub(crate) async fn rows(&self, things: &Things) -> Vec<Answer> {
        let Things { session, run, approval, task, .. } = things;
        let mut rows = Vec::new();
        for path in [
            format!("/v1/runs/{run}"),
            format!("/v1/runs?session_id={session}"),
            format!("/v1/approvals/{approval}"),
            format!("/v1/sessions/{session}/messages"),
            format!("/api/v1/sessions/{session}"),
            format!("/api/v1/sessions/{session}/history"),
            format!("/api/v1/sessions/{session}/pending-approvals"),
            format!("/api/v1/agents/{session}/current"),
            format!("/v1/tasks/{task}"),
        ] {
            let row = self.ada.reads(self.artel.url(), &path).await;
            assert_eq!(row.status, 200, "{path}: {}", row.text);
            rows.push(row);
        }
        rows
    }
}

impl Caller {
    pub(crate) async fn reads(&self, base: &str, path: &str) -> Answer {
        self.calls(base, "GET", path, &Value::Null).await
    }

    pub(crate) async fn calls(&self, base: &str, method: &str, path: &str, body: &Value) -> Answer {
        let request = self.http.request(method.parse().unwrap(), format!("{base}{path}")).bearer_auth(&self.bearer);
        Self::send(request, body).await
    }

    /// By the runtime's port, which services use for the caller.
    pub(crate) async fn by_a_service(&self, base: &str, method: &str, path: &str, body: &Value) -> Answer {
        let request = self.http.request(method.parse().unwrap(), format!("{base}{path}"));
        let tenant = claims(&self.bearer)["tenant_id"].as_str().unwrap().to_owned();
        let known =
            request.header("x-internal-auth", KEY).header("x-user-id", &self.user).header("x-tenant-id", tenant);
        Self::send(known, body).await
    }

    async fn send(request: reqwest::RequestBuilder, body: &Value) -> Answer {
        let request = if body.is_null() { request } else { request.json(body) };
        let answer = request.send().await.unwrap();
        Answer { status: answer.status().as_u16(), text: answer.text().await.unwrap() }
    }
}

/// Makes the user and signs them in as the IDE does.
async fn signs_in(artel: &Artel, http: &reqwest::Client, name: &str) -> Caller {
    let (password, made) = artel.command(&["users", "create", name, "--email", &format!("{name}@example.com")]).await;
    assert!(made, "artel users create");
    let password = password.lines().next().unwrap_or_default().trim().to_owned();
    let form = [("grant_type", "password"), ("username", name), ("password", &password), ("client_id", IDE)];
    let answer = http.post(format!("{}/oauth/token", artel.url_of("auth"))).form(&form).send().await.unwrap();
    let token: Value = serde_json::from_str(&answer.text().await.unwrap()).unwrap();
    let bearer = token["access_token"].as_str().unwrap_or_else(|| panic!("{token}")).to_owned();
    let user = claims(&bearer)["sub"].as_str().unwrap().to_owned();
    Caller { user, bearer, http: http.clone() }
}

/// Of a JWT, unverified.
fn claims(jwt: &str) -> Value {
    use base64::Engine as _;
    let part = jwt.split('.').nth(1).unwrap();
    serde_json::from_slice(&base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}

/// The router asks before an agent does.
fn routing(body: &Value) -> Option<Reply> {
    let system = body["messages"][0]["content"].as_str().unwrap_or_default();
    let chosen = r#"{"agent":"coder","confidence":"high","reasoning":"it is code"}"#;
    system.contains("task classifier").then(|| Reply::Text(chosen.to_owned()))
}

/// Writes a file, and says so when it is written.
fn writing(body: &Value) -> Reply {
    match body["messages"].as_array().unwrap().last().unwrap()["role"].as_str() {
        Some("tool") => Reply::Text("Written.".to_owned()),
        _ => Reply::CallOf(String::new(), "write_file", json!({ "path": "a.txt", "content": "diary" })),
    }
}
