//! Promises about writing and reading a run as its worker, and about what its followers read.

use std::sync::Arc;

use artel_domain::event::{PlannedCall, Verdict};
use artel_domain::{
    CallId, CallState, Decision, EffectClass, Entry, Event, FinishReason, Phase, Run, TenantId, Timestamp, ToolCallRow, ToolId,
    ToolOutcome, Usage, digest,
};
use serde_json::{Value, json};

use super::approvals::question;
use super::world::{BLOCK, LAPSE, LEASE, SHORT_LEASE, World, at_once, delta, ending, entry, fence, now, session, uuid, writing};
use crate::{ApprovalFilter, CallChange, Fence, Step, Store, StoreError};

fn planned(run: &Run, ordinal: u32) -> ToolCallRow {
    let args = json!({"b": [1, 2.5, null], "a": "ü \u{0000} \" \\"});
    ToolCallRow {
        id: CallId::derive(run.id, 1, ordinal),
        tenant_id: run.tenant_id,
        run_id: run.id,
        step: 1,
        ordinal,
        provider_call_id: "call_1".to_owned(),
        tool_id: Some(ToolId(uuid())),
        name: "sum".to_owned(),
        args_digest: digest::of(&args),
        args,
        effect: EffectClass::AtMostOnce,
        state: CallState::Planned,
        attempts: 0,
        result: None,
        error: None,
        duration_ms: None,
        planned_at: now(),
        dispatched_at: None,
        finished_at: None,
    }
}

fn changed(id: CallId, state: CallState) -> CallChange {
    CallChange {
        id,
        state,
        attempts: None,
        args: None,
        result: None,
        error: None,
        duration_ms: None,
        dispatched_at: None,
        finished_at: None,
    }
}

fn requested(fence: &Fence, seq: i64) -> Entry {
    entry(fence, seq, Event::ModelRequested { step: 1 })
}

async fn journal_of(world: &World, run: &Run) -> Vec<Entry> {
    world.store.run_entries(world.tenant, run.id, 0, 1000).await.unwrap()
}

/// One event of every kind, with what is hard to keep.
fn every_event(run: &Run) -> Vec<Event> {
    let call = CallId::derive(run.id, 1, 0);
    let text = "Grüße 🦀 \"quoted\" \\ \n\r\t\u{0000}\u{0001}\u{2028} end".to_owned();
    let args = json!({"z": {"y": [1, -2.5, 9_007_199_254_740_993_i64, null, true]}, "a": text, "": ""});
    let usage = Some(Usage {
        prompt_tokens: 1,
        completion_tokens: i64::from(u32::MAX),
        cached_tokens: 3,
        reasoning_tokens: 4,
        cache_write_tokens: 0,
    });
    let approval = artel_domain::ApprovalId::derive(call);
    vec![
        Event::RunStarted { agent_id: run.agent_id, agent_version: 7, trace_id: text.clone(), input: text.clone() },
        Event::ModelRequested { step: 1 },
        Event::Delta { step: 1, text: text.clone() },
        Event::MessageReset { step: 1 },
        Event::ModelAnswered {
            step: 1,
            text: text.clone(),
            finish: FinishReason::Other("odd".to_owned()),
            usage,
            planned: 1,
            opaque: Some(args.clone()),
        },
        Event::ToolPlanned(PlannedCall {
            call_id: call,
            step: 1,
            ordinal: 0,
            provider_call_id: "call_1".to_owned(),
            offered_name: "sum".to_owned(),
            name: "Sum!".to_owned(),
            tool_id: None,
            args: args.clone(),
            effect: EffectClass::Verifiable,
            verdict: Verdict::Ask { reason: text.clone() },
        }),
        Event::ApprovalRequested {
            approval_id: approval,
            call_id: call,
            name: "sum".to_owned(),
            args: args.clone(),
            args_digest: digest::of(&args),
            reason: text.clone(),
        },
        Event::ApprovalDecided { approval_id: approval, call_id: call, decision: Decision::Edit, args: Some(args.clone()), feedback: None },
        Event::ToolDispatched { call_id: call, attempt: 1 },
        Event::ToolFinished {
            call_id: call,
            name: "sum".to_owned(),
            outcome: ToolOutcome::Succeeded { output: args.clone() },
            request: Some(args),
            attempts: 2,
            duration_ms: 12,
        },
        Event::ContextSummarised { through_seq: 3, text: text.clone(), usage },
        Event::CancelRequested,
        Event::RunSucceeded { output: text.clone(), usage },
        Event::RunFailed { code: "c".to_owned(), message: text, usage: None },
    ]
}

pub async fn every_kind_of_entry_comes_back_as_it_was_written(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let (claim, held) = world.drives("s").await;
    let entries: Vec<_> = (claim.first_seq..).zip(every_event(&claim.run)).map(|(seq, event)| entry(&held, seq, event)).collect();
    store.commit(&held, writing(entries.clone())).await.unwrap();
    let read = journal_of(&world, &claim.run).await;
    assert_eq!(read, entries);
    let text = |entries: &[Entry]| serde_json::to_string(entries).unwrap();
    assert_eq!(text(&read), text(&entries), "also byte for byte: members keep their order");
}

pub async fn a_step_is_written_as_one(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let (claim, held) = world.drives("s").await;
    let run = &claim.run;
    let (call, asked) = (planned(run, 0), question(run, 0));
    let usage = Usage { prompt_tokens: 10, completion_tokens: 20, cached_tokens: 3, reasoning_tokens: 4, cache_write_tokens: 0 };
    let step = Step {
        new_calls: vec![call.clone(), planned(run, 1)],
        approvals: vec![asked.clone()],
        usage: Some(usage),
        ..writing(vec![requested(&held, 1), delta(&held, 2, 1, "hel"), delta(&held, 3, 1, "lo")])
    };
    store.commit(&held, step.clone()).await.unwrap();
    assert_eq!(journal_of(&world, run).await, step.entries);
    assert_eq!(store.list_tool_calls(world.tenant, &[run.id]).await.unwrap(), step.new_calls);
    assert_eq!(store.find_approval(world.tenant, asked.id).await.unwrap(), Some(asked));
    let now_is = world.finds(run.id).await;
    assert_eq!((now_is.phase, now_is.usage, now_is.epoch, now_is.updated_at), (Phase::Running, Some(usage), 1, Some(step.at)));

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
    assert_eq!(store.list_tool_calls(world.tenant, &[run.id]).await.unwrap()[0], expected);
}

pub async fn an_end_is_kept_with_what_came_of_it(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let (claim, held) = world.drives("s").await;
    let step = Step { output_message: Some("done".to_owned()), usage: Some(Usage::default()), ..ending(2, Phase::Succeeded) };
    store.commit(&held, step.clone()).await.unwrap();
    let run = world.finds(claim.run.id).await;
    assert_eq!((run.phase, run.output_message.as_deref(), run.usage), (Phase::Succeeded, Some("done"), Some(Usage::default())));
    assert_eq!((run.error_code, run.error_message, run.updated_at), (None, None, Some(step.at)));

    let (claim, held) = world.drives("s").await;
    let step = Step { error: Some(("model_unavailable".to_owned(), "no answer".to_owned())), ..ending(2, Phase::Failed) };
    store.commit(&held, step).await.unwrap();
    let run = world.finds(claim.run.id).await;
    assert_eq!((run.phase, run.output_message, run.usage), (Phase::Failed, None, None));
    assert_eq!((run.error_code.as_deref(), run.error_message.as_deref()), (Some("model_unavailable"), Some("no answer")));
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
    assert_eq!(store.list_tool_calls(world.tenant, &[stale.run.id]).await.unwrap(), []);
    assert_eq!(
        store
            .list_approvals(world.tenant, ApprovalFilter { run_id: Some(stale.run.id), limit: 10, ..ApprovalFilter::default() })
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

pub async fn a_fresh_turn_is_loaded_with_its_agent_and_nothing_else(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let (_, held) = world.drives("s").await;
    let turn = store.load_turn(&held, 50).await.unwrap();
    assert_eq!(turn.agent.id, world.agent);
    assert!(turn.bindings.is_empty() && turn.journal.is_empty() && turn.dialogue.is_empty() && turn.approvals.is_empty());
    assert_eq!(turn.last_seq, 0);
}

pub async fn a_turn_is_loaded_without_deltas_and_with_what_came_before(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let (_, first) = world.drives("s").await;
    let answered = |seq: i64, text: &str| {
        let event =
            Event::ModelAnswered { step: 1, text: text.to_owned(), finish: FinishReason::Stop, usage: None, planned: 0, opaque: None };
        entry(&first, seq, event)
    };
    let told = vec![requested(&first, 1), delta(&first, 2, 1, "a"), answered(3, "a"), answered(4, "b")];
    store.commit(&first, Step { phase: Some(Phase::Succeeded), ..writing(told.clone()) }).await.unwrap();
    world.drives("elsewhere").await;

    let (claim, held) = world.drives("s").await;
    let asked = question(&claim.run, 0);
    let own = vec![requested(&held, 5), delta(&held, 6, 1, "c"), delta(&held, 7, 1, "d")];
    store.commit(&held, Step { approvals: vec![asked.clone()], ..writing(own.clone()) }).await.unwrap();
    let turn = store.load_turn(&held, 50).await.unwrap();
    assert_eq!(turn.journal, own[..1]);
    assert_eq!(turn.dialogue, [told[0].clone(), told[2].clone(), told[3].clone()]);
    assert_eq!((turn.approvals, turn.last_seq), (vec![asked], 7));
    let short = store.load_turn(&held, 2).await.unwrap();
    assert_eq!(short.dialogue, told[2..], "the newest, oldest first");
}

pub async fn a_turn_of_a_deleted_agent_is_loaded(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let (_, held) = world.drives("s").await;
    store.delete_agent(world.tenant, world.agent, world.audit("agent.delete")).await.unwrap();
    assert_eq!(store.load_turn(&held, 50).await.unwrap().agent.id, world.agent);
}

pub async fn the_sessions_journal_is_read_in_windows_without_deltas(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let (_, first) = world.drives("s").await;
    let told = vec![requested(&first, 1), delta(&first, 2, 1, "a"), requested(&first, 3)];
    store.commit(&first, Step { phase: Some(Phase::Succeeded), ..writing(told.clone()) }).await.unwrap();
    let (_, second) = world.drives("s").await;
    let more = vec![requested(&second, 4), requested(&second, 5)];
    store.commit(&second, writing(more.clone())).await.unwrap();
    let window = async |before, limit| store.session_entries(world.tenant, &session("s"), before, limit).await.unwrap();
    assert_eq!(window(0, 100).await, [told[0].clone(), told[2].clone(), more[0].clone(), more[1].clone()]);
    assert_eq!(window(0, 2).await, more);
    assert_eq!(window(4, 1).await, told[2..]);
    assert_eq!(window(1, 10).await, []);
    assert_eq!(store.session_entries(TenantId(uuid()), &session("s"), 0, 10).await.unwrap(), []);
}

pub async fn a_runs_journal_is_read_in_pages(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let (claim, held) = world.drives("s").await;
    let told: Vec<_> = (1..=9).map(|seq| delta(&held, seq * 2, 1, &seq.to_string())).collect();
    store.commit(&held, writing(told.clone())).await.unwrap();
    let page = async |after, limit| store.run_entries(world.tenant, claim.run.id, after, limit).await.unwrap();
    assert_eq!(page(0, 4).await, told[..4]);
    assert_eq!(page(8, 4).await, told[4..8]);
    assert_eq!(page(9, 4).await, told[4..8]);
    assert_eq!(page(18, 4).await, []);
}

pub async fn the_calls_of_many_runs_come_in_the_order_they_were_planned(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let mut expected = Vec::new();
    for name in ["a", "b"] {
        let (claim, held) = world.drives(name).await;
        let later = ToolCallRow { id: CallId::derive(claim.run.id, 2, 0), step: 2, ..planned(&claim.run, 0) };
        let calls = vec![planned(&claim.run, 0), planned(&claim.run, 1), later];
        store.commit(&held, Step { new_calls: calls.iter().rev().cloned().collect(), ..writing(vec![]) }).await.unwrap();
        expected.extend(calls);
    }
    let runs: Vec<_> = expected.iter().map(|call| call.run_id).collect();
    assert_eq!(store.list_tool_calls(world.tenant, &runs).await.unwrap(), expected);
    assert_eq!(store.list_tool_calls(world.tenant, &[]).await.unwrap(), []);
    assert_eq!(store.list_tool_calls(TenantId(uuid()), &runs).await.unwrap(), []);
}

fn later() -> Timestamp {
    artel_domain::clock::micros(now().as_microsecond() + 60_000_000)
}

pub async fn folding_keeps_text_and_order(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let (claim, held) = world.drives("s").await;
    let told = vec![
        requested(&held, 1),
        delta(&held, 2, 1, "void"),
        entry(&held, 3, Event::MessageReset { step: 1 }),
        delta(&held, 4, 1, "Hel"),
        delta(&held, 5, 1, "lo\n"),
        delta(&held, 6, 1, "🦀"),
        requested(&held, 7),
        delta(&held, 8, 2, "alone"),
    ];
    store.commit(&held, Step { phase: Some(Phase::Succeeded), ..writing(told.clone()) }).await.unwrap();
    assert_eq!(store.fold_deltas(claim.run.created_at, 10).await.unwrap(), 0, "it ended after that");
    assert_eq!(store.fold_deltas(later(), 10).await.unwrap(), 3);
    let whole = Event::Delta { step: 1, text: "Hello\n🦀".to_owned() };
    let expected = [told[0].clone(), told[2].clone(), Entry { event: whole, ..told[5].clone() }, told[6].clone(), told[7].clone()];
    assert_eq!(journal_of(&world, &claim.run).await, expected);
    assert_eq!(store.fold_deltas(later(), 10).await.unwrap(), 0);
}

pub async fn folding_takes_a_few_finished_runs_at_a_time(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let mut runs = Vec::new();
    for i in 0..5 {
        let (claim, held) = world.drives(&format!("s{i}")).await;
        let step = writing(vec![delta(&held, 1, 1, "a"), delta(&held, 2, 1, "b")]);
        let phase = (i < 4).then_some(Phase::Failed);
        store.commit(&held, Step { phase, ..step }).await.unwrap();
        runs.push(claim.run);
    }
    for removed in [3, 1, 0] {
        assert_eq!(store.fold_deltas(later(), 3).await.unwrap(), removed);
    }
    assert_eq!(journal_of(&world, &runs[4]).await.len(), 2, "a run that is not over keeps its deltas");
    assert_eq!(journal_of(&world, &runs[0]).await.len(), 1);
}

pub async fn json_is_kept_as_it_was_written(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let (claim, held) = world.drives("s").await;
    let text = r#"{"z":1,"a":{"c":[1.0,-0.5,12345678901234567890],"b":"\u0000é"},"m":null}"#;
    let args: Value = serde_json::from_str(text).unwrap();
    let call = ToolCallRow { args_digest: digest::of(&args), args: args.clone(), ..planned(&claim.run, 0) };
    store.commit(&held, Step { new_calls: vec![call], ..writing(vec![]) }).await.unwrap();
    let kept = store.list_tool_calls(world.tenant, &[claim.run.id]).await.unwrap().remove(0);
    assert_eq!(kept.args.to_string(), args.to_string());
}

pub async fn a_foreign_tenant_cannot_write_or_load(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let (claim, held) = world.drives("s").await;
    let foreign = Fence { tenant_id: TenantId(uuid()), ..held.clone() };
    assert!(matches!(store.commit(&foreign, writing(vec![requested(&held, 1)])).await, Err(StoreError::Fenced)));
    assert!(matches!(store.load_turn(&foreign, 10).await, Err(StoreError::Fenced)));
    assert_eq!(journal_of(&world, &claim.run).await, []);
}
