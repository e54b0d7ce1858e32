//! Subagents: parts of a run's work that runs of their own do. What they may use, where their results go, and what
//! becomes of them and of their parent when somebody dies, cancels or ends.

mod kills;
mod limits;
mod order;

use artel_domain::tool::{HttpMethod, PermissionScope};
use artel_domain::{RunId, ToolCallRow};
use artel_testkit::{Database, ModelServer};
use serde_json::{Value, json};

use crate::bench::Bench;

/// An input on which the obedient model starts subagents.
pub(super) fn starting(tasks: &Value) -> String {
    format!("call run_subagent {}", json!({ "tasks": tasks }))
}

pub(super) fn task(kind: &str, goal: &str) -> Value {
    json!({ "kind": kind, "goal": goal })
}

/// An agent with `echo` and `run_subagent`.
pub(super) async fn bench(server: &ModelServer, database: Database) -> Bench {
    let bench = Bench::asking(server, database).await;
    bench.bind("run_subagent", PermissionScope::Read, HttpMethod::Post).await;
    bench
}

/// What the one call of the run came to.
pub(super) async fn call(bench: &Bench, run: RunId) -> ToolCallRow {
    let mut calls = bench.calls(run).await;
    assert_eq!(calls.len(), 1);
    calls.remove(0)
}

/// The results of the run's subagents.
pub(super) async fn results(bench: &Bench, run: RunId) -> Vec<Value> {
    let result = call(bench, run).await.result.unwrap();
    result["results"].as_array().unwrap().clone()
}

/// The tools that the model was offered for this input.
pub(super) fn offered(server: &ModelServer, input: &str) -> Vec<String> {
    let asks = |body: &Value| body["messages"].as_array().unwrap().iter().any(|message| message["content"] == input);
    let body = server.requests().into_iter().find(asks).unwrap();
    let tools = body["tools"].as_array().cloned().unwrap_or_default();
    tools.iter().map(|tool| tool["function"]["name"].as_str().unwrap().to_owned()).collect()
}
