//! Promises about writing a run as its worker: all or nothing, under the fence, with numbers that are never reused.

use std::sync::Arc;

use artel_domain::{CallState, Entry, Event, Phase, Run, RunFailure, TenantId, ToolCallRow, Usage, digest};
use serde_json::json;

use super::approvals::question;
use super::calls::{changed, planned};
use super::world::{BLOCK, LAPSE, LEASE, SHORT_LEASE, World, at_once, delta, ending, entry, fence, now, uuid, writing};
use crate::{ApprovalFilter, CallChange, Fence, Step, Store, StoreError};

pub(super) fn requested(fence: &Fence, seq: i64) -> Entry {
    entry(fence, seq, Event::ModelRequested { step: 1 })
}

pub(super) async fn journal_of(world: &World, run: &Run) -> Vec<Entry> {
    world.store.run_entries(&world.viewer(), run.id, 0, 1000).await.unwrap()
}

pub async fn a_step_is_written_as_one(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let (claim, held) = world.drives("s").await;
    let run = &claim.run;
    let (call, asked) = (planned(run, 0), question(run, 0));
    let usage = Usage {
        prompt_tokens: 10,
        completion_tokens: 20,
        cached_tokens: 3,
        reasoning_tokens: 4,
        cache_write_tokens: 0,
    };
    let step = Step {
        new_calls: vec![call.clone(), planned(run, 1)],
        approvals: vec![asked.clone()],
        usage: Some(usage),
        ..writing(vec![requested(&held, 1), delta(&held, 2, 1, "hel"), delta(&held, 3, 1, "lo")])
    };
    store.commit(&held, step.clone()).await.unwrap();
    assert_eq!(journal_of(&world, run).await, step.entries);
    assert_eq!(store.list_tool_calls(&world.viewer(), &[run.id]).await.unwrap(), step.new_calls);
    assert_eq!(store.find_approval(&world.viewer(), asked.id).await.unwrap(), Some(asked));
    let now_is = world.finds(run.id).await;
    assert_eq!(
        (now_is.phase, now_is.usage, now_is.epoch, now_is.updated_at),
        (Phase::Running, Some(usage), 1, Some(step.at))
    );

    let edited = json!({"a": 1});
    let change = CallChange {
        attempts: Some(2),
        args: Some((edited.clone(), digest::of(&edited))),
        dispatched_at: Some(now()),
        ..changed(call.id, CallState::Dispatched)
    };
    store.commit(&held, Step { calls: vec![change.clone()], ..writing(vec![]) }).await.unwrap();
    let done = CallChange {
        result: Some(json!("five")),
        duration_ms: Some(7),
        finished_at: Some(now()),
        ..changed(call.id, CallState::Succeeded)
    };
    store.commit(&held, Step { calls: vec![done.clone()], ..writing(vec![]) }).await.unwrap();
    let expected = ToolCallRow {
        args_digest: digest::of(&edited),
        args: edited,
        state: CallState::Succeeded,
        attempts: 2,
        result: done.result,
        duration_ms: Some(7),
        dispatched_at: change.dispatched_at,
        finished_at: done.finished_at,
        ..call
    };
    assert_eq!(store.list_tool_calls(&world.viewer(), &[run.id]).await.unwrap()[0], expected);
}

pub async fn an_end_is_kept_with_what_came_of_it(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let (claim, held) = world.drives("s").await;
    let step =
        Step { output_message: Some("done".to_owned()), usage: Some(Usage::default()), ..ending(2, Phase::Succeeded) };
    store.commit(&held, step.clone()).await.unwrap();
    let run = world.finds(claim.run.id).await;
    assert_eq!(
        (run.phase, run.output_message.as_deref(), run.usage),
        (Phase::Succeeded, Some("done"), Some(Usage::default()))
    );
    assert_eq!((run.error_code, run.error_message, run.updated_at), (None, None, Some(step.at)));

    let (claim, held) = world.drives("s").await;
    let step = Step { error: Some(("model_unavailable".into(), "no answer".to_owned())), ..ending(2, Phase::Failed) };
    store.commit(&held, step).await.unwrap();
    let run = world.finds(claim.run.id).await;
    assert_eq!((run.phase, run.output_message, run.usage), (Phase::Failed, None, None));
    assert_eq!((run.error_code, run.error_message.as_deref()), (Some(RunFailure::ModelUnavailable), Some("no answer")));
}

pub async fn a_worker_that_lost_its_run_writes_nothing(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    world.starts("s").await;
    let stale = world.claims("slow", SHORT_LEASE).await.unwrap();
    tokio::time::sleep(LAPSE).await;
    let current = world.claims("quick", LEASE).await.unwrap();
    let before = world.finds(stale.run.id).await;

    let held = fence(&stale.run);
    let everything = Step {
        entries: vec![requested(&held, stale.first_seq)],
        new_calls: vec![planned(&stale.run, 0)],
        approvals: vec![question(&stale.run, 0)],
        cancel_approvals: true,
        output_message: Some("late".to_owned()),
        usage: Some(Usage::default()),
        progress: true,
        reserve: 100,
        ..ending(stale.first_seq + 1, Phase::Succeeded)
    };
    for late in [everything, writing(vec![requested(&held, stale.first_seq)]), Step { at: now(), ..Step::default() }] {
        assert!(matches!(store.commit(&held, late).await, Err(StoreError::Fenced)));
    }
    assert_eq!(world.finds(stale.run.id).await, before);
    assert_eq!(journal_of(&world, &stale.run).await, []);
    assert_eq!(store.list_tool_calls(&world.viewer(), &[stale.run.id]).await.unwrap(), []);
    assert_eq!(
        store
            .list_approvals(
                &world.viewer(),
                ApprovalFilter { run_id: Some(stale.run.id), limit: 10, ..ApprovalFilter::default() }
            )
            .await
            .unwrap(),
        []
    );
    assert!(matches!(store.load_turn(&held, 10).await, Err(StoreError::Fenced)));

    let held = fence(&current.run);
    store.commit(&held, writing(vec![requested(&held, current.first_seq)])).await.unwrap();
    assert_eq!(journal_of(&world, &stale.run).await.len(), 1, "the other worker goes on");
}

pub async fn a_lapsed_lease_that_nobody_took_may_still_be_written_under(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    world.starts("s").await;
    let claim = world.claims("slow", SHORT_LEASE).await.unwrap();
    tokio::time::sleep(LAPSE).await;
    world.ends(&fence(&claim.run), claim.first_seq).await;
    assert_eq!(world.claims("other", LEASE).await, None);
}

pub async fn a_run_that_is_over_takes_nothing_more(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    for end in [Phase::Succeeded, Phase::Failed, Phase::Cancelled] {
        let (claim, held) = world.drives("s").await;
        store.commit(&held, ending(claim.first_seq, end)).await.unwrap();
        for late in [writing(vec![requested(&held, claim.first_seq)]), ending(claim.first_seq, Phase::Failed)] {
            assert!(matches!(store.commit(&held, late).await, Err(StoreError::Fenced)), "{end:?}");
        }
        assert_eq!(world.finds(claim.run.id).await.phase, end);
        assert_eq!(journal_of(&world, &claim.run).await, []);
    }
}

pub async fn a_number_is_written_once_and_the_step_goes_with_it(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let (claim, held) = world.drives("s").await;
    store.commit(&held, writing(vec![requested(&held, 1)])).await.unwrap();
    let clash = Step { usage: Some(Usage::default()), ..writing(vec![requested(&held, 2), requested(&held, 1)]) };
    assert!(store.commit(&held, clash).await.is_err());
    assert_eq!(journal_of(&world, &claim.run).await.len(), 1);
    assert_eq!(world.finds(claim.run.id).await.usage, None, "all of the step or nothing");
    store.commit(&held, writing(vec![requested(&held, 2)])).await.unwrap();
}

pub async fn a_step_that_fails_leaves_its_neighbours_alone(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    for i in 0..30 {
        world.starts(&format!("s{i}")).await;
    }
    let claims = world.claims_up_to(30, "worker", LEASE).await;
    let commits = at_once(claims.into_iter().enumerate().map(|(i, claim)| {
        let store = Arc::clone(&store);
        async move {
            let held = fence(&claim.run);
            let good = writing(vec![requested(&held, 1), requested(&held, 2)]);
            let written = match i % 3 {
                0 => store.commit(&held, good).await.is_ok(),
                1 => store.commit(&held, writing(vec![requested(&held, 1), requested(&held, 1)])).await.is_ok(),
                _ => store.commit(&Fence { epoch: 9, ..held }, good).await.is_ok(),
            };
            (claim.run, written, i % 3 == 0)
        }
    }));
    for (run, written, good) in commits.await {
        assert_eq!(written, good);
        assert_eq!(journal_of(&world, &run).await.len(), if good { 2 } else { 0 });
    }
}

pub async fn numbers_are_dense_after_a_clean_end(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let mut next = 1;
    for used in [3, 0, 25] {
        let (claim, held) = world.drives("s").await;
        assert_eq!(claim.first_seq, next);
        if used > BLOCK {
            store.commit(&held, Step { reserve: 50, next_seq: next, at: now(), ..Step::default() }).await.unwrap();
        }
        next += used;
        store.commit(&held, Step { phase: Some(Phase::Succeeded), ..ending(next, Phase::Succeeded) }).await.unwrap();
    }
    assert_eq!(world.drives("s").await.0.first_seq, 29);
    assert_eq!(world.drives("another").await.0.first_seq, 1, "each session counts for itself");
}

pub async fn numbers_that_may_have_been_seen_are_never_given_again(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    world.starts("s").await;
    let dead = world.claims("dead", SHORT_LEASE).await.unwrap();
    let held = fence(&dead.run);
    let extended = Step { reserve: 100, ..writing(vec![requested(&held, dead.first_seq)]) };
    store.commit(&held, extended).await.unwrap();
    tokio::time::sleep(LAPSE).await;
    let next = world.claims("next", LEASE).await.unwrap();
    assert_eq!(next.first_seq, dead.first_seq + 1 + 100, "behind the whole extended block");
    store.release_runs("next").await.unwrap();
    let last = world.claims("last", LEASE).await.unwrap();
    assert_eq!(last.first_seq, next.first_seq + BLOCK, "also when a worker let go, for it may have shown some");
    world.ends(&fence(&last.run), last.first_seq + 2).await;
    assert_eq!(world.drives("s").await.0.first_seq, last.first_seq + 2);
}

pub async fn a_block_is_never_made_smaller(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    world.starts("s").await;
    let dead = world.claims("dead", SHORT_LEASE).await.unwrap();
    let small = Step { next_seq: dead.first_seq, reserve: 1, at: now(), ..Step::default() };
    store.commit(&fence(&dead.run), small).await.unwrap();
    tokio::time::sleep(LAPSE).await;
    assert_eq!(world.claims("next", LEASE).await.unwrap().first_seq, dead.first_seq + BLOCK);
}

pub async fn progress_forgives_crashes(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    world.starts("s").await;
    world.claims("dead", SHORT_LEASE).await.unwrap();
    tokio::time::sleep(LAPSE).await;
    let claim = world.claims("worker", LEASE).await.unwrap();
    let held = fence(&claim.run);
    store.commit(&held, writing(vec![requested(&held, claim.first_seq)])).await.unwrap();
    assert_eq!(world.finds(claim.run.id).await.crash_count, 1);
    store.commit(&held, Step { progress: true, ..writing(vec![]) }).await.unwrap();
    assert_eq!(world.finds(claim.run.id).await.crash_count, 0);
}

pub async fn a_foreign_tenant_cannot_write_or_load(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let (claim, held) = world.drives("s").await;
    let foreign = Fence { tenant_id: TenantId(uuid()), ..held.clone() };
    assert!(matches!(store.commit(&foreign, writing(vec![requested(&held, 1)])).await, Err(StoreError::Fenced)));
    assert!(matches!(store.load_turn(&foreign, 10).await, Err(StoreError::Fenced)));
    assert_eq!(journal_of(&world, &claim.run).await, []);
}
