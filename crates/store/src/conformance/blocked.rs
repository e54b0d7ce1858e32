//! Promises about runs that their worker hands back because it cannot read their journal.

use std::sync::Arc;
use std::time::Duration;

use artel_domain::{Approval, Decision, JOURNAL_LEVEL, Phase};

use super::approvals::question;
use super::world::{LAPSE, LEASE, SHORT_LEASE, World, fence, now, writing};
use crate::{Blocked, CancelOutcome, Claim, Decided, Step, Store, StoreError};

const LONG: Duration = Duration::from_mins(5);

fn blocked(claim: &Claim, pause: Duration) -> Blocked {
    let reason = "entry 3 is a 'form_asked'".to_owned();
    Blocked { level: JOURNAL_LEVEL, pause, reason, next_seq: claim.first_seq, at: now() }
}

/// Starts a run, takes it and hands it back.
async fn hands_back(world: &World, pause: Duration) -> Claim {
    let (claim, held) = world.drives("s").await;
    world.store.hand_back(&held, blocked(&claim, pause)).await.unwrap();
    claim
}

async fn wakes(world: &World, level: i64) -> u64 {
    world.store.wake_blocked_runs(level).await.unwrap()
}

pub async fn a_run_that_was_handed_back_rests_until_its_pause_is_over(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let first = hands_back(&world, SHORT_LEASE).await;
    world.starts("s").await;
    let run = world.finds(first.run.id).await;
    assert_eq!((run.phase, run.blocked_reason.as_deref()), (Phase::Waiting, Some("entry 3 is a 'form_asked'")));
    assert_eq!(world.claims("worker", LEASE).await, None, "neither it nor the session's next run");
    tokio::time::sleep(LAPSE).await;
    let again = world.claims("worker", LEASE).await.unwrap();
    assert_eq!((again.run.id, again.run.crash_count, again.recovered), (first.run.id, 0, false), "no crash is counted");
    assert_eq!(again.run.blocked_reason, None);
    assert_eq!(again.first_seq, first.first_seq, "numbers that were not used go back");
    assert_eq!(world.finds(first.run.id).await.blocked_reason, None);
}

pub async fn a_worker_of_a_higher_level_takes_it_up_at_once(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let first = hands_back(&world, LONG).await;
    assert_eq!(wakes(&world, JOURNAL_LEVEL).await, 0, "workers of this version leave it alone");
    assert_eq!(wakes(&world, JOURNAL_LEVEL + 1).await, 1);
    assert_eq!(world.claims("newer", LEASE).await.unwrap().run.id, first.run.id);
}

pub async fn whatever_wakes_a_sleeping_run_wakes_one_that_was_handed_back(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let cancelled = hands_back(&world, LONG).await.run;
    let outcome = store.cancel_run(&world.viewer(), cancelled.id, world.audit("run.cancel")).await.unwrap();
    assert!(matches!(outcome, CancelOutcome::Requested(run) if run.phase == Phase::Queued));
    let again = world.claims("worker", LEASE).await.unwrap();
    assert!(again.run.id == cancelled.id && again.run.cancel_requested);
    world.ends(&fence(&again.run), again.first_seq).await;

    let (claim, held) = world.drives("s").await;
    let asked = question(&claim.run, 0);
    store.commit(&held, Step { approvals: vec![asked.clone()], ..writing(vec![]) }).await.unwrap();
    store.hand_back(&held, blocked(&claim, LONG)).await.unwrap();
    store
        .decide_approval(&world.viewer(), approves(&world, &asked), world.audit("approval.decide"))
        .await
        .unwrap()
        .unwrap();
    let again = world.claims("worker", LEASE).await.unwrap();
    assert_eq!(again.run.id, claim.run.id);
    store.cancel_run(&world.viewer(), again.run.id, world.audit("run.cancel")).await.unwrap();
    store.hand_back(&fence(&again.run), blocked(&again, LONG)).await.unwrap();
    assert_eq!(world.finds(again.run.id).await.phase, Phase::Queued, "a cancel that came meanwhile is not slept over");
}

fn approves(world: &World, asked: &Approval) -> Decided {
    Decided {
        approval_id: asked.id,
        decision: Decision::Approve,
        args: None,
        feedback: None,
        by: Some(world.user),
        at: now(),
    }
}

pub async fn a_worker_that_lost_its_run_hands_nothing_back(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    world.starts("s").await;
    let stale = world.claims("slow", SHORT_LEASE).await.unwrap();
    tokio::time::sleep(LAPSE).await;
    let current = world.claims("quick", LEASE).await.unwrap();
    let late = store.hand_back(&fence(&stale.run), blocked(&stale, LONG)).await;
    assert!(matches!(late, Err(StoreError::Fenced)));
    let run = world.finds(current.run.id).await;
    assert_eq!((run.phase, run.epoch, run.blocked_reason), (Phase::Running, 2, None));
    world.ends(&fence(&current.run), current.first_seq).await;
    let over = store.hand_back(&fence(&current.run), blocked(&current, LONG)).await;
    assert!(matches!(over, Err(StoreError::Fenced)));
}
