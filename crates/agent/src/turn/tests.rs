mod approvals;
mod exit;
mod waits;

use std::collections::VecDeque;

use artel_domain::event::{PlannedCall, Verdict};
use artel_domain::{
    ApprovalId, CallId, Decision, EffectClass, Event, FinishReason, RunId, ToolOutcome, ToolRef, Usage, Wait,
};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Action, Effect, Limits, Turn};

const RUN: RunId = RunId(Uuid::from_u128(7));

fn id(step: u32, ordinal: u32) -> CallId {
    CallId::derive(RUN, step, ordinal)
}

fn started() -> Event {
    Event::RunStarted {
        agent_id: artel_domain::AgentId(Uuid::nil()),
        agent_version: 1,
        trace_id: "t".into(),
        input: "hi".into(),
        team: None,
    }
}

fn requested(step: u32) -> Event {
    Event::ModelRequested { step }
}

fn answered(step: u32, text: &str, planned: u32) -> Event {
    let usage = Some(Usage { prompt_tokens: 10, completion_tokens: 2, ..Usage::default() });
    Event::ModelAnswered { step, text: text.into(), finish: FinishReason::Stop, usage, planned, opaque: None }
}

fn planned(step: u32, ordinal: u32, effect: EffectClass, verdict: Verdict) -> Event {
    Event::ToolPlanned(PlannedCall {
        call_id: id(step, ordinal),
        step,
        ordinal,
        provider_call_id: "call_0".into(),
        offered_name: "echo".into(),
        name: "echo".into(),
        tool: Some(ToolRef::builtin("echo")),
        args: json!({"n": ordinal}),
        effect,
        verdict,
    })
}

fn writes(step: u32, ordinal: u32) -> Event {
    planned(step, ordinal, EffectClass::AtMostOnce, Verdict::Allow)
}

fn reads(step: u32, ordinal: u32) -> Event {
    planned(step, ordinal, EffectClass::ReadOnly, Verdict::Allow)
}

fn asks(step: u32, ordinal: u32, effect: EffectClass) -> Event {
    planned(step, ordinal, effect, Verdict::Ask { reason: "dangerous".into(), approvers: Vec::new(), account: None })
}

fn dispatched(step: u32, ordinal: u32, attempt: u32) -> Event {
    Event::ToolDispatched { call_id: id(step, ordinal), attempt }
}

fn finished(step: u32, ordinal: u32) -> Event {
    let outcome = ToolOutcome::Succeeded { output: json!("ok") };
    Event::ToolFinished {
        call_id: id(step, ordinal),
        name: "echo".into(),
        outcome,
        attempts: 1,
        duration_ms: 3,
        cached_age_seconds: None,
        request: None,
        usage: None,
    }
}

fn decided(step: u32, ordinal: u32, decision: Decision, args: Option<Value>) -> Event {
    let call_id = id(step, ordinal);
    Event::ApprovalDecided {
        approval_id: ApprovalId::derive(call_id),
        call_id,
        decision,
        args,
        feedback: Some("because".into()),
        decided_by: None,
        answered: false,
    }
}

/// Feeds each event and everything that the machine records because of it. Returns the journal and the actions.
pub(super) fn play(turn: &mut Turn, events: impl IntoIterator<Item = Event>) -> (Vec<Event>, Vec<Action>) {
    let (mut journal, mut actions) = (Vec::new(), Vec::new());
    for event in events {
        let mut queue = VecDeque::from([Effect::Record(event)]);
        while let Some(effect) = queue.pop_front() {
            match effect {
                _ if turn.is_over() => break,
                Effect::Act(action) => actions.push(action),
                Effect::Record(event) => {
                    queue.extend(turn.on(&event));
                    journal.push(event);
                }
            }
        }
    }
    (journal, actions)
}

pub(super) fn kinds(journal: &[Event]) -> Vec<&str> {
    journal.iter().map(Event::kind).collect()
}

fn outstanding(turn: &Turn) -> (Vec<&'static str>, Vec<Action>) {
    let mut after = turn.clone();
    let mut actions = Vec::new();
    let mut recorded = Vec::new();
    for effect in turn.outstanding() {
        match effect {
            Effect::Act(action) => actions.push(action),
            Effect::Record(event) => {
                let (journal, more) = play(&mut after, [event]);
                recorded.extend(kinds(&journal).into_iter().map(|kind| &*kind.to_owned().leak()));
                actions.extend(more);
            }
        }
    }
    (recorded, actions)
}

fn turn_after(events: impl IntoIterator<Item = Event>) -> Turn {
    let events: Vec<Event> = events.into_iter().collect();
    Turn::replay(Limits { max_steps: 3, ..Limits::default() }, &events)
}

#[test]
fn a_run_asks_the_model_and_ends_with_its_answer() {
    let mut turn = Turn::new(Limits::default());
    let (journal, actions) = play(&mut turn, [started()]);
    assert_eq!(kinds(&journal), ["run_started", "model_requested"]);
    assert_eq!(actions, [Action::CallModel { step: 1 }]);
    let (journal, actions) = play(&mut turn, [answered(1, "hello", 0)]);
    assert_eq!(kinds(&journal), ["model_answered", "run_succeeded"]);
    assert!(actions.is_empty() && turn.is_over());
    assert!(matches!(
        &journal[1],
        Event::RunSucceeded { output, usage: Some(usage) }
            if output == "hello" && usage.total() == 12
    ));
}

#[test]
fn writing_calls_run_one_after_the_other() {
    let mut turn = turn_after([started(), requested(1)]);
    let (journal, actions) = play(&mut turn, [answered(1, "", 2), writes(1, 0), writes(1, 1)]);
    assert_eq!(kinds(&journal), ["model_answered", "tool_planned", "tool_planned", "tool_dispatched"]);
    assert_eq!(actions, [Action::RunTool { call_id: id(1, 0) }]);
    let (_, actions) = play(&mut turn, [finished(1, 0)]);
    assert_eq!(actions, [Action::RunTool { call_id: id(1, 1) }]);
    let (journal, actions) = play(&mut turn, [finished(1, 1)]);
    assert_eq!(kinds(&journal), ["tool_finished", "model_requested"]);
    assert_eq!(actions, [Action::CallModel { step: 2 }]);
}

#[test]
fn reading_calls_start_together_unless_one_call_of_the_step_writes() {
    let mut turn = turn_after([started(), requested(1)]);
    let (_, actions) = play(&mut turn, [answered(1, "", 2), reads(1, 0), reads(1, 1)]);
    assert_eq!(actions.len(), 2);
    let mut turn = turn_after([started(), requested(1)]);
    let (_, actions) = play(&mut turn, [answered(1, "", 2), reads(1, 0), writes(1, 1)]);
    assert_eq!(actions, [Action::RunTool { call_id: id(1, 0) }]);
}

#[test]
fn a_refused_call_among_reading_calls_starts_none_of_them_twice() {
    let refused = |ordinal| planned(1, ordinal, EffectClass::ReadOnly, Verdict::Refuse { reason: "no".into() });
    let mut turn = turn_after([started(), requested(1), answered(1, "", 4)]);
    let calls = [refused(0), reads(1, 1), refused(2), asks(1, 3, EffectClass::ReadOnly)];
    let (journal, actions) = play(&mut turn, calls);
    let after = kinds(&journal[4..]);
    assert_eq!(after, ["tool_finished", "tool_dispatched", "tool_finished", "approval_requested"]);
    assert_eq!(actions, [Action::RunTool { call_id: id(1, 1) }]);
}

#[test]
fn as_many_entries_are_written_as_calls_are_refused() {
    let refused = |ordinal| planned(1, ordinal, EffectClass::ReadOnly, Verdict::Refuse { reason: "no".into() });
    let mut turn = turn_after([started(), requested(1), answered(1, "", 500)]);
    let (journal, _) = play(&mut turn, (0..500).map(refused));
    assert_eq!(journal.len(), 2 * 500 + 1, "planned, refused, and the next question to the model");
}

#[test]
fn a_refused_call_is_told_to_the_model_and_never_made() {
    let mut turn = turn_after([started(), requested(1)]);
    let refused = planned(1, 0, EffectClass::AtMostOnce, Verdict::Refuse { reason: "no such tool".into() });
    let (journal, actions) = play(&mut turn, [answered(1, "", 1), refused]);
    assert_eq!(kinds(&journal), ["model_answered", "tool_planned", "tool_finished", "model_requested"]);
    assert!(matches!(
        &journal[2],
        Event::ToolFinished { outcome: ToolOutcome::Failed { error }, .. }
            if error == "no such tool"
    ));
    assert_eq!(actions, [Action::CallModel { step: 2 }]);
}

#[test]
fn arguments_cut_off_by_the_token_limit_are_never_executed() {
    let mut turn = turn_after([started(), requested(1)]);
    let cut = Event::ModelAnswered {
        step: 1,
        text: String::new(),
        finish: FinishReason::Length,
        usage: None,
        planned: 1,
        opaque: None,
    };
    let (journal, actions) = play(&mut turn, [cut]);
    assert_eq!(kinds(&journal), ["model_answered", "run_failed"]);
    assert!(actions.is_empty() && turn.is_over());
}

#[test]
fn the_step_limit_ends_a_run_that_only_calls_tools() {
    let mut turn = turn_after([started(), requested(1)]);
    for step in 1..=3 {
        let (_, _) = play(&mut turn, [answered(step, "", 1), reads(step, 0)]);
        let (journal, _) = play(&mut turn, [finished(step, 0)]);
        assert_eq!(turn.is_over(), step == 3, "{:?}", kinds(&journal));
        if step == 3 {
            assert!(matches!(
                journal.last(),
                Some(Event::RunFailed { code, usage: Some(u), .. })
                    if code == "max_steps" && u.total() == 36
            ));
        }
    }
}

#[test]
fn an_approval_holds_its_call_and_the_calls_after_it() {
    let mut turn = turn_after([started(), requested(1)]);
    let (journal, actions) = play(&mut turn, [answered(1, "", 2), asks(1, 0, EffectClass::AtMostOnce), writes(1, 1)]);
    assert_eq!(kinds(&journal).last(), Some(&"approval_requested"));
    assert!(actions.is_empty() && turn.is_waiting() && turn.awaiting() == 1);
    assert_eq!(outstanding(&turn), (vec![], vec![]), "a restart must not ask twice");

    let (journal, actions) = play(&mut turn, [decided(1, 0, Decision::Approve, None)]);
    assert_eq!(kinds(&journal), ["approval_decided", "tool_dispatched"]);
    assert_eq!(actions, [Action::RunTool { call_id: id(1, 0) }]);
    assert_eq!(turn.call(id(1, 0)).unwrap().args, json!({"n": 0}));
    let (_, actions) = play(&mut turn, [decided(1, 0, Decision::Approve, None)]);
    assert!(actions.is_empty(), "an approval is used once");
    let (_, actions) = play(&mut turn, [finished(1, 0)]);
    assert_eq!(actions, [Action::RunTool { call_id: id(1, 1) }]);
}

#[test]
fn edited_arguments_replace_the_proposed_ones_and_a_rejection_goes_to_the_model() {
    let mut turn = turn_after([started(), requested(1)]);
    play(&mut turn, [answered(1, "", 2), asks(1, 0, EffectClass::ReadOnly), asks(1, 1, EffectClass::ReadOnly)]);
    assert_eq!(turn.awaiting(), 2);
    let (_, actions) = play(&mut turn, [decided(1, 0, Decision::Edit, Some(json!({"n": 9})))]);
    assert_eq!(actions, [Action::RunTool { call_id: id(1, 0) }]);
    assert_eq!(turn.call(id(1, 0)).unwrap().args, json!({"n": 9}));
    assert!(!turn.is_waiting(), "a call is under way");
    play(&mut turn, [finished(1, 0)]);
    assert!(turn.is_waiting());
    let (journal, actions) = play(&mut turn, [decided(1, 1, Decision::Reject, None)]);
    assert!(matches!(
        &journal[1],
        Event::ToolFinished { outcome: ToolOutcome::Failed { error }, .. }
            if error.contains("rejected") && error.contains("because")
    ));
    assert_eq!(actions, [Action::CallModel { step: 2 }]);
}

#[test]
fn a_cancel_stops_work_and_leaves_no_call_open() {
    let mut turn =
        turn_after([started(), requested(1), answered(1, "", 2), writes(1, 0), writes(1, 1), dispatched(1, 0, 1)]);
    let (journal, actions) = play(&mut turn, [Event::CancelRequested]);
    assert_eq!(kinds(&journal), ["cancel_requested", "tool_finished", "tool_finished", "run_failed"]);
    assert_eq!(actions, [Action::StopWork]);
    let outcomes: Vec<_> = journal
        .iter()
        .filter_map(|e| if let Event::ToolFinished { outcome, .. } = e { Some(outcome.state().as_str()) } else { None })
        .collect();
    assert_eq!(outcomes, ["unknown", "failed"], "what was sent may have happened; what was not sent has not");
    assert!(matches!(journal.last(), Some(Event::RunFailed { message, .. }) if message == "cancelled"));
    assert!(turn.on(&finished(1, 0)).is_empty(), "a late result changes nothing");
}

#[test]
fn a_call_that_ends_the_run_leaves_no_call_open_and_starts_none() {
    let mut turn = turn_after([started(), requested(1), answered(1, "", 3), reads(1, 0), reads(1, 1), reads(1, 2)]);
    play(&mut turn, [dispatched(1, 0, 1), dispatched(1, 1, 1)]);
    let ends = turn.failure_of_call(id(1, 0), "no_disk".into(), "the disk is full");
    assert_eq!(ends.len(), 3, "two open calls and the run: {ends:?}");
    let (journal, actions) = play(&mut turn, std::iter::once(finished(1, 0)).chain(ends));
    assert_eq!(kinds(&journal), ["tool_finished", "tool_finished", "tool_finished", "run_failed"]);
    assert_eq!(actions, []);
    assert!(turn.is_over());
}

#[test]
fn recovery_repeats_the_model_request_and_resets_the_message() {
    let turn = turn_after([started(), requested(1)]);
    assert_eq!(outstanding(&turn), (vec!["message_reset"], vec![Action::CallModel { step: 1 }]));
}

#[test]
fn recovery_of_an_interrupted_call_depends_on_its_declared_effect() {
    let interrupted = |effect| {
        turn_after([
            started(),
            requested(1),
            answered(1, "", 1),
            planned(1, 0, effect, Verdict::Allow),
            dispatched(1, 0, 1),
        ])
    };
    for effect in [EffectClass::ReadOnly, EffectClass::Idempotent] {
        let turn = interrupted(effect);
        assert_eq!(outstanding(&turn), (vec!["tool_dispatched"], vec![Action::RunTool { call_id: id(1, 0) }]));
        assert!(matches!(turn.outstanding()[0], Effect::Record(Event::ToolDispatched { attempt: 2, .. })));
    }
    assert_eq!(
        outstanding(&interrupted(EffectClass::Verifiable)),
        (vec![], vec![Action::VerifyTool { call_id: id(1, 0) }])
    );
    let (recorded, actions) = outstanding(&interrupted(EffectClass::AtMostOnce));
    assert_eq!(recorded, ["tool_finished", "model_requested"]);
    assert_eq!(actions, [Action::CallModel { step: 2 }], "never called again; the model is told");
}

#[test]
fn recovery_continues_with_calls_that_were_never_dispatched() {
    let turn = turn_after([
        started(),
        requested(1),
        answered(1, "", 2),
        writes(1, 0),
        writes(1, 1),
        dispatched(1, 0, 1),
        finished(1, 0),
    ]);
    assert_eq!(outstanding(&turn), (vec!["tool_dispatched"], vec![Action::RunTool { call_id: id(1, 1) }]));
}

#[test]
fn cutting_the_journal_at_every_commit_leads_to_the_same_end() {
    let batches: Vec<Vec<Event>> = vec![
        vec![started(), requested(1)],
        vec![answered(1, "", 2), reads(1, 0), reads(1, 1), dispatched(1, 0, 1), dispatched(1, 1, 1)],
        vec![finished(1, 0)],
        vec![finished(1, 1), requested(2)],
        vec![answered(2, "done", 0), Event::RunSucceeded { output: "done".into(), usage: None }],
    ];
    for cut in 1..=batches.len() {
        let mut turn = turn_after(batches[..cut].concat());
        let mut effects = turn.outstanding();
        let mut rounds = 0;
        while !turn.is_over() {
            rounds += 1;
            assert!(rounds < 20, "cut after {cut} commits: no end");
            let mut next = Vec::new();
            let events: Vec<Event> = effects
                .drain(..)
                .filter_map(|e| if let Effect::Record(event) = e { Some(event) } else { None })
                .collect();
            let (_, actions) = play(&mut turn, events);
            for action in actions {
                next.push(match action {
                    Action::CallModel { step: 1 } => vec![answered(1, "", 1), reads(1, 0)],
                    Action::CallModel { step } => vec![answered(step, "done", 0)],
                    Action::RunTool { call_id } => {
                        let outcome = ToolOutcome::Succeeded { output: json!("ok") };
                        vec![Event::ToolFinished {
                            call_id,
                            name: "echo".into(),
                            outcome,
                            attempts: 1,
                            duration_ms: 1,
                            cached_age_seconds: None,
                            request: None,
                            usage: None,
                        }]
                    }
                    other => panic!("{other:?}"),
                });
            }
            effects = next.concat().into_iter().map(Effect::Record).collect();
        }
    }
}

#[test]
fn an_answer_to_an_older_step_is_ignored() {
    let mut turn = turn_after([
        started(),
        requested(1),
        answered(1, "", 1),
        reads(1, 0),
        dispatched(1, 0, 1),
        finished(1, 0),
        requested(2),
    ]);
    assert!(turn.on(&answered(1, "late", 0)).is_empty());
    assert!(!turn.is_over());
}
