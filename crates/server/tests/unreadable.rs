//! Runs whose journal holds an entry that this version cannot read, through the real binary, on both stores.
#![expect(clippy::unwrap_used, reason = "tests and what helps them fail by panicking")]

use std::sync::Arc;
use std::time::Duration;

use artel_domain::{Clock as _, Entry, Event, Run, RunId, SystemClock, TenantId};
use artel_store::{ApprovalFilter, Fence, RunStore, Step, Viewer};
use artel_store_postgres::{PostgresOptions, PostgresStore};
use artel_store_sqlite::{SqliteOptions, SqliteStore};
use artel_testkit::{Artel, Client, Database, Launch, ModelServer, Receiver, Reply, on_both_stores};
use serde_json::{Value, json};

/// A run that waits for a human, and what it needs to go on.
struct World {
    artel: Artel,
    client: Client,
    agent: String,
    /// `None` on SQLite: the database is in the process's directory.
    url: Option<String>,
    run: String,
    _model: ModelServer,
    receiver: Receiver,
}

impl World {
    async fn new(database: Database) -> Self {
        let url = if let Database::Postgres { url, .. } = &database { Some(url.clone()) } else { None };
        let model = ModelServer::start(answer).await;
        let receiver = Receiver::start(Duration::ZERO).await;
        let artel =
            Launch::new(env!("CARGO_BIN_EXE_artel"), database).with("OPENAI_BASE_URL", model.url()).start().await;
        let client = artel.client().await;
        let agent = client.agent("openai:gpt-4o-mini", &[receiver.tool("write_file", "idempotent")]).await;
        let body = json!({ "agent_id": agent, "input_message": "Write", "session_id": "s" });
        let (status, run) = client.post("/runs", &body).await;
        assert_eq!((status, &run["phase"]), (202, &json!("waiting_for_approval")), "{run:#}");
        let run = run["id"].as_str().unwrap().to_owned();
        Self { artel, client, agent, url, run, _model: model, receiver }
    }

    /// The run is from here on another one, whose model is in the middle of an answer.
    async fn talks(&mut self) {
        let mut stream = self.client.stream(&self.agent, "Talk").await;
        let seen = stream.until("token").await;
        seen[0].data["run_id"].as_str().unwrap().clone_into(&mut self.run);
    }

    async fn store(&self) -> Arc<dyn RunStore> {
        if let Some(url) = &self.url {
            let options = PostgresOptions {
                url: url.clone(),
                pool_size: 2,
                max_overflow: 2,
                pool_timeout_seconds: 10,
                pool_recycle_seconds: 600,
            };
            Arc::new(PostgresStore::connect(&options).await.unwrap())
        } else {
            let path = self.artel.data_dir().join("data/artel.db");
            Arc::new(SqliteStore::open(&SqliteOptions::new(path.to_str().unwrap())).await.unwrap())
        }
    }

    /// `kill -9`, this done to the database, and a new life.
    async fn meanwhile(&mut self, change: impl AsyncFnOnce(Arc<dyn RunStore>, Run)) {
        self.artel.kill().await;
        let store = self.store().await;
        let tenant: TenantId = "00000000-0000-0000-0000-000000000001".parse().unwrap();
        let id: RunId = self.run.parse().unwrap();
        let run = store.find_run(&Viewer::service(tenant), id).await.unwrap().unwrap();
        change(store.clone(), run).await;
        drop(store);
        self.artel.restart().await;
        self.client = self.client.at(self.artel.url());
    }

    async fn a_newer_version_writes(&mut self, kind: &str, payload: &str) {
        self.meanwhile(async |store, run| appends(&*store, &run, kind, payload).await).await;
    }

    async fn approves(&self) {
        let (_, pending) = self.client.get(&format!("/approvals?status=pending&run_id={}", self.run)).await;
        let path = format!("/approvals/{}/decision", pending[0]["id"].as_str().unwrap());
        assert_eq!(self.client.post(&path, &json!({ "decision": "approve" })).await.0, 200);
    }

    async fn run(&self) -> Value {
        self.client.get(&format!("/runs/{}", self.run)).await.1
    }

    async fn is_handed_back(&self) -> Value {
        for _ in 0..100 {
            let run = self.run().await;
            if run["blocked_reason"].is_string() {
                return run;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("the run was not handed back: {:#}\n{}", self.run().await, self.artel.log());
    }

    /// Every view of the run and its session is there.
    async fn is_shown(&self) {
        for path in
            [format!("/runs/{}?include=messages", self.run), "/sessions/s/messages".to_owned(), "/runs".to_owned()]
        {
            let (status, body) = self.client.get(&path).await;
            assert_eq!(status, 200, "{path}: {body}");
        }
        let events =
            self.client.request("GET", &format!("/runs/{}/events", self.run)).header("accept", "application/json");
        let events: Value = serde_json::from_str(&events.send().await.unwrap().text().await.unwrap()).unwrap();
        let names: Vec<_> =
            events["events"].as_array().unwrap().iter().map(|event| event["event"].as_str().unwrap()).collect();
        assert_eq!(names[..3], ["start", "tool_call", "approval"], "{events:#}");
        assert!(!names.contains(&"form_asked"));
    }

    async fn the_session_goes_on(&self) {
        let body = json!({ "agent_id": self.agent, "input_message": "Write again", "session_id": "s" });
        let (status, run) = self.client.post("/runs", &body).await;
        assert_eq!((status, &run["phase"]), (202, &json!("waiting_for_approval")), "{run:#}");
    }
}

/// Talks for long when it is asked to; otherwise it calls the tool once.
fn answer(body: &Value) -> Reply {
    let last = body["messages"].as_array().unwrap().last().unwrap();
    match (last["role"].as_str(), last["content"].as_str()) {
        (Some("tool"), Some(told)) => Reply::Text(format!("The tool said {told}")),
        (_, Some("Talk")) => Reply::Slow("word ".repeat(1000), Duration::from_millis(25)),
        _ => Reply::Call(json!({ "text": "hello" })),
    }
}

/// Adds an entry behind the run's newest.
async fn appends(store: &dyn RunStore, run: &Run, kind: &str, payload: &str) {
    let seq =
        store.run_entries(&Viewer::service(run.tenant_id), run.id, 0, 1000).await.unwrap().last().unwrap().seq + 1;
    let event = Event::Other { kind: kind.to_owned(), payload: payload.to_owned() };
    let entry = Entry { seq, run_id: run.id, at: SystemClock.now(), event };
    let fence =
        Fence { tenant_id: run.tenant_id, session_id: run.session_id.clone(), run_id: run.id, epoch: run.epoch };
    store
        .commit(&fence, Step { entries: vec![entry], next_seq: seq + 1, at: SystemClock.now(), ..Step::default() })
        .await
        .unwrap();
}

async fn a_run_with_an_entry_of_a_newer_version_is_handed_back_and_can_be_cancelled(database: Database) {
    let mut world = World::new(database).await;
    world.a_newer_version_writes("form_asked", r#"{"kind":"form_asked","form":{"a":1}}"#).await;
    world.is_shown().await;
    world.approves().await;
    let run = world.is_handed_back().await;
    assert_eq!(run["status"], "running", "{run:#}");
    assert!(run["blocked_reason"].as_str().unwrap().contains("'form_asked'"), "{run:#}");
    world.is_shown().await;
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert_eq!(world.artel.log().matches("the run is handed back").count(), 1, "{}", world.artel.log());
    assert_eq!(world.receiver.calls(), 0, "nothing is done that the entry may forbid");

    assert_eq!(world.client.post(&format!("/runs/{}/cancel", world.run), &json!({})).await.0, 202);
    let run = world.client.finished_run(&world.run).await;
    assert_eq!(
        (&run["phase"], &run["error_code"], &run["blocked_reason"]),
        (&json!("cancelled"), &json!("cancelled"), &Value::Null)
    );
    let events = world.client.events(&world.run, None).await.rest().await;
    assert_eq!(events.last().unwrap().data, json!({ "error": "cancelled", "code": "cancelled" }));
    world.is_shown().await;
    world.the_session_goes_on().await;
}

async fn a_waiting_run_with_a_damaged_entry_is_cancelled_with_its_question(database: Database) {
    let mut world = World::new(database).await;
    world.a_newer_version_writes("tool_planned", r#"{"kind":"tool_planned","call_id":"#).await;
    assert_eq!(world.client.post(&format!("/runs/{}/cancel", world.run), &json!({})).await.0, 202);
    let run = world.client.finished_run(&world.run).await;
    assert_eq!(run["error_code"], "cancelled", "{run:#}");
    assert_eq!(run["tools_called"][0]["status"], "failed", "{run:#}");
    let (_, pending) = world.client.get(&format!("/approvals?status=pending&run_id={}", world.run)).await;
    assert_eq!(pending, json!([]));
    world.the_session_goes_on().await;
}

async fn an_entry_that_may_be_skipped_stops_nobody(database: Database) {
    let mut world = World::new(database).await;
    world.a_newer_version_writes("progress_noted", r#"{"kind":"progress_noted","optional":true}"#).await;
    world.approves().await;
    let run = world.client.finished_run(&world.run).await;
    assert_eq!(run["status"], "succeeded", "{run:#}");
    assert_eq!(world.receiver.calls(), 1);
}

async fn a_run_that_cannot_be_driven_and_crashed_too_often_is_ended(database: Database) {
    let mut world = World::new(database).await;
    world
        .meanwhile(async |store, run| {
            appends(&*store, &run, "form_asked", r#"{"kind":"form_asked"}"#).await;
            let asked = ApprovalFilter { run_id: Some(run.id), limit: 1, ..ApprovalFilter::default() };
            let asked = store.list_approvals(&Viewer::service(run.tenant_id), asked).await.unwrap().remove(0);
            let decided = artel_store::Decided {
                approval_id: asked.id,
                decision: artel_domain::Decision::Approve,
                args: None,
                feedback: None,
                by: None,
                at: SystemClock.now(),
            };
            store.decide_approval(&Viewer::service(run.tenant_id), decided, audit()).await.unwrap().unwrap();
            // As workers of the last release do: each dies over the run.
            for _ in 0..7 {
                let claimed = store.claim_runs("older", Duration::from_millis(1), 1, 64, &[]).await.unwrap();
                assert_eq!(claimed.len(), 1);
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        })
        .await;
    let run = world.client.finished_run(&world.run).await;
    assert_eq!((&run["phase"], &run["error_code"]), (&json!("failed"), &json!("crashed_repeatedly")), "{run:#}");
    assert!(run["error_message"].as_str().unwrap().contains("7 workers in turn"), "{run:#}");
    world.is_shown().await;
    world.the_session_goes_on().await;
}

async fn an_answer_under_way_is_void_when_the_run_is_ended_from_its_row(database: Database) {
    let mut world = World::new(database).await;
    world.talks().await;
    world.a_newer_version_writes("form_asked", r#"{"kind":"form_asked","form":{"a":1}}"#).await;
    world.is_handed_back().await;
    assert_eq!(world.client.post(&format!("/runs/{}/cancel", world.run), &json!({})).await.0, 202);
    world.client.finished_run(&world.run).await;
    let events = world.client.events(&world.run, None).await.rest().await;
    let names: Vec<&str> = events.iter().map(|event| event.name.as_str()).collect();
    assert_eq!(names.last_chunk().unwrap(), &["message_reset", "error"], "{names:?}");
}

fn audit() -> artel_domain::AuditEntry {
    artel_domain::AuditEntry {
        actor: artel_domain::Actor::default(),
        action: "approval.decide",
        entity_type: "approval",
        entity_id: "1".to_owned(),
        trace_id: String::new(),
        outcome: "ok".to_owned(),
        details: None,
        at: SystemClock.now(),
    }
}

on_both_stores! {
    a_run_with_an_entry_of_a_newer_version_is_handed_back_and_can_be_cancelled as handed_back_and_cancelled_on_sqlite, handed_back_and_cancelled_on_postgres;
    a_waiting_run_with_a_damaged_entry_is_cancelled_with_its_question as a_damaged_run_is_cancelled_on_sqlite, a_damaged_run_is_cancelled_on_postgres;
    an_entry_that_may_be_skipped_stops_nobody as an_optional_entry_is_skipped_on_sqlite, an_optional_entry_is_skipped_on_postgres;
    an_answer_under_way_is_void_when_the_run_is_ended_from_its_row as ended_from_its_row_in_an_answer_on_sqlite, ended_from_its_row_in_an_answer_on_postgres;
    a_run_that_cannot_be_driven_and_crashed_too_often_is_ended as a_poisoned_run_ends_on_sqlite, a_poisoned_run_ends_on_postgres;
}
