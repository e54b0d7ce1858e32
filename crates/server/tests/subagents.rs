//! Subagents through the real binary, on both stores: with `kill -9` while they work, and with a question of one.
#![expect(clippy::unwrap_used, reason = "tests and what helps them fail by panicking")]

use std::time::Duration;

use artel_testkit::{Artel, Client, Database, Launch, ModelServer, on_both_stores};
use serde_json::{Value, json};

const ADA: &str = "aaaaaaaa-0000-4000-8000-000000000001";

struct World {
    artel: Artel,
    client: Client,
    agent: String,
    /// Goes with the world.
    _model: ModelServer,
}

impl World {
    async fn new(database: Database) -> Self {
        let model = ModelServer::obedient().await;
        let artel =
            Launch::new(env!("CARGO_BIN_EXE_artel"), database).with("OPENAI_BASE_URL", model.url()).start().await;
        let (token, _) = artel.command(&["token", "--tenant", ADA, "--user", ADA, "--scopes", "admin"]).await;
        let client = Client::new(artel.url(), token.trim());
        let tool =
            |name: &str| json!({ "name": name, "execution_type": "internal", "input_schema": { "type": "object" } });
        let agent = client.agent("openai:gpt-4o-mini", &[tool("run_subagent"), tool("echo")]).await;
        Self { artel, client, agent, _model: model }
    }

    /// A run that is not waited for.
    async fn starts(&self, tasks: &Value) -> String {
        let input = format!("call run_subagent {}", json!({ "tasks": tasks }));
        self.client.start_run(&self.agent, &input).await
    }

    /// The subagents of the run, once there are so many in this phase.
    async fn subagents(&self, run: &str, count: usize, phase: &str) -> Vec<Value> {
        for _ in 0..400 {
            let (_, runs) = self.client.get("/runs?limit=100").await;
            let own = runs.as_array().unwrap().iter().filter(|other| other["parent_run_id"] == run);
            let own: Vec<Value> = own.filter(|other| other["phase"] == phase).cloned().collect();
            if own.len() == count {
                return own;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        panic!("after 10 s the run has not {count} subagents that are {phase}");
    }

    /// What the run's stream shows under this name.
    async fn shown(&self, run: &str, name: &str) -> Vec<Value> {
        let events = self.client.events(run, None).await.rest().await;
        events.into_iter().filter(|event| event.name == name).map(|event| event.data).collect()
    }
}

async fn a_kill_while_subagents_work_loses_none_and_doubles_none(database: Database) {
    let mut world = World::new(database).await;
    let goals = ["slow 700 one", "slow 700 two", "slow 700 three", "slow 700 four", "slow 700 five"];
    let tasks: Vec<Value> = goals.iter().map(|goal| json!({ "kind": "explore", "goal": goal })).collect();
    let run = world.starts(&json!(tasks)).await;
    let before = world.subagents(&run, 5, "running").await;
    world.artel.kill().await;
    world.artel.restart().await;
    world.client = world.client.at(world.artel.url());
    let finished = world.client.finished_run(&run).await;
    assert_eq!(finished["status"], "succeeded", "{finished:#}");
    let after = world.subagents(&run, 5, "succeeded").await;
    let ids = |runs: &[Value]| runs.iter().map(|run| run["id"].clone()).collect::<Vec<_>>();
    assert_eq!(ids(&after), ids(&before));
    let result = world.shown(&run, "tool_result").await.remove(0);
    let outputs: Vec<_> =
        result["output"]["results"].as_array().unwrap().iter().map(|result| result["output"].clone()).collect();
    assert_eq!(outputs, ["one", "two", "three", "four", "five"]);
    let (rows, whole) = world.artel.command(&["audit", "verify"]).await;
    assert!(whole, "{rows}");
}

async fn a_question_of_a_subagent_is_answered_where_its_parent_is_watched(database: Database) {
    let world = World::new(database).await;
    let rules = json!([{ "tool": "echo", "effect": "ask", "reason": "it echoes" }]);
    let put = world.client.request("PUT", "/approval-rules").json(&json!({ "rules": rules })).send().await.unwrap();
    assert_eq!(put.status(), 200);
    let tasks = json!([{ "kind": "explore", "goal": r#"call echo {"text":"aloud"}"# }]);
    let input = format!("call run_subagent {}", json!({ "tasks": tasks }));
    let (status, run) = world.client.post("/runs", &json!({ "agent_id": world.agent, "input_message": input })).await;
    assert_eq!((status, &run["waiting_for"]), (202, &json!(["child"])), "{run:#}");
    let run = run["id"].as_str().unwrap();
    let child = world.subagents(run, 1, "waiting_for_approval").await.remove(0);
    let (_, asked) = world.client.get(&format!("/approvals?status=pending&run_id={run}")).await;
    assert_eq!((asked.as_array().unwrap().len(), &asked[0]["run_id"]), (1, &child["id"]), "{asked:#}");
    let path = format!("/approvals/{}/decision", asked[0]["id"].as_str().unwrap());
    assert_eq!(world.client.post(&path, &json!({ "decision": "approve" })).await.0, 200);
    let finished = world.client.finished_run(run).await;
    assert_eq!(finished["status"], "succeeded", "{finished:#}");
    assert!(finished["output_message"].as_str().unwrap().contains("aloud"), "{finished:#}");
    let shown = world.shown(run, "subagent_approval").await;
    let (id, reason, args) = (&asked[0]["id"], &asked[0]["reason"], json!({ "text": "aloud" }));
    let expected = json!({ "approval_id": id, "run_id": child["id"], "name": "echo", "args": args, "reason": reason });
    assert_eq!(shown, [expected]);
}

on_both_stores! {
    a_kill_while_subagents_work_loses_none_and_doubles_none as
        a_kill_while_subagents_work_loses_none_and_doubles_none_on_sqlite,
        a_kill_while_subagents_work_loses_none_and_doubles_none_on_postgres;
    a_question_of_a_subagent_is_answered_where_its_parent_is_watched as
        a_question_of_a_subagent_is_answered_where_its_parent_is_watched_on_sqlite,
        a_question_of_a_subagent_is_answered_where_its_parent_is_watched_on_postgres;
}
