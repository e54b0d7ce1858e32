//! One round of the job: how much it takes, from whom, and what does not stop it.

use std::time::Duration;

use artel_domain::{Clock as _, Overlap, Phase};
use artel_intents::{NewTask, TaskTerms};
use artel_store::{Identities as _, Tasks as _, Viewer};

use crate::world::{HOUR, TENANT, World, ada, at_a_push, hourly, of_another_tenant};

/// What a task of another tenant did.
async fn has_started(world: &World, task: &artel_domain::Task) -> bool {
    let page = artel_store::Page { limit: 10, offset: 0 };
    let found = world.store.list_executions(&Viewer::service(task.tenant_id), task.id, None, page).await.unwrap();
    found.1 == 1
}

async fn keeps(world: &World, task: &artel_domain::Task) {
    world.store.ensure_principal(task.tenant_id, task.owner_id, task.created_at).await.unwrap();
    let mut audit = ada().audit("task.create", "task", task.id, task.created_at);
    audit.actor.user_id = Some(task.owner_id);
    world.store.create_task(task.clone(), 1000, audit).await.unwrap().unwrap();
}

#[tokio::test]
async fn a_round_has_an_end_and_everybody_has_a_part_of_it() {
    let world = World::new().await;
    for _ in 0..250 {
        world.makes(hourly()).await.unwrap();
    }
    world.advance(HOUR);
    let theirs = of_another_tenant(world.clock.now());
    keeps(&world, &theirs).await;
    assert_eq!(world.fires().await, 100);
    assert!(has_started(&world, &theirs).await, "theirs was due last, and is nobody's fault");
    assert_eq!((world.fires().await, world.fires().await, world.fires().await), (100, 51, 0));
}

/// Events, times and what follows do not wait for each other's end.
#[tokio::test]
async fn a_round_looks_at_times_events_and_ends() {
    let world = World::new().await;
    let first = world.makes(TaskTerms { overlap: Some(Overlap::Skip), ..hourly() }).await.unwrap();
    let terms = TaskTerms { schedule: None, overlap: None, ..hourly() };
    let new = NewTask { id: artel_domain::TaskId(world.clock.uuid()), parent: Some(first.id), terms };
    let follows = world.intents.create_task(&ada(), new).await.unwrap();
    let run = world.runs(&first).await.unwrap();
    for _ in 0..150 {
        world.makes(at_a_push()).await.unwrap();
    }
    for _ in 0..150 {
        world.makes(hourly()).await.unwrap();
    }
    world.push().await;
    world.advance(HOUR);
    world.ends(run, Phase::Succeeded).await;
    assert_eq!(world.fires().await, 200, "a hundred of each");
    assert_eq!(world.fires().await, 102, "what is left, and what follows");
    assert_eq!(world.executions(&follows).await.len(), 1);
}

/// An agent whose row no start can read.
#[tokio::test]
async fn a_task_that_cannot_be_started_holds_up_nobody_and_is_tried_again_later() {
    let world = World::new().await;
    let agent = world.agent().await;
    let damaged = world.makes(TaskTerms { agent: Some(agent), ..hourly() }).await.unwrap();
    let at_push = world.makes(TaskTerms { agent: Some(agent), ..at_a_push() }).await.unwrap();
    let well = world.makes(hourly()).await.unwrap();
    world.push().await;
    world.advance(HOUR);
    world.damages("UPDATE agents SET status = 'nonsense' WHERE id = ?1", agent.0).await;
    assert_eq!((world.fires().await, world.executions(&well).await.len()), (1, 1));
    assert_eq!(world.finds(&damaged).await.next_run_at, damaged.next_run_at, "its time stays due");
    world.damages("UPDATE agents SET status = 'published' WHERE id = ?1", agent.0).await;
    assert_eq!(world.fires().await, 0, "it has a pause");
    world.advance(Duration::from_mins(1));
    assert_eq!(world.fires().await, 2);
    assert_eq!(world.executions(&damaged).await[0].due_at, damaged.next_run_at.unwrap());
    assert_eq!(world.executions(&at_push).await.len(), 1);
}

#[tokio::test]
async fn a_row_that_cannot_be_read_stops_no_other_task() {
    let world = World::new().await;
    let (damaged, well) = (world.makes(hourly()).await.unwrap(), world.makes(hourly()).await.unwrap());
    let (at_push, too) = (world.makes(at_a_push()).await.unwrap(), world.makes(at_a_push()).await.unwrap());
    world.push().await;
    world.advance(HOUR);
    for task in [&damaged, &at_push] {
        world.damages("UPDATE tasks SET acts_for = 'nonsense' WHERE id = ?1", task.id.0).await;
    }
    assert_eq!((world.fires().await, world.fires().await), (2, 0));
    let started = (world.executions(&well).await.len(), world.executions(&too).await.len());
    assert_eq!(started, (1, 1));
    let mended = serde_json::to_string(&ada().principal).unwrap();
    assert!(!mended.contains('\''));
    let sql: &'static str = format!("UPDATE tasks SET acts_for = '{mended}' WHERE id = ?1").leak();
    for task in [&damaged, &at_push] {
        world.damages(sql, task.id.0).await;
    }
    world.advance(Duration::from_mins(1));
    assert_eq!(world.fires().await, 2, "looked at again");
    let page = artel_store::Page { limit: 10, offset: 0 };
    assert_eq!(world.store.list_executions(&Viewer::service(TENANT), at_push.id, None, page).await.unwrap().1, 1);
}
