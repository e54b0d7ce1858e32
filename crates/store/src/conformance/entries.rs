//! Promises about the journal's entries: kept as they were written, read by followers, folded when their run is long
//! over.

use std::sync::Arc;

use artel_domain::event::{Optional, PlannedCall, Verdict};
use artel_domain::{
    CallId, Confidence, Decision, EffectClass, Entry, Event, FinishReason, Phase, Plan, RoutedBy, Run, RunId,
    Specialist, Subtask, SwitchCause, Target, TargetChange, TeamStart, TenantId, Timestamp, ToolOutcome, ToolRef,
    Usage, UserId, Wait, digest,
};
use serde_json::json;

use super::journal::{journal_of, requested};
use super::world::{World, delta, entry, now, session, uuid, writing};
use crate::{Step, Store, Viewer};

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
    let start = TeamStart {
        agent: Specialist::Orchestrator,
        route: true,
        switch_to: Some(Specialist::Debug),
        reason: Some(text.clone()),
        model: "m".to_owned(),
    };
    let subtask = Subtask {
        title: text.clone(),
        description: text.clone(),
        agent: Specialist::Architect,
        estimated_time_minutes: 5,
        dependencies: vec![1],
    };
    let plan = Plan { title: text.clone(), description: text.clone(), subtasks: vec![subtask] };
    vec![
        Event::RunStarted {
            agent_id: run.agent_id,
            agent_version: 7,
            trace_id: text.clone(),
            input: text.clone(),
            team: None,
        },
        Event::RunStarted {
            agent_id: run.agent_id,
            agent_version: 7,
            trace_id: text.clone(),
            input: String::new(),
            team: Some(start),
        },
        Event::RouteRequested,
        Event::Routed {
            agent: Specialist::Ask,
            confidence: Confidence::Low,
            reason: text.clone(),
            by: RoutedBy::Model,
            usage,
        },
        Event::AgentSwitched {
            from: Specialist::Ask,
            to: Specialist::Coder,
            reason: text.clone(),
            confidence: None,
            cause: SwitchCause::Plan,
        },
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
            tool: Some(ToolRef::client("Sum!")),
            args: args.clone(),
            effect: EffectClass::Verifiable,
            verdict: Verdict::Ask { reason: text.clone(), approvers: vec![text.clone()], account: Some(args.clone()) },
        }),
        Event::ApprovalRequested {
            approval_id: approval,
            call_id: call,
            name: "sum".to_owned(),
            args: args.clone(),
            args_digest: digest::of(&args),
            reason: text.clone(),
            target: Some(Target::named(ToolRef::client("sum"))),
            changed: vec![TargetChange { member: text.clone(), from: args.clone(), to: json!(null) }],
            replaces: Some(approval),
            approvers: vec!["scope:admin".to_owned()],
        },
        Event::ApprovalDecided {
            approval_id: approval,
            call_id: call,
            decision: Decision::Edit,
            args: Some(args.clone()),
            feedback: None,
            decided_by: Some(artel_domain::UserId(approval.0)),
            answered: true,
        },
        Event::ToolDispatched { call_id: call, attempt: 1 },
        Event::CallWaits { call_id: call, wait: Wait::Until { at: now() } },
        Event::FormAnswered {
            call_id: call,
            values: Some(args.clone()),
            reason: Some(text.clone()),
            by: Some(UserId(uuid())),
        },
        Event::ToolFinished {
            call_id: call,
            name: "sum".to_owned(),
            outcome: ToolOutcome::Succeeded { output: args.clone() },
            cached_age_seconds: Some(3),
            request: Some(args),
            attempts: 2,
            duration_ms: 12,
            usage,
        },
        Event::SubagentAsks {
            run_id: RunId(call.0),
            approval_id: approval,
            name: "sum".to_owned(),
            args: json!({ "a": text }),
            reason: text.clone(),
            optional: Optional,
        },
        Event::ContextSummarised { through_seq: 3, text: text.clone(), usage },
        Event::PlanStarted { call_id: call, plan },
        Event::SubtaskStarted { index: 0 },
        Event::SubtaskFinished { index: 0, result: text.clone() },
        Event::PlanFinished,
        Event::CancelRequested,
        Event::RunSucceeded { output: text.clone(), usage },
        Event::RunFailed { code: "c".into(), message: text, usage: None },
    ]
}

pub async fn every_kind_of_entry_comes_back_as_it_was_written(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let (claim, held) = world.drives("s").await;
    let entries: Vec<_> =
        (claim.first_seq..).zip(every_event(&claim.run)).map(|(seq, event)| entry(&held, seq, event)).collect();
    store.commit(&held, writing(entries.clone())).await.unwrap();
    let read = journal_of(&world, &claim.run).await;
    assert_eq!(read, entries);
    let text = |entries: &[Entry]| serde_json::to_string(entries).unwrap();
    assert_eq!(text(&read), text(&entries), "also byte for byte: members keep their order");
}

pub async fn an_entry_that_cannot_be_read_comes_back_byte_for_byte(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let (claim, held) = world.drives("s").await;
    let unreadable = [
        ("form_asked", r#"{ "kind": "form_asked", "b": 1.0,"a":[ ] }"#),
        ("form_asked", "not JSON: \u{1f980} \"\\ \n"),
        ("model_answered", r#"{"kind":"model_answered","step":"one"}"#),
        ("delta", "{"),
    ];
    let other = |(kind, payload): (&str, &str)| Event::Other { kind: kind.to_owned(), payload: payload.to_owned() };
    let written: Vec<_> = (1..).zip(unreadable).map(|(seq, pair)| entry(&held, seq, other(pair))).collect();
    store.commit(&held, writing(written.clone())).await.unwrap();
    assert_eq!(journal_of(&world, &claim.run).await, written);
    assert_eq!(store.session_entries_after(&world.viewer(), &session("s"), 0, 10).await.unwrap(), written);
    assert_eq!(store.session_entries(&world.viewer(), &session("s"), 0, 10).await.unwrap(), written[..3]);
    let turn = store.load_turn(&held, 10).await.unwrap();
    assert_eq!((turn.journal, turn.last_seq), (written[..3].to_vec(), 4));

    store
        .commit(
            &held,
            Step { phase: Some(Phase::Succeeded), ..writing(vec![delta(&held, 5, 1, "a"), delta(&held, 6, 1, "b")]) },
        )
        .await
        .unwrap();
    assert_eq!(store.fold_deltas(later(), 10).await.unwrap(), 1, "folding goes round what it cannot read");
    assert_eq!(journal_of(&world, &claim.run).await[..4], written);
    let (_, next) = world.drives("s").await;
    assert_eq!(store.load_turn(&next, 10).await.unwrap().dialogue, written[..3]);
}

pub async fn the_sessions_journal_is_read_in_windows_without_deltas(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let (_, first) = world.drives("s").await;
    let told = vec![requested(&first, 1), delta(&first, 2, 1, "a"), requested(&first, 3)];
    store.commit(&first, Step { phase: Some(Phase::Succeeded), ..writing(told.clone()) }).await.unwrap();
    let (_, second) = world.drives("s").await;
    let more = vec![requested(&second, 4), requested(&second, 5)];
    store.commit(&second, writing(more.clone())).await.unwrap();
    let window =
        async |before, limit| store.session_entries(&world.viewer(), &session("s"), before, limit).await.unwrap();
    assert_eq!(window(0, 100).await, [told[0].clone(), told[2].clone(), more[0].clone(), more[1].clone()]);
    assert_eq!(window(0, 2).await, more);
    assert_eq!(window(4, 1).await, told[2..]);
    assert_eq!(window(1, 10).await, []);
    assert_eq!(store.session_entries(&Viewer::service(TenantId(uuid())), &session("s"), 0, 10).await.unwrap(), []);
}

pub async fn the_sessions_journal_is_read_on_over_all_its_runs_with_deltas(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let (_, first) = world.drives("s").await;
    let told = vec![requested(&first, 1), delta(&first, 2, 1, "a")];
    store.commit(&first, Step { phase: Some(Phase::Succeeded), ..writing(told.clone()) }).await.unwrap();
    let (_, second) = world.drives("s").await;
    let more = vec![requested(&second, 3), delta(&second, 4, 1, "b")];
    store.commit(&second, writing(more.clone())).await.unwrap();
    let (_, elsewhere) = world.drives("elsewhere").await;
    store.commit(&elsewhere, writing(vec![requested(&elsewhere, 1)])).await.unwrap();
    let after =
        async |seq, limit| store.session_entries_after(&world.viewer(), &session("s"), seq, limit).await.unwrap();
    assert_eq!(after(0, 100).await, [told.clone(), more.clone()].concat());
    assert_eq!(after(1, 2).await, [told[1].clone(), more[0].clone()]);
    assert_eq!(after(4, 100).await, []);
    assert_eq!(
        store.session_entries_after(&Viewer::service(TenantId(uuid())), &session("s"), 0, 10).await.unwrap(),
        []
    );
}

pub async fn a_runs_journal_is_read_in_pages(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let (claim, held) = world.drives("s").await;
    let told: Vec<_> = (1..=9).map(|seq| delta(&held, seq * 2, 1, &seq.to_string())).collect();
    store.commit(&held, writing(told.clone())).await.unwrap();
    let page = async |after, limit| store.run_entries(&world.viewer(), claim.run.id, after, limit).await.unwrap();
    assert_eq!(page(0, 4).await, told[..4]);
    assert_eq!(page(8, 4).await, told[4..8]);
    assert_eq!(page(9, 4).await, told[4..8]);
    assert_eq!(page(18, 4).await, []);
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
    let expected =
        [told[0].clone(), told[2].clone(), Entry { event: whole, ..told[5].clone() }, told[6].clone(), told[7].clone()];
    assert_eq!(journal_of(&world, &claim.run).await, expected);
    assert_eq!(store.fold_deltas(later(), 10).await.unwrap(), 0);
}

pub async fn the_same_deltas_are_folded_away_on_every_store(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let (claim, held) = world.drives("s").await;
    let reset = entry(&held, 3, Event::MessageReset { step: 1 });
    let told = vec![delta(&held, 1, 1, "void"), delta(&held, 2, 1, "too"), reset.clone()];
    store.commit(&held, Step { phase: Some(Phase::Failed), ..writing(told) }).await.unwrap();
    assert_eq!(store.fold_deltas(later(), 10).await.unwrap(), 2, "nothing came after the reset");
    assert_eq!(journal_of(&world, &claim.run).await, [reset]);
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
