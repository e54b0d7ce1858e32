use artel_domain::event::{PlannedCall, Verdict};
use artel_domain::{
    ApprovalId, CallId, Confidence, Decision, EffectClass, Event, FinishReason, RoutedBy, RunId, Specialist,
    SwitchCause, TeamStart, ToolOutcome, ToolRef,
};
use serde_json::{Value, json};
use uuid::Uuid;

use super::super::tests::{kinds, play};
use super::super::{Action, Effect, Limits, Turn};

const RUN: RunId = RunId(Uuid::from_u128(7));

fn started(route: bool, switch_to: Option<Specialist>, input: &str) -> Event {
    let team = TeamStart { agent: Specialist::Orchestrator, route, switch_to, reason: None, model: "demo:echo".into() };
    Event::RunStarted {
        agent_id: artel_domain::AgentId(Uuid::nil()),
        agent_version: 1,
        trace_id: "t".into(),
        input: input.into(),
        team: Some(team),
    }
}

fn routed(agent: Specialist) -> Event {
    Event::Routed { agent, confidence: Confidence::High, reason: "because".into(), by: RoutedBy::Model, usage: None }
}

fn answered(step: u32, text: &str, planned: u32) -> Event {
    Event::ModelAnswered { step, text: text.into(), finish: FinishReason::Stop, usage: None, planned, opaque: None }
}

fn planned(step: u32, ordinal: u32, tool: ToolRef, args: Value, verdict: Verdict) -> Event {
    Event::ToolPlanned(PlannedCall {
        call_id: CallId::derive(RUN, step, ordinal),
        step,
        ordinal,
        provider_call_id: "call_0".into(),
        offered_name: tool.own_name().unwrap(),
        name: tool.own_name().unwrap(),
        tool: Some(tool),
        args,
        effect: EffectClass::ReadOnly,
        verdict,
    })
}

fn client(step: u32, ordinal: u32, verdict: Verdict) -> Event {
    planned(step, ordinal, ToolRef::client("read_file"), json!({ "path": "a" }), verdict)
}

fn control(step: u32, name: &str, args: Value) -> Event {
    planned(step, 0, ToolRef::control(name), args, Verdict::Allow)
}

fn done(step: u32, ordinal: u32) -> Event {
    Event::ToolFinished {
        call_id: CallId::derive(RUN, step, ordinal),
        name: "read_file".into(),
        outcome: ToolOutcome::Succeeded { output: json!("ok") },
        attempts: 1,
        duration_ms: 1,
        cached_age_seconds: None,
        request: None,
        usage: None,
    }
}

fn decided(step: u32, decision: Decision) -> Event {
    let call_id = CallId::derive(RUN, step, 0);
    Event::ApprovalDecided {
        approval_id: ApprovalId::derive(call_id),
        call_id,
        decision,
        args: None,
        feedback: None,
        decided_by: None,
        answered: false,
    }
}

fn turn() -> Turn {
    Turn::new(Limits::default())
}

fn output(journal: &[Event]) -> &str {
    match journal.last() {
        Some(Event::RunSucceeded { output, .. }) => output,
        other => panic!("not a success: {other:?}"),
    }
}

#[test]
fn an_input_is_routed_and_answered_by_the_chosen_specialist() {
    let mut turn = turn();
    let (journal, actions) = play(&mut turn, [started(true, None, "Создай файл")]);
    assert_eq!((kinds(&journal), actions), (vec!["run_started", "route_requested"], vec![Action::Route]));
    let (journal, actions) = play(&mut turn, [routed(Specialist::Coder)]);
    assert_eq!(kinds(&journal), ["routed", "agent_switched", "model_requested"]);
    assert_eq!((actions, turn.specialist()), (vec![Action::CallModel { step: 1 }], Some(Specialist::Coder)));
}

#[test]
fn a_route_to_the_current_specialist_switches_nothing() {
    let mut turn = turn();
    let (journal, _) = play(&mut turn, [started(true, None, "hi"), routed(Specialist::Orchestrator)]);
    assert_eq!(kinds(&journal), ["run_started", "route_requested", "routed", "model_requested"]);
}

#[test]
fn a_crash_while_routing_routes_again() {
    let mut turn = turn();
    play(&mut turn, [started(true, None, "hi")]);
    assert_eq!(turn.outstanding(), [Effect::Act(Action::Route)]);
}

#[test]
fn a_switch_without_a_message_is_a_run_of_its_own() {
    let mut turn = turn();
    let (journal, actions) = play(&mut turn, [started(false, Some(Specialist::Debug), "")]);
    assert_eq!((kinds(&journal), actions), (vec!["run_started", "agent_switched", "run_succeeded"], vec![]));
    assert_eq!(turn.specialist(), Some(Specialist::Debug));
}

#[test]
fn a_call_of_the_client_waits_for_it_and_is_never_made_by_the_server() {
    let mut turn = turn();
    let (journal, actions) =
        play(&mut turn, [started(false, None, "hi"), answered(1, "", 1), client(1, 0, Verdict::Allow)]);
    assert_eq!(kinds(&journal)[3..], ["tool_planned", "tool_dispatched"]);
    assert_eq!(actions[1..], [Action::RunTool { call_id: CallId::derive(RUN, 1, 0) }]);
    assert!(turn.is_waiting());
    assert_eq!(turn.outstanding(), [Effect::Act(Action::RunTool { call_id: CallId::derive(RUN, 1, 0) })]);
    let (journal, _) = play(&mut turn, [done(1, 0)]);
    assert_eq!(kinds(&journal), ["tool_finished", "model_requested"]);
}

#[test]
fn calls_of_the_client_come_one_at_a_time_even_when_they_only_read() {
    let mut turn = turn();
    let (journal, _) = play(
        &mut turn,
        [started(false, None, "hi"), answered(1, "", 2), client(1, 0, Verdict::Allow), client(1, 1, Verdict::Allow)],
    );
    assert_eq!(kinds(&journal).iter().filter(|kind| **kind == "tool_dispatched").count(), 1);
    let (journal, _) = play(&mut turn, [done(1, 0)]);
    assert_eq!(kinds(&journal), ["tool_finished", "tool_dispatched"]);
}

#[test]
fn a_new_message_ends_a_waiting_run_and_leaves_no_call_open() {
    let ask = Verdict::Ask { reason: "dangerous".into(), approvers: Vec::new(), account: None };
    let mut turn = turn();
    play(&mut turn, [started(false, None, "hi"), answered(1, "", 2), client(1, 0, ask), client(1, 1, Verdict::Allow)]);
    assert!(turn.is_waiting());
    let effects = turn.supersede();
    let events: Vec<Event> = effects
        .into_iter()
        .map(|effect| if let Effect::Record(event) = effect { event } else { panic!("an action") })
        .collect();
    let (journal, actions) = play(&mut turn, events);
    assert_eq!((kinds(&journal), actions), (vec!["tool_finished", "tool_finished", "run_failed"], vec![]));
    assert!(matches!(&journal[2], Event::RunFailed { code, .. } if code == "superseded"));
}

#[test]
fn after_a_models_switch_the_next_specialist_continues_at_once() {
    let mut turn = turn();
    let call = control(1, "switch_mode", json!({ "mode": "debug", "reason": "an error" }));
    let (journal, actions) = play(&mut turn, [started(false, None, "hi"), answered(1, "", 1), call]);
    assert_eq!(kinds(&journal)[3..], ["tool_planned", "agent_switched", "tool_finished", "model_requested"]);
    assert!(
        matches!(&journal[4], Event::AgentSwitched { cause: SwitchCause::Model, reason, .. } if reason == "an error")
    );
    assert_eq!(actions.last(), Some(&Action::CallModel { step: 2 }));
    assert_eq!(turn.specialist(), Some(Specialist::Debug));
}

#[test]
fn a_switch_to_the_current_specialist_is_refused_and_the_run_continues() {
    let mut turn = turn();
    let call = control(1, "switch_mode", json!({ "mode": "orchestrator" }));
    let (journal, _) = play(&mut turn, [started(false, None, "hi"), answered(1, "", 1), call]);
    assert_eq!(kinds(&journal)[3..], ["tool_planned", "tool_finished", "model_requested"]);
}

#[test]
fn the_eleventh_switch_for_one_message_ends_the_run() {
    let mut turn = turn();
    play(&mut turn, [started(false, None, "hi")]);
    for step in 1..=10 {
        let mode = if step % 2 == 1 { "coder" } else { "ask" };
        let (journal, _) =
            play(&mut turn, [answered(step, "", 1), control(step, "switch_mode", json!({ "mode": mode }))]);
        assert_eq!(kinds(&journal).last(), Some(&"model_requested"), "switch {step}");
    }
    let (journal, _) = play(&mut turn, [answered(11, "", 1), control(11, "switch_mode", json!({ "mode": "coder" }))]);
    assert!(matches!(journal.last(), Some(Event::RunFailed { code, .. }) if code == "agent_switch_limit"));
}

#[test]
fn attempt_completion_and_ask_followup_question_end_the_run() {
    for (name, args) in [
        ("attempt_completion", json!({ "result": "Готово" })),
        ("ask_followup_question", json!({ "question": "Готово", "suggestions": ["a", "b"] })),
    ] {
        let mut turn = turn();
        let (journal, _) = play(&mut turn, [started(false, None, "hi"), answered(1, "", 1), control(1, name, args)]);
        assert_eq!(kinds(&journal)[3..], ["tool_planned", "tool_finished", "run_succeeded"], "{name}");
        assert_eq!(output(&journal), "Готово");
    }
}

/// A plan whose second subtask depends on the third.
fn plan() -> Value {
    json!({ "title": "Plan", "description": "All of it", "subtasks": [
        { "title": "One", "description": "1", "agent": "coder", "estimated_time_minutes": 5 },
        { "title": "Two", "description": "2", "agent": "debug", "estimated_time_minutes": 5, "dependencies": [2] },
        { "title": "Three", "description": "3", "agent": "coder", "estimated_time_minutes": 5 },
    ]})
}

#[test]
fn a_plans_subtasks_run_in_the_order_of_their_dependencies_each_with_its_specialist() {
    let mut turn = turn();
    let (journal, _) =
        play(&mut turn, [started(false, None, "hi"), answered(1, "", 1), control(1, "create_plan", plan())]);
    assert_eq!(
        kinds(&journal)[4..],
        ["tool_finished", "plan_started", "agent_switched", "subtask_started", "model_requested"]
    );
    let (journal, _) = play(&mut turn, [answered(2, "one is done", 0)]);
    assert_eq!(kinds(&journal), ["model_answered", "subtask_finished", "subtask_started", "model_requested"]);
    assert!(matches!(journal[2], Event::SubtaskStarted { index: 2 }));
    let (journal, _) =
        play(&mut turn, [answered(3, "", 1), control(3, "attempt_completion", json!({ "result": "three is done" }))]);
    assert_eq!(
        kinds(&journal)[2..],
        ["tool_finished", "subtask_finished", "agent_switched", "subtask_started", "model_requested"]
    );
    let (journal, _) = play(&mut turn, [answered(4, "two is done", 0)]);
    assert_eq!(kinds(&journal), ["model_answered", "subtask_finished", "plan_finished", "run_succeeded"]);
    for part in ["one is done", "two is done", "three is done"] {
        assert!(output(&journal).contains(part), "{}", output(&journal));
    }
}

#[test]
fn a_plan_that_is_asked_about_starts_when_it_is_approved_and_not_when_it_is_rejected() {
    let held = || {
        planned(
            1,
            0,
            ToolRef::control("create_plan"),
            plan(),
            Verdict::Ask { reason: "plan".into(), approvers: Vec::new(), account: None },
        )
    };
    let mut asked = turn();
    let (journal, _) = play(&mut asked, [started(false, None, "hi"), answered(1, "", 1), held()]);
    assert_eq!(kinds(&journal).last(), Some(&"approval_requested"));
    assert!(asked.is_waiting());
    let mut rejected = asked.clone();
    let (journal, _) = play(&mut asked, [decided(1, Decision::Approve)]);
    assert_eq!(
        kinds(&journal),
        ["approval_decided", "tool_finished", "plan_started", "agent_switched", "subtask_started", "model_requested"]
    );
    let (journal, _) = play(&mut rejected, [decided(1, Decision::Reject)]);
    assert_eq!(kinds(&journal), ["approval_decided", "tool_finished", "model_requested"]);
}

#[test]
fn plans_that_cannot_be_carried_out_are_refused() {
    let with = |subtasks: Value| crate::plan_of(&json!({ "title": "t", "description": "d", "subtasks": subtasks }));
    let subtask = |agent: &str, dependencies: Value| json!({ "title": "s", "description": "d", "agent": agent, "estimated_time_minutes": 1, "dependencies": dependencies });
    assert!(with(json!([subtask("coder", json!([])), subtask("ask", json!([0]))])).is_ok());
    assert!(with(json!([])).is_err());
    assert!(with(json!([subtask("architect", json!([]))])).is_err());
    assert!(with(json!([subtask("coder", json!([0]))])).is_err());
    assert!(with(json!([subtask("coder", json!([7]))])).is_err());
    assert!(with(json!([subtask("coder", json!([1])), subtask("coder", json!([0]))])).is_err());
}

#[test]
fn a_replay_comes_to_the_same_state() {
    let mut live = turn();
    let (mut journal, _) = play(
        &mut live,
        [
            started(true, None, "hi"),
            routed(Specialist::Architect),
            answered(1, "", 1),
            control(1, "create_plan", plan()),
        ],
    );
    journal.extend(play(&mut live, [answered(2, "one is done", 0)]).0);
    let replayed = Turn::replay(Limits::default(), &journal);
    assert_eq!(replayed.specialist(), live.specialist());
    assert_eq!(replayed.outstanding(), live.outstanding());
    assert_eq!(replayed.first_step(), live.first_step());
}
