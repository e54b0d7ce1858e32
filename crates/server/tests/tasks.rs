//! Saved tasks through the real binary, on both stores.
#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

use std::collections::BTreeSet;
use std::time::Duration;

use artel_domain::Timestamp;
use artel_testkit::{Artel, Client, Database, Launch, ModelServer, on_both_stores};
use serde_json::{Value, json};

const ADA: &str = "aaaaaaaa-0000-4000-8000-000000000001";
const PATIENCE: Duration = Duration::from_mins(1);

async fn start(database: Database, model: &ModelServer) -> Artel {
    let launch = Launch::new(env!("CARGO_BIN_EXE_artel"), database)
        .with("OPENAI_BASE_URL", model.url())
        .with("LEASE_SECONDS", "2")
        .with("TASK_MIN_INTERVAL_SECONDS", "1")
        .with("JWT_SECRET", "one secret for all lives of this process");
    launch.start().await
}

/// The task's executions, the newest first.
async fn executions(client: &Client, task: &str) -> Vec<Value> {
    let (status, found) = client.get(&format!("/v1/tasks/{task}/executions?limit=100")).await;
    assert_eq!(status, 200, "{found:#}");
    found.as_array().unwrap().clone()
}

/// Waits for so many executions that are over.
async fn ended(client: &Client, task: &str, count: usize) -> Vec<Value> {
    let look = async {
        loop {
            let found = executions(client, task).await;
            let over = |one: &&Value| !matches!(one["status"].as_str(), Some("queued" | "running"));
            if found.iter().filter(over).count() >= count {
                return found;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    tokio::time::timeout(PATIENCE, look).await.unwrap()
}

async fn made(client: &Client, agent: &str, more: Value) -> String {
    let mut task = json!({ "title": "report", "prompt": "Write it.", "agent_id": agent });
    task.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    client.create("/v1/tasks", &task).await["task_id"].as_str().unwrap().to_owned()
}

fn due(executions: &[Value]) -> Vec<Timestamp> {
    executions.iter().rev().map(|one| one["due_at"].as_str().unwrap().parse().unwrap()).collect()
}

/// A process that is killed again and again, with a second one beside it that would take over: every second has one
/// execution, none has two.
async fn each_due_time_has_one_execution(database: Database) {
    let model = ModelServer::obedient().await;
    let mut artel = start(database, &model).await;
    let client = artel.client().await;
    let agent = client.agent("demo:echo", &[]).await;
    let schedule = json!({ "cron": "* * * * * *", "timezone": "Europe/Berlin", "overlap": "queue" });
    let task = made(&client, &agent, json!({ "schedule": schedule })).await;
    for kills in 1..=3 {
        ended(&client.at(artel.url()), &task, kills * 3).await;
        let (beside, _) = artel.another().await;
        artel.kill().await;
        artel.restart().await;
        drop(beside);
    }
    let client = client.at(artel.url());
    ended(&client, &task, 15).await;
    let (status, paused) = client.post(&format!("/v1/tasks/{task}/pause"), &json!({})).await;
    assert_eq!((status, &paused["state"], &paused["next_run_at"]), (200, &json!("paused"), &Value::Null));
    let due = due(&executions(&client, &task).await);
    assert_eq!(due.iter().collect::<BTreeSet<_>>().len(), due.len(), "no time twice: {due:?}");
    let is_next = |pair: &[Timestamp]| pair[1].as_second() - pair[0].as_second() == 1;
    assert!(due.windows(2).all(is_next), "no time left out: {due:?}");
}

/// What a task's run needs a human for waits as that of any run does.
async fn an_execution_waits_for_a_human(database: Database) {
    let model = ModelServer::calling_the_tool_once(json!({ "text": "hello" })).await;
    let receiver = artel_testkit::Receiver::start(Duration::ZERO).await;
    let artel = start(database, &model).await;
    // Rules are an administrator's to set.
    let (token, _) = artel.command(&["token", "--tenant", ADA, "--user", ADA, "--scopes", "admin"]).await;
    let client = Client::new(artel.url(), token.trim());
    let agent = client.agent("openai:gpt-4o-mini", &[receiver.tool("work", "idempotent")]).await;
    let rules = json!({ "rules": [{ "tool": "*", "effect": "ask" }] });
    let answer = client.request("PUT", "/v1/approval-rules").json(&rules).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    let task = made(&client, &agent, json!({})).await;
    let (status, started) = client.post(&format!("/v1/tasks/{task}/run"), &json!({})).await;
    assert_eq!(status, 202, "{started:#}");
    let waiting = ended(&client, &task, 1).await;
    assert_eq!((&waiting[0]["status"], &waiting[0]["run_id"]), (&json!("waiting"), &started["run_id"]));
    let (_, refused) = client.post(&format!("/v1/tasks/{task}/run"), &json!({})).await;
    assert!(refused["run_id"].is_string(), "without a schedule the next one queues: {refused:#}");
    let (_, pending) = client.get("/v1/approvals?status=pending").await;
    let approval = pending[0]["id"].as_str().unwrap();
    let decide = format!("/v1/approvals/{approval}/decision");
    assert_eq!(client.post(&decide, &json!({ "decision": "approve" })).await.0, 200);
    let run = client.finished_run(started["run_id"].as_str().unwrap()).await;
    assert_eq!((&run["status"], receiver.calls()), (&json!("succeeded"), 1));
}

/// A task that follows another starts when that one succeeded.
async fn a_task_that_follows_starts_after_success(database: Database) {
    let model = ModelServer::obedient().await;
    let artel = start(database, &model).await;
    let client = artel.client().await;
    let agent = client.agent("demo:echo", &[]).await;
    let first = made(&client, &agent, json!({})).await;
    let second = made(&client, &agent, json!({ "parent_id": first })).await;
    client.post(&format!("/v1/tasks/{first}/run"), &json!({})).await;
    let found = ended(&client, &second, 1).await;
    assert_eq!((found.len(), &found[0]["cause"]), (1, &json!("parent")));
    let soon = Timestamp::from_microsecond(now_micros() + 1_500_000).unwrap();
    let once = made(&client, &agent, json!({ "schedule": { "at": soon } })).await;
    let found = ended(&client, &once, 1).await;
    assert_eq!(due(&found), [soon]);
    let (_, task) = client.get(&format!("/v1/tasks/{once}")).await;
    assert_eq!((&task["state"], &task["last_execution"]["status"]), (&json!("done"), &json!("succeeded")));
}

/// What the tool answers an agent that is told to call it.
async fn told(client: &Client, agent: &str, tool: &str, args: &Value) -> Value {
    let run = client.start_run(agent, &format!("call {tool} {args}")).await;
    let run = client.finished_run(&run).await;
    assert_eq!(run["status"], "succeeded", "{run:#}");
    let answer = run["output_message"].as_str().unwrap().trim_start_matches("I got ");
    serde_json::from_str(answer).unwrap_or_else(|_| json!(answer))
}

/// An agent makes a task of its own work, looks at it, changes it, starts it and deletes it; what cannot be done is
/// said with a code, a reason and what to do.
async fn agents_plan_work_by_their_tools(database: Database) {
    let model = ModelServer::obedient().await;
    let artel = start(database, &model).await;
    let (token, _) = artel.command(&["token", "--tenant", ADA, "--user", ADA, "--scopes", "admin"]).await;
    let client = Client::new(artel.url(), token.trim());
    let tool = |name: &str| json!({ "name": name, "execution_type": "internal", "input_schema": { "type": "object" } });
    let agent = client.agent("openai:gpt-4o-mini", &[tool("manage_task"), tool("query_tasks")]).await;
    let manage = async |args: Value| told(&client, &agent, "manage_task", &args).await;
    let query = async |args: Value| told(&client, &agent, "query_tasks", &args).await;

    let schedule = json!({ "cron": "0 9 * * 1", "timezone": "Europe/Moscow" });
    let made = manage(json!({ "action": "create", "title": "Report", "prompt": "hello", "schedule": schedule })).await;
    let task = made["task_id"].as_str().unwrap_or_else(|| panic!("{made:#}"));
    assert_eq!(made["next_five"].as_array().unwrap().len(), 5, "{made:#}");
    let listed = query(json!({ "action": "list" })).await;
    assert_eq!((&listed["total"], &listed["tasks"][0]["task_id"]), (&json!(1), &json!(task)), "{listed:#}");
    let paused = manage(json!({ "action": "toggle", "task_id": task, "enabled": false })).await;
    assert_eq!((&paused["enabled"], &paused["next_run_at"]), (&json!(false), &Value::Null), "{paused:#}");
    let changed = manage(json!({ "action": "update", "task_id": task, "prompt": "bye", "enabled": true })).await;
    assert_eq!(changed["enabled"], true, "{changed:#}");
    let started = manage(json!({ "action": "run", "task_id": task })).await;
    let execution = client.finished_run(started["run_id"].as_str().unwrap()).await;
    assert_eq!((&execution["input_message"], &execution["output_message"]), (&json!("bye"), &json!("bye")));
    let executions = query(json!({ "action": "list_executions", "task_id": task })).await;
    assert_eq!(executions["executions"][0]["run_id"], started["run_id"], "{executions:#}");
    let money = json!({ "run_cost_usd": 0.0157 });
    manage(json!({ "action": "update", "task_id": task, "budget": money })).await;
    let found = query(json!({ "action": "get", "task_id": task })).await;
    assert_eq!(found["task"]["budget"]["run_cost_usd"], 0.0157, "{found:#}");
    let limited = json!({ "run_tokens": 50_000 });
    let within = async |args: Value| {
        let prompt = format!("call manage_task {args}");
        let plan = json!({ "title": "Plan", "agent_id": agent, "budget": limited, "prompt": prompt });
        let plan = client.create("/tasks", &plan).await;
        let run = client.create(&format!("/tasks/{}/run", plan["task_id"].as_str().unwrap()), &json!({})).await;
        client.finished_run(run["run_id"].as_str().unwrap()).await["output_message"].as_str().unwrap().to_owned()
    };
    let more = json!({ "action": "create", "title": "More", "prompt": "x", "budget": { "run_tokens": 50_001 } });
    let refused = within(more).await;
    assert!(refused.contains("may use up no more than that one"), "{refused}");
    let made = within(json!({ "action": "create", "title": "Less", "prompt": "x" })).await;
    assert!(made.contains("task_id"), "{made}");
    let listed = query(json!({ "action": "list" })).await;
    let less = listed["tasks"].as_array().unwrap().iter().find(|task| task["title"] == "Less").unwrap();
    let less = query(json!({ "action": "get", "task_id": less["task_id"] })).await;
    assert_eq!(less["task"]["budget"]["run_tokens"], 50_000, "what an execution plans has its budget: {less:#}");

    for _ in 0..2 {
        let deleted = manage(json!({ "action": "delete", "task_id": task })).await;
        assert_eq!(deleted["deleted"], true, "also when it is made again after a crash: {deleted:#}");
    }

    let nothing = "00000000-0000-4000-8000-000000000009";
    let bad = [
        (json!({ "action": "create", "prompt": "x" }), "title is missing"),
        (json!({ "action": "create", "title": "x" }), "prompt is missing"),
        (json!({ "action": "create", "title": "x\u{202e}y", "prompt": "y" }), "invisible characters"),
        (json!({ "action": "create", "title": "x", "prompt": "y", "agent_id": nothing }), "there is no such agent"),
        (
            json!({ "action": "create", "title": "x", "prompt": "y",
            "schedule": { "cron": "61 * * * *", "timezone": "UTC" } }),
            "minute",
        ),
        (
            json!({ "action": "create", "title": "x", "prompt": "y",
            "schedule": { "cron": "0 9 * * *", "timezone": "Moscow" } }),
            "timezone",
        ),
        (json!({ "action": "create_subtask", "title": "x", "prompt": "y" }), "parent_id is missing"),
        (json!({ "action": "run" }), "task_id is missing"),
        (json!({ "action": "run", "task_id": nothing }), "there is no such task"),
        (json!({ "action": "toggle", "task_id": task }), "there is no such task"),
        (json!({ "action": "delete", "task_id": "seven" }), "there is no such task"),
    ];
    for (args, why) in bad {
        let answer = manage(args.clone()).await.to_string();
        assert!(answer.contains(why), "{args}: {answer}");
    }
    let answer = query(json!({ "action": "list", "status": "open" })).await.to_string();
    assert!(answer.contains("tasks are active, paused or done"), "{answer}");
}

fn now_micros() -> i64 {
    let since = std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap();
    i64::try_from(since.as_micros()).unwrap()
}

on_both_stores! {
    each_due_time_has_one_execution as each_due_time_has_one_execution_on_sqlite, each_due_time_has_one_execution_on_postgres;
    agents_plan_work_by_their_tools as agents_plan_work_by_their_tools_on_sqlite, agents_plan_work_by_their_tools_on_postgres;
    an_execution_waits_for_a_human as an_execution_waits_for_a_human_on_sqlite, an_execution_waits_for_a_human_on_postgres;
    a_task_that_follows_starts_after_success as a_task_that_follows_starts_after_success_on_sqlite, a_task_that_follows_starts_after_success_on_postgres;
}
