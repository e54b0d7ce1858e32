//! Starts that events ask for.

use artel_domain::{Cap, StartCause, TaskState};
use artel_intents::{TaskChange, TaskTerms};
use artel_store::{Runs as _, Viewer};

use crate::world::{HOUR, TENANT, World, at_a_push};

#[tokio::test]
async fn an_event_starts_the_task_and_the_agent_is_told_which_one_it_was() {
    let world = World::new().await;
    let task = world.makes(TaskTerms { budget: Cap { tokens: Some(5), nano_usd: None }, ..at_a_push() }).await.unwrap();
    let (first, second) = (world.push().await, world.push().await);
    assert_eq!((world.fires().await, world.fires().await), (2, 0));
    let executions = world.executions(&task).await;
    let mut sessions = Vec::new();
    for (execution, event) in executions.iter().zip([first, second]) {
        assert_eq!(execution.cause, StartCause::Event);
        let run = world.store.find_run(&Viewer::service(TENANT), execution.run_id).await.unwrap().unwrap();
        let (prompt, facts) = run.input_message.split_once("\n\n").unwrap();
        assert_eq!(prompt, "write it");
        let facts: serde_json::Value = serde_json::from_str(&facts[facts.find('{').unwrap()..]).unwrap();
        let expected = serde_json::json!({
            "event_id": event, "service": "github", "type": "push", "received_at": "2026-01-01T00:00:00Z",
        });
        assert_eq!(facts, expected);
        assert!(!run.input_message.contains("of the payload"));
        sessions.push(run.session_id);
    }
    assert_eq!((executions.len(), &sessions[0]), (2, &sessions[1]), "one after the other");
}

#[tokio::test]
async fn a_task_that_was_paused_before_it_could_start_says_so() {
    let world = World::new().await;
    let task = world.makes(at_a_push()).await.unwrap();
    world.push().await;
    let off = TaskChange { is_active: Some(false), ..TaskChange::default() };
    world.changes(&task, off).await.unwrap();
    world.push().await;
    assert_eq!((world.fires().await, world.fires().await), (1, 0), "a paused task is asked for nothing");
    let skipped = world.finds(&task).await.skipped.unwrap();
    assert_eq!(skipped.reason, "paused: the task was paused before it could start");
    assert_eq!(world.executions(&task).await, []);
}

/// As at its times.
#[tokio::test]
async fn an_event_for_somebody_without_access_pauses_the_task() {
    let world = World::new().await;
    let task = world.makes(at_a_push()).await.unwrap();
    for _ in 0..3 {
        world.push().await;
    }
    world.ada_leaves().await;
    world.fires().await;
    let paused = world.finds(&task).await;
    assert_eq!(paused.state, TaskState::Paused);
    assert!(paused.skipped.unwrap().reason.starts_with("paused: the account"), "the others say nothing else");
    world.push().await;
    assert_eq!(world.fires().await, 0);
}

#[tokio::test]
async fn an_event_for_an_agent_that_is_gone_pauses_the_task() {
    let world = World::new().await;
    let agent = world.agent().await;
    let task = world.makes(TaskTerms { agent: Some(agent), ..at_a_push() }).await.unwrap();
    world.push().await;
    world.deletes_agent(agent).await;
    assert_eq!(world.fires().await, 1);
    let paused = world.finds(&task).await;
    assert_eq!((paused.state, paused.skipped.unwrap().reason.as_str()), (TaskState::Paused, "There is no such agent."));
}

#[tokio::test]
async fn an_event_that_meets_a_full_queue_is_left_out_with_the_reason() {
    let world = World::new().await;
    let task = world.makes(at_a_push()).await.unwrap();
    // As many starts wait at once as executions; the one beyond comes when those are made.
    for _ in 0..100 {
        world.push().await;
    }
    while world.fires().await > 0 {}
    world.push().await;
    while world.fires().await > 0 {}
    assert_eq!(world.executions(&task).await.len(), 100);
    let reason = world.finds(&task).await.skipped.unwrap().reason;
    assert_eq!(reason, "overlap: 100 executions wait already");
}

/// The task was deleted while the event came.
#[tokio::test]
async fn starts_of_deleted_tasks_keep_no_place_from_others() {
    let world = World::new().await;
    let mut gone = Vec::new();
    for _ in 0..100 {
        gone.push(world.makes(at_a_push()).await.unwrap());
    }
    world.push().await;
    for task in &gone {
        world.damages("UPDATE tasks SET deleted_at = 1 WHERE id = ?1", task.id.0).await;
    }
    world.advance(HOUR);
    let well = world.makes(at_a_push()).await.unwrap();
    world.push().await;
    assert_eq!((world.fires().await, world.executions(&well).await.len()), (1, 1));
}
