//! Results of tools that are kept, through the real binary, on both stores and with Redis beside PostgreSQL.
#![expect(clippy::unwrap_used, reason = "tests and what helps them fail by panicking")]

use std::time::Duration;

use artel_testkit::{Artel, Client, Database, Launch, ModelServer, Receiver, on_both_stores};
use serde_json::{Value, json};

const ADA: &str = "aaaaaaaa-0000-4000-8000-000000000001";
const BOB: &str = "bbbbbbbb-0000-4000-8000-000000000002";

/// A model that asks the tool the same thing in every run, and the tool's server.
struct World {
    _model: ModelServer,
    receiver: Receiver,
    artel: Artel,
}

impl World {
    async fn new(database: Database) -> Self {
        let model = ModelServer::calling_the_tool_once(json!({ "text": "hello" })).await;
        let receiver = Receiver::start(Duration::ZERO).await;
        let launch = Launch::new(env!("CARGO_BIN_EXE_artel"), database).with("OPENAI_BASE_URL", model.url());
        Self { _model: model, receiver, artel: launch.start().await }
    }

    fn tool(&self, ttl_seconds: u32) -> Value {
        let mut tool = self.receiver.tool("weather", "read_only");
        tool["cache_ttl_seconds"] = json!(ttl_seconds);
        tool
    }
}

/// Runs the agent once; returns the event of its one call.
async fn asks(client: &Client, agent: &str) -> Value {
    let run = client.start_run(agent, "How is the weather?").await;
    assert_eq!(client.finished_run(&run).await["status"], "succeeded");
    let events = client.events(&run, None).await.rest().await;
    let result = events.iter().find(|event| event.name == "tool_result").unwrap().data.clone();
    assert_eq!(result["status"], "succeeded", "{result:#}");
    result
}

async fn a_result_answers_the_same_call_of_later_runs_and_says_so(database: Database) {
    let world = World::new(database).await;
    let client = world.artel.client_of(ADA).await;
    let agent = client.agent("openai:gpt-4o-mini", &[world.tool(600)]).await;
    let first = asks(&client, &agent).await;
    assert_eq!((world.receiver.calls(), &first["cached"]), (1, &Value::Null), "{first:#}");
    let second = asks(&client, &agent).await;
    assert_eq!((world.receiver.calls(), &second["cached"]), (1, &json!(true)), "no request was made");
    assert!(second["age_seconds"].as_u64().is_some_and(|age| age < 60), "{second:#}");
    assert_eq!(second["output"], first["output"]);

    let (_, bound) = client.get(&format!("/agents/{agent}/tools")).await;
    let path = format!("/tools/{}", bound[0]["tool_id"].as_str().unwrap());
    let put = client.request("PUT", &path).json(&json!({ "description": "Better" })).send().await.unwrap();
    assert_eq!(put.status(), 200);
    assert_eq!(asks(&client, &agent).await["cached"], Value::Null, "another version of the tool is another tool");
    assert_eq!(world.receiver.calls(), 2);
}

async fn no_tenant_gets_a_result_of_another_and_no_result_outlives_its_time(database: Database) {
    let world = World::new(database).await;
    let (ada, bob) = (world.artel.client_of(ADA).await, world.artel.client_of(BOB).await);
    for (calls, client) in [(1, &ada), (2, &bob)] {
        let agent = client.agent("openai:gpt-4o-mini", &[world.tool(600)]).await;
        assert_eq!(asks(client, &agent).await["cached"], Value::Null);
        assert_eq!(world.receiver.calls(), calls);
        assert_eq!(asks(client, &agent).await["cached"], true);
    }
    let brief = ada.agent("openai:gpt-4o-mini", &[world.tool(1)]).await;
    asks(&ada, &brief).await;
    let calls = world.receiver.calls();
    // The time is what is tested.
    tokio::time::sleep(Duration::from_millis(2100)).await;
    assert_eq!(asks(&ada, &brief).await["cached"], Value::Null);
    assert_eq!(world.receiver.calls(), calls + 1);
}

on_both_stores! {
    a_result_answers_the_same_call_of_later_runs_and_says_so as a_result_is_kept_on_sqlite, a_result_is_kept_on_postgres;
    no_tenant_gets_a_result_of_another_and_no_result_outlives_its_time as kept_results_stay_apart_on_sqlite, kept_results_stay_apart_on_postgres;
}
