//! Calls that wait for something from outside.

use artel_domain::{Form, ToolRef};

use super::*;

fn form() -> Wait {
    Wait::Form {
        form: Form { title: "Who?".into(), description: None, fields: Vec::new(), connect: None },
        until: None,
    }
}

fn waits(ordinal: u32, wait: Wait) -> Event {
    Event::CallWaits { call_id: id(1, ordinal), wait }
}

fn answers(values: Option<Value>, reason: Option<&str>) -> Event {
    Event::FormAnswered { call_id: id(1, 0), values, reason: reason.map(str::to_owned), by: None }
}

/// A turn with one dispatched call, whose tool said what it waits for.
fn waiting_turn(wait: Wait) -> Turn {
    turn_after([started(), requested(1), answered(1, "", 1), writes(1, 0), dispatched(1, 0, 1), waits(0, wait)])
}

#[test]
fn a_run_waits_for_what_its_calls_wait_for() {
    let event = Wait::Event { service: "shop".into(), kind: "paid".into() };
    for wait in [form(), Wait::Child, Wait::Until { at: artel_domain::clock::micros(5) }, event] {
        let turn = waiting_turn(wait.clone());
        assert_eq!(turn.waits(), [wait]);
        assert!(turn.is_waiting());
        assert_eq!(
            outstanding(&turn),
            (vec![], vec![Action::RunTool { call_id: id(1, 0) }]),
            "an answer is looked for, nothing is made"
        );
    }
}

#[test]
fn what_the_subagents_of_a_call_used_counts_in_the_run() {
    let mut turn = waiting_turn(Wait::Child);
    let (own, used) = (turn.usage(), Usage { prompt_tokens: 7, completion_tokens: 3, ..Usage::default() });
    let mut end = finished(1, 0);
    if let Event::ToolFinished { usage, .. } = &mut end {
        *usage = Some(used);
    }
    play(&mut turn, [end.clone()]);
    let whole = own.map_or(used, |own| own.plus(used));
    assert_eq!(turn.usage(), Some(whole));
    play(&mut turn, [end]);
    assert_eq!(turn.usage(), Some(whole), "once");
}

#[test]
fn a_run_with_a_call_under_way_waits_for_nothing() {
    let turn = turn_after([started(), requested(1), answered(1, "", 1), writes(1, 0), dispatched(1, 0, 1)]);
    assert_eq!(turn.waits(), []);
    let mut turn = turn_after([started(), requested(1), answered(1, "", 2), reads(1, 0), reads(1, 1)]);
    play(&mut turn, [dispatched(1, 0, 1), dispatched(1, 1, 1), waits(0, Wait::Child)]);
    assert_eq!(turn.waits(), [], "the other call is under way");
    play(&mut turn, [waits(1, form())]);
    assert_eq!(turn.waits(), [Wait::Child, form()]);
    play(&mut turn, [finished(1, 0)]);
    assert_eq!(turn.waits(), [form()]);
}

#[test]
fn a_clients_call_and_a_held_call_wait_in_the_same_way() {
    let client = Event::ToolPlanned(PlannedCall {
        tool: Some(ToolRef::client("echo")),
        ..match writes(1, 0) {
            Event::ToolPlanned(planned) => planned,
            other => panic!("{other:?}"),
        }
    });
    let turn = turn_after([started(), requested(1), answered(1, "", 1), client, dispatched(1, 0, 1)]);
    assert_eq!(turn.waits(), [Wait::Client]);
    let mut turn = turn_after([started(), requested(1)]);
    play(&mut turn, [answered(1, "", 1), asks(1, 0, EffectClass::AtMostOnce)]);
    assert_eq!(turn.waits(), [Wait::Approval]);
}

#[test]
fn an_answered_form_ends_its_call_and_the_model_gets_the_values() {
    let mut turn = waiting_turn(form());
    let (journal, actions) = play(&mut turn, [answers(Some(json!({ "name": "Ada" })), None)]);
    assert_eq!(kinds(&journal), ["form_answered", "tool_finished", "model_requested"]);
    assert_eq!(actions, [Action::CallModel { step: 2 }]);
    let expected = json!({ "submitted": true, "values": { "name": "Ada" } });
    assert!(matches!(
        &journal[1],
        Event::ToolFinished { outcome: ToolOutcome::Succeeded { output }, .. }
            if *output == expected
    ));
    let (journal, _) = play(&mut turn, [answers(Some(json!({ "name": "Eve" })), None)]);
    assert_eq!(kinds(&journal), ["form_answered"], "the second answer changes nothing");
}

#[test]
fn an_expired_form_ends_its_call_too() {
    let mut turn = waiting_turn(form());
    let (journal, _) = play(&mut turn, [answers(None, Some("nobody answered in time"))]);
    let expected = json!({ "submitted": false, "reason": "nobody answered in time" });
    assert!(matches!(
        &journal[1],
        Event::ToolFinished { outcome: ToolOutcome::Succeeded { output }, .. }
            if *output == expected
    ));
}

#[test]
fn values_for_a_call_that_waits_for_no_form_change_nothing() {
    let mut turn = waiting_turn(Wait::Child);
    let (journal, actions) = play(&mut turn, [answers(Some(json!({})), None)]);
    assert_eq!((kinds(&journal), actions), (vec!["form_answered"], vec![]));
    assert_eq!(turn.waits(), [Wait::Child]);
}

#[test]
fn cancelling_ends_a_run_that_waits_and_says_of_its_call_what_is_known() {
    for (wait, expected) in
        [(form(), "failed"), (Wait::Until { at: artel_domain::clock::micros(5) }, "failed"), (Wait::Child, "unknown")]
    {
        let mut turn = waiting_turn(wait.clone());
        let (journal, _) = play(&mut turn, [Event::CancelRequested]);
        assert_eq!(kinds(&journal), ["cancel_requested", "tool_finished", "run_failed"]);
        let Event::ToolFinished { outcome, .. } = &journal[1] else { panic!("{journal:?}") };
        assert_eq!(outcome.state().as_str(), expected, "{wait:?}: {outcome:?}");
    }
}

#[test]
fn what_came_from_outside_is_the_calls_result_when_the_run_is_cancelled() {
    let mut turn = waiting_turn(form());
    turn.note_given(|_| Some(answers(Some(json!({ "name": "Ada" })), None)));
    let (journal, actions) = play(&mut turn, [Event::CancelRequested]);
    assert_eq!(kinds(&journal), ["cancel_requested", "form_answered", "tool_finished", "run_failed"]);
    assert_eq!(actions, [Action::StopWork], "the model is not asked");
    let expected = json!({ "submitted": true, "values": { "name": "Ada" } });
    assert!(matches!(
        &journal[2],
        Event::ToolFinished { outcome: ToolOutcome::Succeeded { output }, .. }
            if *output == expected
    ));
}
