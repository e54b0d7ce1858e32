//! Promises about runs that sleep: what they wait for, and what wakes them.

use std::sync::Arc;
use std::time::Duration;

use artel_domain::{CallId, ParentCall, Phase, Run, WaitFor};

use super::world::{LEASE, World, at_once, ending, fence, now, uuid};
use crate::{Created, NewRun, Step, Store};

pub async fn a_sleeping_run_says_what_it_waits_for(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let (claim, held) = world.drives("s").await;
    let waits_for = vec![WaitFor::Form, WaitFor::Child];
    store
        .commit(&held, Step { waits_for: waits_for.clone(), ..ending(claim.first_seq, Phase::Waiting) })
        .await
        .unwrap();
    assert_eq!(world.finds(claim.run.id).await.waits_for, waits_for);
    store.cancel_run(&world.viewer(), claim.run.id, world.audit("run.cancel")).await.unwrap();
    assert_eq!(world.finds(claim.run.id).await.waits_for, [], "it waits no more");
    assert_eq!(world.claims("worker", LEASE).await.unwrap().run.waits_for, []);
}

pub async fn a_run_that_sleeps_until_a_time_is_claimable_when_it_has_come(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let (claim, held) = world.drives("s").await;
    let wake_at = now().checked_add(Duration::from_hours(1)).unwrap();
    let step =
        Step { waits_for: vec![WaitFor::Until], wake_at: Some(wake_at), ..ending(claim.first_seq, Phase::Waiting) };
    store.commit(&held, step).await.unwrap();
    assert_eq!(world.claims("worker", LEASE).await, None, "not before");
    store.cancel_run(&world.viewer(), claim.run.id, world.audit("run.cancel")).await.unwrap();
    let again = world.claims("worker", LEASE).await.unwrap();
    world.ends(&fence(&again.run), again.first_seq).await;

    let (claim, held) = world.drives("s").await;
    let wake_at = now().checked_add(Duration::from_millis(300)).unwrap();
    let step =
        Step { waits_for: vec![WaitFor::Until], wake_at: Some(wake_at), ..ending(claim.first_seq, Phase::Waiting) };
    store.commit(&held, step).await.unwrap();
    assert_eq!(world.claims("worker", LEASE).await, None);
    tokio::time::sleep(Duration::from_millis(400)).await;
    let claims = at_once((0..10).map(|_| {
        let world = world.clone();
        async move { world.claims("worker", LEASE).await }
    }));
    let claims: Vec<_> = claims.await.into_iter().flatten().collect();
    assert_eq!(claims.len(), 1, "by one worker");
    let awake = &claims[0];
    assert_eq!((awake.run.id, awake.recovered, awake.run.crash_count), (claim.run.id, false, 0));
    assert!(
        store.load_turn(&fence(&awake.run), 10).await.unwrap().now >= wake_at,
        "the worker hears that its time has come"
    );
    store.commit(&fence(&awake.run), ending(awake.first_seq, Phase::Waiting)).await.unwrap();
    assert_eq!(world.claims("worker", LEASE).await, None, "the next sleep has no end of its own");
}

/// A child of the run, in a session of its own.
async fn starts_child(world: &World, parent: &Run) -> NewRun {
    let call_id = CallId::derive(parent.id, 1, 0);
    let new = NewRun {
        parent: Some(ParentCall { run_id: parent.id, call_id }),
        ..world.new_run(&format!("child {}", uuid()))
    };
    assert!(matches!(world.creates(new.clone()).await, Created::Run(run) if run.parent == new.parent));
    new
}

pub async fn the_end_of_a_child_wakes_the_run_that_started_it(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let (claim, held) = world.drives("s").await;
    let parent = claim.run;
    let children = [starts_child(&world, &parent).await, starts_child(&world, &parent).await];
    store
        .commit(&held, Step { waits_for: vec![WaitFor::Child], ..ending(claim.first_seq, Phase::Waiting) })
        .await
        .unwrap();
    for new in &children {
        let child = world.claims("worker", LEASE).await.unwrap();
        assert_eq!(child.run.id, new.id, "the parent sleeps");
        world.ends(&fence(&child.run), child.first_seq).await;
        let awake = world.claims("worker", LEASE).await.unwrap();
        assert_eq!((awake.run.id, awake.recovered), (parent.id, false));
        let known = store.load_turn(&fence(&awake.run), 10).await.unwrap().children;
        assert_eq!(known.iter().map(|run| run.id).collect::<Vec<_>>(), children.clone().map(|new| new.id));
        assert_eq!(known.iter().filter(|run| run.phase.is_end()).count(), 1 + usize::from(new.id == children[1].id));
        store.commit(&fence(&awake.run), ending(awake.first_seq, Phase::Waiting)).await.unwrap();
    }
    assert_eq!(world.claims("worker", LEASE).await, None, "each end wakes it once");
}

pub async fn the_end_of_a_child_is_not_slept_over(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let (claim, held) = world.drives("s").await;
    starts_child(&world, &claim.run).await;
    let child = world.claims("worker", LEASE).await.unwrap();
    world.ends(&fence(&child.run), child.first_seq).await;
    assert_eq!(world.finds(claim.run.id).await.phase, Phase::Running, "its worker keeps it");
    store.commit(&held, ending(claim.first_seq, Phase::Waiting)).await.unwrap();
    let awake = world.claims("worker", LEASE).await.expect("the end is looked at");
    world.ends(&fence(&awake.run), awake.first_seq).await;

    let (claim, held) = world.drives("s").await;
    starts_child(&world, &claim.run).await;
    world.ends(&held, claim.first_seq).await;
    let child = world.claims("worker", LEASE).await.unwrap();
    world.ends(&fence(&child.run), child.first_seq).await;
    assert_eq!(world.finds(claim.run.id).await.phase, Phase::Succeeded, "a run that is over stays over");
}
