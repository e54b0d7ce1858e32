//! Tasks: what people ask of them over HTTP. What starts them by itself is tested where it is done, in `intents`.

use std::time::Duration;

use artel_domain::{Clock as _, TaskId};
use artel_store::{Page, TaskFilter, Tasks as _, Viewer};
use axum::http::StatusCode;
use futures::StreamExt as _;
use rstest::rstest;
use serde_json::{Value, json};

use crate::world::{Answer, Person, World};

/// At nine in Moscow; by an agent of the person's own.
async fn daily(person: &Person) -> Value {
    let agent = person.creates_agent(&format!("agent of {}", person.user)).await;
    json!({
        "title": "Report", "prompt": "Write it.", "agent_id": agent,
        "schedule": { "cron": "0 9 * * *", "timezone": "Europe/Moscow" },
    })
}

async fn made(person: &Person, task: &Value) -> Value {
    let answer = person.post("/tasks", task.clone()).await;
    answer.is(StatusCode::CREATED);
    answer.body
}

fn place(task: &Value) -> String {
    format!("/tasks/{}", task["task_id"].as_str().unwrap())
}

async fn patches(person: &Person, task: &Value, change: Value) -> Answer {
    person.call("PATCH", &place(task), change).await
}

fn with(task: &Value, member: &str, value: Value) -> Value {
    let mut task = task.clone();
    task[member] = value;
    task
}

#[tokio::test]
async fn a_task_is_made_read_listed_changed_and_deleted() {
    let world = World::new().await;
    let ada = world.ada();
    let wanted = with(&daily(&ada).await, "budget", json!({ "run_tokens": 1000, "run_cost_usd": 0.0157 }));
    let task = made(&ada, &wanted).await;
    for member in ["title", "prompt", "agent_id", "budget"] {
        assert_eq!(task[member], wanted[member], "{task:#}");
    }
    let schedule = json!({ "cron": "0 9 * * *", "timezone": "Europe/Moscow", "at": null, "overlap": "skip", "misfire": "run_once" });
    assert_eq!((&task["schedule"], &task["state"]), (&schedule, &json!("active")));
    assert!(task["next_run_at"].as_str().unwrap().contains("T06:00:00"), "{task:#}");
    assert_eq!(ada.get(&place(&task)).await.body, task);
    let second = made(&ada, &with(&wanted, "enabled", json!(false))).await;
    let listed = ada.get("/tasks").await;
    assert_eq!((listed.header("x-total-count"), &listed.body), ("2", &json!([second, task])));
    assert_eq!(ada.get("/tasks?state=paused").await.body, json!([second]));
    assert_eq!(ada.get("/tasks?limit=1&offset=1").await.body, json!([task]));
    let changed = patches(&ada, &task, json!({ "title": "News", "prompt": "Write them." })).await.body;
    assert_eq!((&changed["title"], &changed["prompt"]), (&json!("News"), &json!("Write them.")));
    assert_eq!((&changed["next_run_at"], &changed["budget"]), (&task["next_run_at"], &task["budget"]));
    assert_eq!(ada.delete(&place(&task)).await.status, 204);
    for answer in [ada.get(&place(&task)).await, ada.delete(&place(&task)).await, patches(&ada, &task, json!({})).await]
    {
        answer.is_problem(404);
    }
    assert_eq!(ada.get("/tasks").await.body, json!([second]));
}

#[tokio::test]
async fn null_takes_a_schedule_a_trigger_or_a_budget_away() {
    let world = World::new().await;
    let ada = world.ada();
    let trigger = json!({ "service": "github", "type": "push" });
    let wanted = with(&with(&daily(&ada).await, "trigger", trigger.clone()), "budget", json!({ "run_tokens": 7 }));
    let task = made(&ada, &wanted).await;
    let changed = patches(&ada, &task, json!({ "schedule": null })).await.body;
    assert_eq!((&changed["schedule"], &changed["next_run_at"]), (&Value::Null, &Value::Null));
    assert_eq!((&changed["trigger"], &changed["budget"]["run_tokens"]), (&trigger, &json!(7)), "the others stay");
    let changed = patches(&ada, &task, json!({ "trigger": null, "budget": null })).await.body;
    assert_eq!(changed["trigger"], Value::Null);
    assert_eq!(changed["budget"], json!({ "run_tokens": null, "run_cost_usd": null }));
    let schedule = json!({ "cron": "0 10 * * *", "overlap": "queue" });
    let changed = patches(&ada, &task, json!({ "schedule": schedule })).await.body;
    assert_eq!((&changed["schedule"]["timezone"], &changed["schedule"]["overlap"]), (&json!("UTC"), &json!("queue")));
    assert!(changed["next_run_at"].is_string());
}

#[rstest]
#[case("title", json!("a\u{202e}b"), "title")]
#[case("prompt", json!(" "), "prompt")]
#[case("schedule", json!({}), "schedule")]
#[case("schedule", json!({ "cron": "0 9 * * *", "at": "2030-01-01T00:00:00Z" }), "schedule")]
#[case("schedule", json!({ "cron": "0 99 * * *" }), "schedule.cron")]
#[case("schedule", json!({ "cron": "* * * * * *" }), "schedule.cron")]
#[case("schedule", json!({ "cron": "0 9 * * *", "timezone": "Mars" }), "schedule.timezone")]
#[case("schedule", json!({ "at": "2020-01-01T00:00:00Z" }), "schedule.at")]
#[case("trigger", json!({ "service": "", "type": "push" }), "trigger.service")]
#[case("trigger", json!({ "service": "nobody", "type": "push" }), "trigger.service")]
#[case("budget", json!({ "run_tokens": 0 }), "budget.run_tokens")]
#[tokio::test]
async fn what_is_wrong_is_named_and_changes_nothing(#[case] member: &str, #[case] value: Value, #[case] field: &str) {
    let world = World::new().await;
    let ada = world.ada();
    let wanted = daily(&ada).await;
    ada.post("/tasks", with(&wanted, member, value.clone())).await.names(field);
    let task = made(&ada, &wanted).await;
    patches(&ada, &task, json!({ member: value })).await.names(field);
    assert_eq!(ada.get(&place(&task)).await.body, task);
}

/// Without the preference, unknown members are ignored, at every depth.
#[tokio::test]
async fn unknown_members_of_a_budget_are_named_to_those_who_ask() {
    let world = World::new().await;
    let ada = world.ada();
    let wanted = with(&daily(&ada).await, "budget", json!({ "daily_tokens": 5 }));
    let strict = [("prefer", "handling=strict")];
    ada.call_with("POST", "/tasks", &strict, wanted.clone()).await.names("budget.daily_tokens");
    made(&ada, &wanted).await;
}

#[tokio::test]
async fn a_line_that_comes_too_often_is_refused_with_the_least_interval() {
    let world = World::new().await;
    let ada = world.ada();
    let often = with(&daily(&ada).await, "schedule", json!({ "cron": "*/5 * * * * *" }));
    let told = ada.post("/tasks", often).await.body.to_string();
    assert!(told.contains("must leave at least 10 seconds between two starts; this line leaves 5"), "{told}");
    let told = ada.post("/tasks/preview", json!({ "cron": "*/5 * * * * *" })).await;
    told.names("cron");
    assert!(told.body.to_string().contains("at least 10 seconds"), "{}", told.body);
}

#[tokio::test]
async fn a_preview_says_the_next_ten_times_and_keeps_nothing() {
    let world = World::new().await;
    let ada = world.ada();
    let next = ada.post("/tasks/preview", json!({ "cron": "0 9 * * *", "timezone": "Europe/Moscow" })).await;
    next.is(StatusCode::OK);
    let next: Vec<&str> = next.body["next"].as_array().unwrap().iter().map(|time| time.as_str().unwrap()).collect();
    assert_eq!(next.len(), 10);
    assert!(next.iter().all(|time| time.contains("T06:00:00")) && next.is_sorted(), "{next:?}");
    let at_ten = ada.post("/tasks/preview", json!({ "cron": "30 0 10 * * *" })).await;
    assert!(at_ten.body["next"][0].as_str().unwrap().contains("T10:00:30"), "UTC when nothing is said");
    ada.post("/tasks/preview", json!({ "cron": "0 9 * *" })).await.names("cron");
    ada.post("/tasks/preview", json!({ "cron": "0 9 * * *", "timezone": "+03:00" })).await.names("timezone");
    assert_eq!(ada.get("/tasks").await.body, json!([]));
}

#[tokio::test]
async fn a_paused_task_has_no_next_time_until_it_is_resumed() {
    let world = World::new().await;
    let ada = world.ada();
    let task = made(&ada, &daily(&ada).await).await;
    let paused = ada.post(&format!("{}/pause", place(&task)), Value::Null).await.body;
    assert_eq!((&paused["state"], &paused["next_run_at"]), (&json!("paused"), &Value::Null));
    let resumed = ada.post(&format!("{}/resume", place(&task)), Value::Null).await.body;
    assert_eq!((&resumed["state"], &resumed["next_run_at"]), (&json!("active"), &task["next_run_at"]));
    let audit = ada.get(&format!("/audit?entity_id={}", task["task_id"].as_str().unwrap())).await.body;
    let actions: Vec<&Value> = audit.as_array().unwrap().iter().map(|row| &row["action"]).collect();
    assert_eq!(actions, ["task.resume", "task.pause", "task.create"]);
}

#[tokio::test]
async fn a_start_by_hand_is_an_execution_and_the_rule_for_overlaps_holds() {
    let world = World::new().await;
    let ada = world.ada();
    let wanted = daily(&ada).await;
    let (task, follows) = (made(&ada, &wanted).await, with(&wanted, "schedule", Value::Null));
    let run = format!("{}/run", place(&task));
    let key = [("idempotency-key", "once")];
    let started = ada.call_with("POST", &run, &key, json!({})).await;
    started.is(StatusCode::ACCEPTED);
    assert_eq!(started.body["task_id"], task["task_id"]);
    let again = ada.call_with("POST", &run, &key, json!({})).await;
    assert_eq!(again.body, started.body, "a retry finds it");
    assert_eq!(ada.post(&run, json!({})).await.is_problem(409).body["error"], "task_is_running");
    let executions = ada.get(&format!("{}/executions", place(&task))).await;
    assert_eq!(executions.header("x-total-count"), "1");
    let execution = &executions.body[0];
    assert_eq!((&execution["run_id"], &execution["status"]), (&started.body["run_id"], &json!("queued")));
    assert_eq!((&execution["cause"], &execution["output"]), (&json!("hand"), &Value::Null));
    assert_eq!(execution["due_at"], execution["created_at"]);
    assert_eq!(&ada.get(&place(&task)).await.body["last_execution"], execution);
    let queued = made(&ada, &follows).await;
    let run = format!("{}/run", place(&queued));
    let (one, two) = (ada.post(&run, json!({})).await.body, ada.post(&run, json!({})).await.body);
    assert_eq!(one["session_id"], two["session_id"], "without a schedule they queue");
    let listed = ada.get(&format!("{}/executions?limit=1", place(&queued))).await;
    assert_eq!((listed.header("x-total-count"), &listed.body[0]["run_id"]), ("2", &two["run_id"]), "newest first");
    ada.post("/tasks/00000000-0000-7000-8000-0000000000ff/run", json!({})).await.is_problem(404);
}

#[tokio::test]
async fn a_retried_creation_is_answered_as_the_first_one() {
    let world = World::new().await;
    let ada = world.ada();
    let soon = world.clock.now().checked_add(Duration::from_mins(1)).unwrap();
    let wanted = with(&daily(&ada).await, "schedule", json!({ "at": soon }));
    let creates = async || ada.call_with("POST", "/tasks", &[("idempotency-key", "once")], wanted.clone()).await;
    let first = creates().await;
    first.is(StatusCode::CREATED);
    world.clock.advance(Duration::from_mins(2));
    assert_eq!(creates().await.body["task_id"], first.body["task_id"]);
    let listed = ada.get("/tasks").await;
    assert_eq!(listed.header("x-total-count"), "1");
}

#[tokio::test]
async fn nobody_has_more_than_a_thousand_tasks() {
    let world = World::new().await;
    let ada = world.ada();
    let wanted = daily(&ada).await;
    let first = made(&ada, &wanted).await;
    let viewer = Viewer::user(ada.tenant, ada.user);
    let (tasks, _) =
        world.store.list_tasks(&viewer, TaskFilter::default(), Page { limit: 1, offset: 0 }).await.unwrap();
    let mut others = Vec::new();
    for _ in 1..1000 {
        let task = artel_domain::Task { id: TaskId(world.clock.uuid()), ..tasks[0].clone() };
        let audit = artel_domain::AuditEntry {
            actor: artel_domain::Actor { user_id: Some(ada.user), ..artel_domain::Actor::default() },
            action: "task.create",
            entity_type: "task",
            entity_id: task.id.to_string(),
            trace_id: "a trace".to_owned(),
            outcome: "ok".to_owned(),
            details: None,
            at: world.clock.now(),
        };
        others.push(world.store.create_task(task, 1000, audit));
    }
    // A few at a time: the one that writes answers each within seconds.
    let mut writes = futures::stream::iter(others).buffer_unordered(20);
    while let Some(written) = writes.next().await {
        written.unwrap();
    }
    assert_eq!(ada.post("/tasks", wanted.clone()).await.is_problem(409).body["error"], "too_many_tasks");
    let eve = world.person_with(0xA, 0xE7E, &["runs:write", "agents:write"]);
    made(&eve, &daily(&eve).await).await;
    assert_eq!(ada.delete(&place(&first)).await.status, 204);
    made(&ada, &wanted).await;
}

#[tokio::test]
async fn an_administrator_sees_everybodys_and_the_owner_sees_who_looked() {
    let world = World::new().await;
    let (owner, admin) = (world.person_with(0xA, 0xD1A, &["runs:write", "agents:write", "audit:read"]), world.ada());
    let colleague = world.person_with(0xA, 0xE7E, &["runs:write"]);
    let task = made(&owner, &daily(&owner).await).await;
    let started = owner.post(&format!("{}/run", place(&task)), json!({})).await.body;
    world.works().await;
    let looked = async || {
        let rows = owner.get("/audit?action=session.access").await.body;
        rows.as_array().unwrap().iter().map(|row| row["entity_id"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    for path in [place(&task), format!("{}/executions", place(&task))] {
        colleague.get(&path).await.is_problem(404);
        assert!(owner.get(&path).await.body.to_string().contains("It said hello"), "{path}");
    }
    assert_eq!(colleague.get("/tasks").await.body, json!([]));
    assert_eq!(admin.get("/tasks?own=true").await.body, json!([]));
    assert_eq!(looked().await, Vec::<String>::new(), "nobody looked");
    let session = started["session_id"].as_str().unwrap();
    for (number, path) in ["/tasks".to_owned(), place(&task), format!("{}/executions", place(&task))].iter().enumerate()
    {
        assert!(admin.get(path).await.body.to_string().contains("It said hello"), "{path}");
        assert_eq!(looked().await, vec![session; number + 1], "{path}");
    }
    patches(&admin, &task, json!({ "title": "mine" })).await.is_problem(404);
    admin.post(&format!("{}/run", place(&task)), json!({})).await.is_problem(404);
    admin.post(&format!("{}/pause", place(&task)), Value::Null).await.is_problem(404);
    assert_eq!(admin.delete(&place(&task)).await.status, 204, "and can end what somebody left behind");
}

#[tokio::test]
async fn reading_needs_one_scope_and_writing_another() {
    let world = World::new().await;
    let ada = world.ada();
    let task = made(&ada, &daily(&ada).await).await;
    let reader = world.person_with(0xA, 0xADA, &["runs:read"]);
    reader.get(&place(&task)).await.is(StatusCode::OK);
    let refused = reader.post(&format!("{}/run", place(&task)), json!({})).await;
    assert_eq!(refused.is_problem(403).body["error"], "insufficient_scope");
    reader.post("/tasks", json!({ "title": "t", "prompt": "p" })).await.is_problem(403);
    let nothing = world.person_with(0xA, 0xADA, &["agents:read"]);
    nothing.get("/tasks").await.is_problem(403);
}
