use artel_testkit::{Artel, Client, Database, Launch, ModelServer, Reply, Socket};
use serde_json::{Value, json};

use crate::workspace::Workspace;

/// A scripted model, the product, and a user of it.
pub(crate) struct World {
    pub(crate) model: ModelServer,
    pub(crate) artel: Artel,
    pub(crate) client: Client,
}

impl World {
    pub(crate) async fn new(script: impl Fn(&Value) -> Reply + Send + Sync + 'static) -> Self {
        Self::with(Database::Sqlite, &[], script).await
    }

    pub(crate) async fn with(
        database: Database,
        settings: &[(&str, &str)],
        script: impl Fn(&Value) -> Reply + Send + Sync + 'static,
    ) -> Self {
        let model = ModelServer::start(move |body| routing(body).unwrap_or_else(|| script(body))).await;
        let launch = Launch::new(env!("CARGO_BIN_EXE_artel"), database)
            .with("OPENAI_BASE_URL", model.url())
            .with("AGENT_RUNTIME__LLM_MODEL", "openai:gpt-4o-mini")
            .with("GATEWAY__INTERNAL_API_KEY", KEY)
            .with("AGENT_RUNTIME__INTERNAL_API_KEY", KEY);
        let artel = settings.iter().fold(launch, |launch, (name, value)| launch.with(name, value)).start().await;
        let client = artel.client().await;
        Self { model, artel, client }
    }

    /// Another user of the same tenant.
    pub(crate) async fn user(&self, user: &str, more: &[&str]) -> Client {
        let args = [&["token", "--user", user], more].concat();
        let (token, _) = self.artel.command(&args).await;
        Client::new(self.artel.url(), token.trim())
    }

    pub(crate) async fn session(&self) -> String {
        let made = self.client.create("/api/v1/sessions", &json!({})).await;
        assert_eq!(made["id"], made["session_id"]);
        made["id"].as_str().unwrap().to_owned()
    }

    /// A socket of the user, with a token in its header.
    pub(crate) async fn socket(&self, session: &str, query: &str) -> Socket {
        self.try_socket(&format!("/api/v1/ws/{session}{query}"), &[("authorization", &self.bearer())]).await.unwrap()
    }

    pub(crate) async fn try_socket(&self, path: &str, headers: &[(&str, &str)]) -> Result<Socket, (u16, Value)> {
        Socket::open(self.artel.url(), path, headers).await
    }

    pub(crate) fn bearer(&self) -> String {
        format!("Bearer {}", self.client.token())
    }

    /// `kill -9` and a new life.
    pub(crate) async fn dies_and_lives(&mut self) {
        self.artel.kill().await;
        self.artel.restart().await;
        self.client = self.client.at(self.artel.url());
    }

    pub(crate) async fn history(&self, session: &str) -> Value {
        let (status, history) = self.client.get(&format!("/api/v1/sessions/{session}/history")).await;
        assert_eq!(status, 200, "{history}");
        history
    }
}

/// What services show each other.
pub(crate) const KEY: &str = "a-key-of-this-test-installation-0123456789";

/// The router asks before an agent does.
fn routing(body: &Value) -> Option<Reply> {
    let system = body["messages"][0]["content"].as_str().unwrap_or_default();
    system
        .contains("task classifier")
        .then(|| Reply::Text(r#"{"agent":"coder","confidence":"high","reasoning":"it is code"}"#.to_owned()))
}

/// Results of tools since the user spoke last.
pub(crate) fn results(body: &Value) -> Vec<String> {
    let messages = body["messages"].as_array().unwrap();
    let last = messages.iter().rposition(|message| message["role"] == "user").unwrap_or_default();
    let told = messages[last..].iter().filter(|message| message["role"] == "tool");
    told.map(|message| message["content"].as_str().unwrap_or_default().to_owned()).collect()
}

/// What the user said last.
pub(crate) fn input(body: &Value) -> String {
    let messages = body["messages"].as_array().unwrap();
    let last = messages.iter().rev().find(|message| message["role"] == "user");
    last.and_then(|message| message["content"].as_str()).unwrap_or_default().to_owned()
}

pub(crate) fn says(content: &str) -> Value {
    json!({ "type": "user_message", "content": content, "role": "user" })
}

/// All frames of a task: whatever tool is called is executed, its user having nothing against it.
pub(crate) async fn carry_out(socket: &mut Socket, workspace: &mut Workspace, content: &str) -> Vec<Value> {
    socket.send(&says(content)).await;
    go_on(socket, workspace).await
}

pub(crate) async fn go_on(socket: &mut Socket, workspace: &mut Workspace) -> Vec<Value> {
    let mut frames = Vec::new();
    loop {
        frames.extend(socket.turn().await);
        let last = frames.last().unwrap();
        if last["type"] != "tool_call" {
            return frames;
        }
        let result = workspace.execute(last);
        socket.send(&result).await;
    }
}

pub(crate) fn kinds(frames: &[Value]) -> Vec<&str> {
    frames.iter().map(|frame| frame["type"].as_str().unwrap()).collect()
}

/// The tokens of the last segment, put together.
pub(crate) fn last_tokens(frames: &[Value]) -> String {
    let start = frames.iter().rposition(|frame| frame["type"] == "tool_call").map_or(0, |at| at + 1);
    frames[start..].iter().filter_map(|frame| frame["token"].as_str()).collect()
}
