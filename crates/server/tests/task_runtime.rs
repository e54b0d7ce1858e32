//! What executions of tasks keep for each other, and how they sleep: through the real binary, on both stores.
#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

use std::time::Duration;

use artel_testkit::{Artel, Client, Database, Launch, ModelServer, on_both_stores};
use serde_json::{Value, json};

const ADA: &str = "aaaaaaaa-0000-4000-8000-000000000001";

struct World {
    artel: Artel,
    client: Client,
    /// Told what to call, it calls it.
    agent: String,
    _model: ModelServer,
}

impl World {
    async fn new(database: Database) -> Self {
        let model = ModelServer::obedient().await;
        let launch = Launch::new(env!("CARGO_BIN_EXE_artel"), database)
            .with("OPENAI_BASE_URL", model.url())
            .with("LEASE_SECONDS", "2")
            .with("MAX_CONTEXT_TOKENS", "100000")
            .with("JWT_SECRET", "one secret for all lives of this process");
        let artel = launch.start().await;
        let (token, _) = artel.command(&["token", "--tenant", ADA, "--user", ADA, "--scopes", "admin"]).await;
        let client = Client::new(artel.url(), token.trim());
        // In its executions the tools of the catalogue are there without being bound.
        let agent = client.agent("openai:gpt-4o-mini", &[]).await;
        Self { artel, client, agent, _model: model }
    }

    async fn dies_and_lives_again(&mut self) {
        self.artel.kill().await;
        self.artel.restart().await;
        self.client = self.client.at(self.artel.url());
    }

    /// A task whose executions make this call.
    async fn task(&self, args: &Value) -> String {
        let prompt = format!("call task_runtime {args}");
        let task = json!({ "title": "t", "agent_id": self.agent, "prompt": prompt });
        self.client.create("/v1/tasks", &task).await["task_id"].as_str().unwrap().to_owned()
    }

    /// The run of a new execution.
    async fn runs(&self, task: &str) -> String {
        self.client.create(&format!("/v1/tasks/{task}/run"), &json!({})).await["run_id"].as_str().unwrap().to_owned()
    }

    /// What the call came to in a new execution: JSON, or the text of an error.
    async fn told(&self, args: &Value) -> Value {
        let run = self.runs(&self.task(args).await).await;
        self.answer(&run).await
    }

    async fn answer(&self, run: &str) -> Value {
        let run = self.client.finished_run(run).await;
        let output = run["output_message"].as_str().unwrap_or_else(|| panic!("{run:#}"));
        let result = output.strip_prefix("I got ").unwrap_or(output);
        serde_json::from_str(result).unwrap_or_else(|_| json!(result))
    }

    /// Waits until the run sleeps, and says what for.
    async fn asleep(&self, run: &str) -> Value {
        for _ in 0..600 {
            let (_, found) = self.client.get(&format!("/v1/runs/{run}")).await;
            if found["phase"] == "waiting_for_approval" {
                return found["waiting_for"].clone();
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("after 30 s the run does not sleep");
    }
}

async fn a_state_is_kept_for_the_next_execution(database: Database) {
    let mut world = World::new(database).await;
    let task = world.task(&json!({ "action": "load_state" })).await;
    let run = world.runs(&task).await;
    assert_eq!(world.answer(&run).await, json!({ "state": null }));

    let task = world.task(&json!({ "action": "save_state", "state": { "last_order": 4711, "text": "Заказ" } })).await;
    let run = world.runs(&task).await;
    assert_eq!(world.answer(&run).await, json!({ "state": { "last_order": 4711, "text": "Заказ" } }));
    world.dies_and_lives_again().await;
    let change = json!({ "prompt": format!("call task_runtime {}", json!({ "action": "load_state" })) });
    let changed = world.client.request("PATCH", &format!("/v1/tasks/{task}")).json(&change).send().await.unwrap();
    assert_eq!(changed.status(), 200);
    let run = world.runs(&task).await;
    assert_eq!(world.answer(&run).await["state"]["last_order"], 4711, "of the same task, also after a restart");

    // A prompt has at most 65,536 characters.
    let large = "я".repeat(32_768);
    for (args, why) in [
        (json!({ "action": "save_state" }), "invalid_argument: state is missing; give what is to be kept, as JSON"),
        (
            json!({ "action": "save_state", "state": large }),
            "too_large: state has 65538 bytes, and at most 65536 are kept; keep the essence: ids, counters, the last time",
        ),
        (
            json!({ "action": "suspend" }),
            "invalid_argument: suspend says not until when; give one of until, for_seconds and event",
        ),
        (
            json!({ "action": "suspend", "until": "soon" }),
            "invalid_argument: until is no time with a time zone; write it like 2026-12-01T09:00:00Z or \
             2026-12-01T12:00:00+03:00",
        ),
    ] {
        let told = world.told(&args).await.to_string();
        assert!(told.contains(why), "{args}: {told}");
    }
}

/// Nothing of the execution is in any process while it sleeps: what was killed does not matter.
async fn an_execution_sleeps_until_a_time_whoever_dies(database: Database) {
    let mut world = World::new(database).await;
    let task = world.task(&json!({ "action": "suspend", "for_seconds": 4 })).await;
    let run = world.runs(&task).await;
    assert_eq!(world.asleep(&run).await, json!(["until"]));
    world.dies_and_lives_again().await;
    let answer = world.answer(&run).await;
    assert_eq!(answer["cause"], "time", "{answer:#}");
    let past = world.told(&json!({ "action": "suspend", "until": "2020-01-01T00:00:00Z" })).await;
    assert_eq!(past["cause"], "time", "a time that has passed is no time to wait for: {past:#}");
}

async fn an_execution_sleeps_until_an_event_and_wakes_once(database: Database) {
    let mut world = World::new(database).await;
    let hook = world.client.create("/v1/organizations/me/connectors/ozon/hooks", &json!({})).await;
    let event = json!({ "service": "ozon", "type": "TYPE_NEW_POSTING" });
    let task = world.task(&json!({ "action": "suspend", "event": event })).await;
    let run = world.runs(&task).await;
    assert_eq!(world.asleep(&run).await, json!(["event"]));
    world.dies_and_lives_again().await;

    let service = Client::anonymous(world.artel.url());
    let url = hook["url"].as_str().unwrap();
    let path = &url[url.find("/hooks/").unwrap()..];
    let delivers = async |kind: &str, number: usize| {
        let body = json!({ "message_type": kind, "posting_number": number, "secret": "of the payload" });
        let sent = service.request("POST", path).body(body.to_string()).send().await.unwrap();
        assert!(sent.status().is_success(), "{}", sent.status());
    };
    delivers("TYPE_STOCKS_CHANGED", 1).await;
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!(world.asleep(&run).await, json!(["event"]), "this is another event");
    futures::future::join_all((2..8).map(|number| delivers("TYPE_NEW_POSTING", number))).await;
    let answer = world.answer(&run).await;
    assert_eq!((&answer["cause"], &answer["event"]["service"]), (&json!("event"), &json!("ozon")), "{answer:#}");
    assert!(!answer.to_string().contains("of the payload"), "who may read it is asked elsewhere: {answer:#}");
    let (_, ended) = world.client.get(&format!("/v1/runs/{run}")).await;
    assert_eq!(ended["tools_called"].as_array().unwrap().len(), 1, "it went on once: {ended:#}");
}

/// A conversation is no execution, whatever its agent is bound to.
async fn outside_of_a_task_nothing_sleeps(database: Database) {
    let world = World::new(database).await;
    let tool = json!({ "name": "task_runtime", "execution_type": "internal", "input_schema": { "type": "object" } });
    let agent = world.client.agent("openai:gpt-4o-mini", &[tool]).await;
    let run = world.client.start_run(&agent, r#"call task_runtime {"action":"suspend","for_seconds":1}"#).await;
    let told = world.answer(&run).await.to_string();
    assert!(told.contains("forbidden: task_runtime works only inside of a task's execution"), "{told}");
}

on_both_stores! {
    a_state_is_kept_for_the_next_execution as
        a_state_is_kept_for_the_next_execution_on_sqlite, a_state_is_kept_for_the_next_execution_on_postgres;
    an_execution_sleeps_until_a_time_whoever_dies as
        an_execution_sleeps_until_a_time_whoever_dies_on_sqlite, an_execution_sleeps_until_a_time_whoever_dies_on_postgres;
    an_execution_sleeps_until_an_event_and_wakes_once as
        an_execution_sleeps_until_an_event_and_wakes_once_on_sqlite,
        an_execution_sleeps_until_an_event_and_wakes_once_on_postgres;
    outside_of_a_task_nothing_sleeps as
        outside_of_a_task_nothing_sleeps_on_sqlite, outside_of_a_task_nothing_sleeps_on_postgres;
}
