//! Subagents through the real binary, on both stores: with `kill -9` while they work, and with a question of one.
#![expect(clippy::unwrap_used, reason = "tests and what helps them fail by panicking")]

use std::time::Duration;

use artel_testkit::{Artel, Client, Database, Launch, ModelServer, Receiver, on_both_stores};
use serde_json::{Value, json};

const ADA: &str = "aaaaaaaa-0000-4000-8000-000000000001";

struct World {
    artel: Artel,
    client: Client,
    agent: String,
    /// The server of the tool `work`, which may be called once.
    receiver: Receiver,
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
        let receiver = Receiver::start(Duration::ZERO).await;
        let work = receiver.tool("work", "at_most_once");
        let agent = client.agent("openai:gpt-4o-mini", &[tool("run_subagent"), tool("echo"), work]).await;
        Self { artel, client, agent, receiver, _model: model }
    }

    /// `kill -9`, and another process goes on.
    async fn dies_and_lives(&mut self) {
        self.artel.kill().await;
        self.artel.restart_as(None).await;
        self.client = self.client.at(self.artel.url());
    }

    /// All runs that this run started, with those that they started.
    async fn family(&self, run: &str) -> Vec<Value> {
        let (_, runs) = self.client.get("/runs?limit=100").await;
        let runs = runs.as_array().unwrap();
        let mut family: Vec<Value> = Vec::new();
        let mut above = vec![json!(run)];
        while let Some(parent) = above.pop() {
            let own: Vec<Value> = runs.iter().filter(|other| other["parent_run_id"] == parent).cloned().collect();
            above.extend(own.iter().map(|run| run["id"].clone()));
            family.extend(own);
        }
        family
    }

    /// Waits until this holds for the family of the run.
    async fn until(&self, run: &str, point: &str, holds: impl Fn(&[Value]) -> bool) {
        for _ in 0..2000 {
            if holds(&self.family(run).await) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        panic!("after 10 s not yet: {point}: {:#?}", self.family(run).await);
    }

    /// What the call of the run came to, task by task.
    async fn outputs(&self, run: &str) -> Vec<Value> {
        let result = self.shown(run, "tool_result").await.remove(0);
        result["output"]["results"].as_array().unwrap().iter().map(|result| result["output"].clone()).collect()
    }

    /// Whoever is asked for the approval of this tool's calls.
    async fn asks_for(&self, tool: &str) {
        let rules = json!([{ "tool": tool, "effect": "ask", "reason": "it does something" }]);
        let put = self.client.request("PUT", "/approval-rules").json(&json!({ "rules": rules })).send().await.unwrap();
        assert_eq!(put.status(), 200);
    }

    async fn approves(&self, run: &str) -> Value {
        let (_, asked) = self.client.get(&format!("/approvals?status=pending&run_id={run}")).await;
        assert_eq!(asked.as_array().unwrap().len(), 1, "{asked:#}");
        let path = format!("/approvals/{}/decision", asked[0]["id"].as_str().unwrap());
        let (status, decided) = self.client.post(&path, &json!({ "decision": "approve" })).await;
        assert_eq!(status, 200, "{decided:#}");
        asked[0].clone()
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

fn in_phase(family: &[Value], phase: &str) -> usize {
    family.iter().filter(|run| run["phase"] == phase).count()
}

fn task(kind: &str, goal: &str) -> Value {
    json!({ "kind": kind, "goal": goal })
}

fn starting(tasks: &Value) -> String {
    format!("call run_subagent {}", json!({ "tasks": tasks }))
}

/// Five side by side, one of which has two of its own: at each point of it the process is killed, and another goes on.
async fn a_kill_at_each_point_of_a_family_loses_none_and_doubles_none(database: Database) {
    type Point = (&'static str, fn(&[Value]) -> bool);
    const POINTS: [Point; 6] = [
        ("nobody is there yet", |_| true),
        ("the first ones are there", |family| !family.is_empty()),
        ("the leaves are there", |family| family.len() == 7),
        ("leaves of both kinds work", |family| family.len() == 7 && in_phase(family, "running") >= 3),
        ("some are over", |family| in_phase(family, "succeeded") >= 3),
        ("all are over", |family| in_phase(family, "succeeded") == 7),
    ];
    let mut world = World::new(database).await;
    let middle = starting(&json!([task("explore", "slow 900 leaf"), task("execute", "slow 800 twig")]));
    let tasks = json!([
        task("explore", "slow 1500 one"),
        task("execute", &middle),
        task("verify", "slow 1500 three"),
        task("explore", "slow 1200 four"),
        task("execute", "slow 1400 five"),
    ]);
    for (point, holds) in POINTS {
        let run = world.starts(&tasks).await;
        world.until(&run, point, holds).await;
        world.dies_and_lives().await;
        let finished = world.client.finished_run(&run).await;
        assert_eq!(finished["status"], "succeeded", "{point}: {finished:#}");
        let family = world.family(&run).await;
        assert_eq!((family.len(), in_phase(&family, "succeeded")), (7, 7), "{point}: {family:#?}");
        let outputs = world.outputs(&run).await;
        let middle = outputs[1].as_str().unwrap();
        assert!(middle.contains("leaf") && middle.contains("twig"), "{point}: {middle}");
        let others = [&outputs[0], &outputs[2], &outputs[3], &outputs[4]];
        assert_eq!(others, ["one", "three", "four", "five"], "{point}");
    }
    let (rows, whole) = world.artel.command(&["audit", "verify"]).await;
    assert!(whole, "{rows}");
}

/// The question is asked two levels down. Its process dies before the decision, and the next one while it sends.
async fn a_write_of_a_subagent_is_asked_about_and_sent_once_whoever_dies(database: Database) {
    let mut world = World::new(database).await;
    world.asks_for("work").await;
    let writes = task("execute", r#"call work {"text":"paid"}"#);
    let middle = starting(&json!([writes]));
    for dies_while_sending in [false, true] {
        let before = world.receiver.calls();
        let run = world.starts(&json!([task("execute", &middle), task("explore", "beside")])).await;
        world
            .until(&run, "it is asked", |family| family.iter().any(|run| run["waiting_for"] == json!(["approval"])))
            .await;
        world.dies_and_lives().await;
        assert_eq!(world.receiver.calls(), before);
        if dies_while_sending {
            world.receiver.set_delay(Duration::from_mins(1));
        }
        let asked = world.approves(&run).await;
        assert_eq!(asked["arguments"], json!({ "text": "paid" }), "{asked:#}");
        if dies_while_sending {
            world.receiver.arrived(before + 1).await;
            world.dies_and_lives().await;
            world.receiver.set_delay(Duration::ZERO);
        }
        let finished = world.client.finished_run(&run).await;
        assert_eq!(finished["status"], "succeeded", "{finished:#}");
        assert_eq!(world.receiver.calls(), before + 1, "sent once");
        let told = world.outputs(&run).await[0].to_string();
        let expected = if dies_while_sending { "may or may not have taken effect" } else { "paid" };
        assert!(told.contains(expected), "{told}");
        assert_eq!(world.family(&run).await.len(), 3);
    }
}

/// The leaf reads the file of the root, and the one of the same path that is nearer.
async fn a_subagent_reads_the_files_of_the_runs_above_it_and_changes_none(database: Database) {
    let world = World::new(database).await;
    let exit = json!({ "name": "exit", "execution_type": "internal", "input_schema": { "type": "object" } });
    let exit = world.client.create("/tools", &exit).await;
    let path = format!("/agents/{}/tools/{}", world.agent, exit["id"].as_str().unwrap());
    world.client.create(&path, &json!({})).await;
    let first = json!({ "agent_id": world.agent, "input_message": "hello", "session_id": "desk" });
    assert_eq!(world.client.create("/runs", &first).await["status"], "succeeded");
    let put = world.client.request("PUT", "/sessions/desk/files/report.csv").body("a;b").send().await.unwrap();
    assert_eq!(put.status(), 201);
    let (_, ours) = world.client.get("/sessions/desk/files").await;
    let named = json!({ "answer": "found-it", "files": ["report.csv"] });
    let leaf = task("execute", &format!("call exit {named}"));
    let missing = task("execute", r#"call exit {"answer":"there","files":["absent.csv"]}"#);
    let middle = starting(&json!([leaf, missing]));
    let input = starting(&json!([task("execute", &middle)]));
    let run = json!({ "agent_id": world.agent, "input_message": input, "session_id": "desk" });
    let run = world.client.create("/runs", &run).await;
    assert_eq!(run["status"], "succeeded", "{run:#}");
    let family = world.family(run["id"].as_str().unwrap()).await;
    assert_eq!(family.len(), 3, "{family:#?}");
    let told = world.outputs(run["id"].as_str().unwrap()).await[0].to_string();
    assert!(told.contains("found-it"), "the leaf named a file of the root's workspace: {told}");
    assert!(told.contains("the workspace has no file"), "{told}");
    assert_eq!(world.client.get("/sessions/desk/files").await.1, ours, "the root's workspace is as it was");
}

/// Nobody drives runs when the cancel comes.
async fn a_cancel_after_a_kill_ends_the_whole_family(database: Database) {
    let mut world = World::new(database).await;
    let middle = starting(&json!([task("explore", "hang"), task("execute", "hang")]));
    let run = world.starts(&json!([task("execute", &middle), task("verify", "hang")])).await;
    world.until(&run, "all leaves hang", |family| in_phase(family, "running") >= 3 && family.len() == 4).await;
    world.artel.kill().await;
    world.artel.restart_as(Some("platform")).await;
    world.client = world.client.at(world.artel.url());
    assert_eq!(world.client.post(&format!("/runs/{run}/cancel"), &json!({})).await.0, 202);
    world.dies_and_lives().await;
    assert_eq!(world.client.finished_run(&run).await["phase"], "cancelled");
    world.until(&run, "all are cancelled", |family| in_phase(family, "cancelled") == 4).await;
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
    a_kill_at_each_point_of_a_family_loses_none_and_doubles_none as
        a_kill_at_each_point_of_a_family_loses_none_and_doubles_none_on_sqlite,
        a_kill_at_each_point_of_a_family_loses_none_and_doubles_none_on_postgres;
    a_write_of_a_subagent_is_asked_about_and_sent_once_whoever_dies as
        a_write_of_a_subagent_is_asked_about_and_sent_once_whoever_dies_on_sqlite,
        a_write_of_a_subagent_is_asked_about_and_sent_once_whoever_dies_on_postgres;
    a_subagent_reads_the_files_of_the_runs_above_it_and_changes_none as
        a_subagent_reads_the_files_of_the_runs_above_it_and_changes_none_on_sqlite,
        a_subagent_reads_the_files_of_the_runs_above_it_and_changes_none_on_postgres;
    a_cancel_after_a_kill_ends_the_whole_family as
        a_cancel_after_a_kill_ends_the_whole_family_on_sqlite,
        a_cancel_after_a_kill_ends_the_whole_family_on_postgres;
    a_kill_while_subagents_work_loses_none_and_doubles_none as
        a_kill_while_subagents_work_loses_none_and_doubles_none_on_sqlite,
        a_kill_while_subagents_work_loses_none_and_doubles_none_on_postgres;
    a_question_of_a_subagent_is_answered_where_its_parent_is_watched as
        a_question_of_a_subagent_is_answered_where_its_parent_is_watched_on_sqlite,
        a_question_of_a_subagent_is_answered_where_its_parent_is_watched_on_postgres;
}
