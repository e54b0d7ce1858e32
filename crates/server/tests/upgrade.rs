//! A database that the last release (0.1.0) left behind, taken over by this version, on both stores.
//!
//! `upgrade/recorded` holds the recording: runs that are over, wait for a human, wait for their client, wait for a
//! plan's approval, and one whose process was killed while it streamed; and what the last release showed of them.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::time::Duration;

use artel_testkit::{Artel, Client, Database, Launch, ModelServer, Receiver, Reply, on_both_stores};
use serde_json::{Value, json};

const KEY: &str = "a-key-of-this-test-installation-0123456789";
/// Where the recorded tool is.
const RECORDED_TOOL: &str = "http://127.0.0.1:18098";

/// What the last release left on one kind of database.
struct Recording {
    sql: &'static str,
    /// Runs and sessions by what they are for.
    named: Value,
    /// Answers by path.
    views: BTreeMap<String, String>,
}

impl Recording {
    fn of(database: &Database) -> Self {
        let (sql, named, views) = match database {
            Database::Sqlite => (
                include_str!("upgrade/recorded/sqlite.sql"),
                include_str!("upgrade/recorded/sqlite.named.json"),
                include_str!("upgrade/recorded/sqlite.views.json"),
            ),
            Database::Postgres { .. } => (
                include_str!("upgrade/recorded/postgres.sql"),
                include_str!("upgrade/recorded/postgres.named.json"),
                include_str!("upgrade/recorded/postgres.views.json"),
            ),
        };
        Self { sql, named: serde_json::from_str(named).unwrap(), views: serde_json::from_str(views).unwrap() }
    }

    fn id(&self, name: &str) -> &str {
        self.named[name].as_str().unwrap()
    }
}

fn launch(database: Database, sql: String) -> Launch {
    Launch::new(env!("CARGO_BIN_EXE_artel"), database)
        .on_recorded(sql)
        .with("GATEWAY__INTERNAL_API_KEY", KEY)
        .with("AGENT_RUNTIME__INTERNAL_API_KEY", KEY)
        .with("AGENT_RUNTIME__LLM_MODEL", "openai:gpt-4o-mini")
}

async fn everything_is_shown_as_the_last_release_showed_it(database: Database) {
    let recording = Recording::of(&database);
    let artel = launch(database, recording.sql.to_owned()).roles("platform,gateway").start().await;
    let client = artel.client().await;
    for (path, recorded) in &recording.views {
        // A list of events where the run goes on, a stream where it is over.
        let accept = if recorded.starts_with('{') { "application/json" } else { "text/event-stream" };
        let answer = client.request("GET", path).header("accept", accept).send().await.unwrap().text().await.unwrap();
        if path.contains("include=messages") {
            let run: Value = serde_json::from_str(&answer).unwrap();
            assert_eq!(run["messages"], serde_json::from_str::<Value>(recorded).unwrap(), "{path}");
        } else {
            assert_eq!(&answer, recorded, "{path}");
        }
    }
    assert!(recording.views.len() > 50);
}

/// This version with its worker, on the recorded database.
struct World {
    recording: Recording,
    artel: Artel,
    client: Client,
    receiver: Receiver,
    _model: ModelServer,
}

impl World {
    async fn new(database: Database) -> Self {
        let recording = Recording::of(&database);
        let model = ModelServer::start(answers).await;
        let receiver = Receiver::start(Duration::ZERO).await;
        let endpoint = receiver.tool("write_file", "idempotent")["endpoint"].as_str().unwrap().replace("/work", "");
        let sql = recording.sql.replace(RECORDED_TOOL, &endpoint);
        let artel = launch(database, sql).with("OPENAI_BASE_URL", model.url()).start().await;
        let client = artel.client().await;
        Self { recording, artel, client, receiver, _model: model }
    }

    /// What the runtime streams when a client says this in the session of this name.
    async fn says(&self, session: &str, message: Value) -> String {
        let runtime = Client::anonymous(self.artel.url_of("runtime"));
        let body = json!({ "session_id": self.recording.id(session), "message": message });
        let request = runtime.request("POST", "/agent/message/stream?plans=1").json(&body);
        let request =
            request.header("x-internal-auth", KEY).header("x-user-id", "00000000-0000-0000-0000-000000000001");
        request.send().await.unwrap().text().await.unwrap()
    }
}

fn answers(body: &Value) -> Reply {
    let messages = body["messages"].as_array().unwrap();
    let last = messages.last().unwrap();
    let text = last["content"].as_str().unwrap_or_default();
    Reply::Text(match last["role"].as_str().unwrap() {
        "tool" => format!("The tool said {text}"),
        _ => format!("Answered: {}", text.lines().next().unwrap_or_default()),
    })
}

async fn runs_that_the_last_release_left_are_driven_on(database: Database) {
    let world = World::new(database).await;
    let named = |name| world.recording.id(name);

    let run = world.client.finished_run(named("streaming")).await;
    assert_eq!((&run["status"], &run["output_message"]), (&json!("succeeded"), &json!("Answered: Talk")), "{run:#}");
    let events = world.client.events(named("streaming"), None).await.rest().await;
    assert!(events.iter().any(|event| event.name == "message_reset"), "readers drop what the last release streamed");

    let decide = format!("/approvals/{}/decision", named("approval"));
    assert_eq!(world.client.post(&decide, &json!({ "decision": "approve" })).await.0, 200);
    let run = world.client.finished_run(named("waiting_for_approval")).await;
    assert_eq!(run["status"], "succeeded", "{run:#}");
    let call = run["tools_called"][0]["tool_call_id"].as_str().unwrap();
    assert_eq!(
        world.receiver.calls_by_key(),
        BTreeMap::from([(call.to_owned(), 1)]),
        "the very call, under its own key"
    );

    let result =
        json!({ "type": "tool_result", "call_id": named("call_of_the_client"), "result": { "content": "hi" } });
    let frames = world.says("session_that_waits_for_its_client", result).await;
    assert!(frames.contains("The tool said") && frames.contains(r#""is_final":true"#), "{frames}");

    let pending = format!("/api/v1/sessions/{}/pending-approvals?include=plan", named("session_that_waits_for_a_plan"));
    let (_, pending) = world.client.get(&pending).await;
    assert_eq!(pending["count"], 1, "{pending:#}");
    let (_, approvals) = world.client.get("/approvals?status=pending").await;
    let plan = approvals.as_array().unwrap().iter().find(|approval| approval["tool_name"] == "create_plan").unwrap();
    let decision =
        json!({ "type": "plan_decision", "approval_request_id": plan["id"], "decision": "approve", "feedback": null });
    let frames = world.says("session_that_waits_for_a_plan", decision).await;
    assert!(frames.contains("plan_completed"), "{frames}");

    let frames = world
        .says("session_of_a_dialogue", json!({ "type": "user_message", "content": "hello", "role": "user" }))
        .await;
    assert!(frames.contains("Answered: hello"), "an old session goes on: {frames}");
    let (rows, whole) = world.artel.command(&["audit", "verify"]).await;
    assert!(whole, "{rows}");
}

on_both_stores! {
    everything_is_shown_as_the_last_release_showed_it as shown_as_before_on_sqlite, shown_as_before_on_postgres;
    runs_that_the_last_release_left_are_driven_on as driven_on_on_sqlite, driven_on_on_postgres;
}
