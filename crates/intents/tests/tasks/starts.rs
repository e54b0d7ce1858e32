//! When a task starts, and when it does not.

use std::time::Duration;

use artel_domain::Clock as _;
use artel_domain::{CallId, Misfire, RefusalKind, RunId, StartCause, TaskSchedule, TaskState};
use artel_intents::{IntentsConfig, RunTask, TaskChange, TaskTerms};
use artel_store::{Runs as _, Viewer};

use crate::world::{HOUR, TENANT, World, ada, at, cron, hourly};

#[tokio::test]
async fn a_task_starts_at_its_times_and_not_before() {
    let world = World::new().await;
    let task = world.makes(hourly()).await.unwrap();
    let times = ["2026-01-01T01:00:00Z", "2026-01-01T02:00:00Z"].map(at);
    assert_eq!(world.intents.next_times(&task, 2), times);
    assert_eq!(world.fires().await, 0);
    world.advance(HOUR);
    assert_eq!((world.fires().await, world.fires().await), (1, 0));
    let found = world.executions(&task).await;
    assert_eq!((found[0].due_at, found[0].cause), (times[0], StartCause::Schedule));
    let run = world.store.find_run(&Viewer::service(TENANT), found[0].run_id).await.unwrap().unwrap();
    assert_eq!((run.principal, run.input_message.as_str()), (ada().principal, "write it"));
    assert_eq!(world.finds(&task).await.next_run_at, Some(times[1]));
}

#[tokio::test]
async fn tasks_start_no_more_runs_than_requests_may() {
    let rate = ("2/day".parse().unwrap(), artel_bus::Shares::default());
    let world = World::with(IntentsConfig { run_rate: Some(rate), ..IntentsConfig::new(100) }).await;
    let mut tasks = Vec::new();
    for _ in 0..3 {
        tasks.push(world.makes(hourly()).await.unwrap());
    }
    world.advance(HOUR);
    assert_eq!(world.fires().await, 2);
    let mut waiting = Vec::new();
    for task in &tasks {
        let (found, started) = (world.finds(task).await, world.executions(task).await.len());
        assert_eq!(found.skipped, None, "nothing is left out");
        if started == 0 {
            assert_eq!(found.next_run_at, Some(at("2026-01-01T01:00:00Z")), "its time stays due");
            waiting.push(found);
        }
    }
    assert_eq!(waiting.len(), 1);
    let asked = RunTask { task: tasks[0].id, run: RunId(world.clock.uuid()), call: Some(CallId(world.clock.uuid())) };
    let refusal = world.intents.run_task(&ada(), asked).await.unwrap_err();
    assert!(matches!(refusal.kind, RefusalKind::TooMany { .. }), "an agent that starts tasks: {refusal:?}");
    world.runs(&waiting[0]).await.unwrap();
    assert_eq!(world.executions(&waiting[0]).await.len(), 1, "requests are counted when they come");
}

#[tokio::test]
async fn a_worker_that_slept_for_a_day_makes_up_for_it_once_or_not_at_all() {
    let world = World::new().await;
    let once = world.makes(hourly()).await.unwrap();
    let never = world.makes(TaskTerms { misfire: Some(Misfire::Skip), ..hourly() }).await.unwrap();
    world.advance(24 * HOUR + Duration::from_mins(30));
    assert_eq!(world.fires().await, 2);
    let next = Some(at("2026-01-02T01:00:00Z"));
    assert_eq!((world.finds(&once).await.next_run_at, world.finds(&never).await.next_run_at), (next, next));
    assert_eq!(world.executions(&once).await.len(), 1);
    assert_eq!(world.executions(&never).await, []);
    let skipped = world.finds(&never).await.skipped.unwrap();
    assert_eq!(skipped.due_at, at("2026-01-01T01:00:00Z"));
    assert!(skipped.reason.starts_with("missed: "), "{skipped:?}");
}

#[tokio::test]
async fn a_start_within_fifteen_seconds_is_on_time() {
    let world = World::new().await;
    let terms = TaskTerms { schedule: Some(cron("*/15 * * * * *")), misfire: Some(Misfire::Skip), ..hourly() };
    let task = world.makes(terms).await.unwrap();
    world.advance(Duration::from_secs(30));
    assert_eq!((world.fires().await, world.fires().await, world.fires().await), (1, 1, 0), "15 and 30 seconds past");
    assert_eq!(world.executions(&task).await.len(), 2);
    world.advance(Duration::from_secs(31));
    assert_eq!(world.fires().await, 1, "45 is 16 seconds late: it and all up to now are left out");
    assert_eq!(world.fires().await, 0);
    assert_eq!(world.executions(&task).await.len(), 2);
}

#[tokio::test]
async fn a_time_comes_once_and_the_task_is_done() {
    let world = World::new().await;
    let schedule = Some(TaskSchedule::Once { at: at("2026-01-01T01:00:00Z") });
    let task = world.makes(TaskTerms { schedule, ..hourly() }).await.unwrap();
    world.advance(HOUR);
    assert_eq!((world.fires().await, world.fires().await), (1, 0));
    let done = world.finds(&task).await;
    assert_eq!((done.state, done.next_run_at), (TaskState::Done, None));
    let again = TaskChange { is_active: Some(true), ..TaskChange::default() };
    let refusal = world.changes(&task, again).await.unwrap_err();
    assert_eq!(refusal.faults[0].field, "schedule.at");
    let schedule = Some(Some(TaskSchedule::Once { at: at("2026-01-01T02:00:00Z") }));
    let changed = world.changes(&task, TaskChange { schedule, ..TaskChange::default() }).await.unwrap();
    assert_eq!((changed.state, changed.next_run_at), (TaskState::Active, Some(at("2026-01-01T02:00:00Z"))));
}

#[tokio::test]
async fn a_paused_task_starts_by_hand_alone_and_makes_up_for_nothing() {
    let world = World::new().await;
    let task = world.makes(hourly()).await.unwrap();
    let switch = |on| TaskChange { is_active: Some(on), ..TaskChange::default() };
    assert_eq!(world.changes(&task, switch(false)).await.unwrap().next_run_at, None);
    world.advance(5 * HOUR + Duration::from_mins(1));
    assert_eq!(world.fires().await, 0);
    let run = RunId(world.clock.uuid());
    for _ in 0..2 {
        let started = world.intents.run_task(&ada(), RunTask { task: task.id, run, call: None }).await.unwrap();
        assert_eq!(started.id, run, "a retry gets the same run");
    }
    assert_eq!(world.executions(&task).await.len(), 1);
    let resumed = world.changes(&task, switch(true)).await.unwrap();
    assert_eq!(resumed.next_run_at, Some(at("2026-01-01T06:00:00Z")));
}

#[tokio::test]
async fn a_start_that_meets_an_open_execution_is_noted_when_the_rule_skips_it() {
    let world = World::new().await;
    let task = world.makes(TaskTerms { overlap: None, ..hourly() }).await.unwrap();
    world.advance(HOUR);
    world.fires().await;
    let by_hand = RunTask { task: task.id, run: RunId(world.clock.uuid()), call: None };
    assert_eq!(world.intents.run_task(&ada(), by_hand).await.unwrap_err().code, "task_is_running");
    world.advance(HOUR);
    assert_eq!(world.fires().await, 1);
    assert_eq!(world.executions(&task).await.len(), 1);
    let skipped = world.finds(&task).await.skipped.unwrap();
    assert_eq!(skipped.reason, "overlap: an execution was not over");
}

#[tokio::test]
async fn a_task_whose_agent_is_gone_is_paused() {
    let world = World::new().await;
    let agent = world.agent().await;
    let task = world.makes(TaskTerms { agent: Some(agent), ..hourly() }).await.unwrap();
    world.deletes_agent(agent).await;
    world.advance(HOUR);
    assert_eq!(world.fires().await, 1);
    let paused = world.finds(&task).await;
    assert_eq!((paused.state, paused.next_run_at), (TaskState::Paused, None));
    let skipped = paused.skipped.unwrap();
    assert_eq!((skipped.due_at, skipped.reason.as_str()), (at("2026-01-01T01:00:00Z"), "There is no such agent."));
    assert_eq!(world.executions(&task).await, []);
    let on = TaskChange { is_active: Some(true), ..TaskChange::default() };
    let refusal = world.changes(&task, on).await.unwrap_err();
    assert_eq!(refusal.subject, artel_domain::Subject::Agent, "and stays so until it has an agent");
}

#[tokio::test]
async fn a_task_whose_owner_lost_access_is_paused() {
    let world = World::new().await;
    let task = world.makes(hourly()).await.unwrap();
    world.ada_leaves().await;
    world.advance(HOUR);
    assert_eq!(world.fires().await, 1);
    let paused = world.finds(&task).await;
    assert_eq!((paused.state, paused.next_run_at), (TaskState::Paused, None));
    assert!(paused.skipped.unwrap().reason.starts_with("paused: the account"));
    assert_eq!(world.executions(&task).await, []);
}

#[tokio::test]
async fn a_queue_has_so_many_places_and_says_when_it_is_full() {
    let world = World::new().await;
    let task = world.makes(TaskTerms { schedule: None, overlap: None, ..hourly() }).await.unwrap();
    let session = async |run| {
        let found = world.store.find_run(&Viewer::service(TENANT), run).await.unwrap().unwrap();
        found.session_id
    };
    let first = session(world.runs(&task).await.unwrap()).await;
    for _ in 1..100 {
        let run = world.runs(&task).await.unwrap();
        assert_eq!(session(run).await, first);
    }
    let refusal = world.runs(&task).await.unwrap_err();
    assert_eq!(refusal.code, "task_queue_is_full");
    assert!(refusal.message.contains("100 executions"), "{refusal}");
}
