use artel_domain::event::{PlannedCall, Verdict};
use artel_domain::{EffectClass, Event, ToolOutcome, ToolRef};
use serde_json::{Value, json};

use super::{answered, id, kinds, play, reads, requested, started, writes};
use crate::turn::{Action, Limits, Turn};

fn exits(ordinal: u32, args: Value) -> Event {
    Event::ToolPlanned(PlannedCall {
        call_id: id(1, ordinal),
        step: 1,
        ordinal,
        provider_call_id: "call_0".into(),
        offered_name: "exit".into(),
        name: "exit".into(),
        tool: Some(ToolRef::control("exit")),
        args,
        effect: EffectClass::Idempotent,
        verdict: Verdict::Allow,
    })
}

/// One answer with these calls, played to its end.
fn played(calls: Vec<Event>) -> Vec<Event> {
    let planned = u32::try_from(calls.len()).unwrap();
    let before = [started(), requested(1), answered(1, "", planned)];
    play(&mut Turn::new(Limits::default()), before.into_iter().chain(calls)).0
}

fn refusals(journal: &[Event]) -> Vec<&str> {
    let refused = journal.iter().filter_map(|event| match event {
        Event::ToolFinished { outcome: ToolOutcome::Failed { error }, .. } => Some(error.as_str()),
        _ => None,
    });
    refused.collect()
}

const BESIDE: &str = "conflict: exit was called in the same answer, so this call was not made; call exit alone, last";

#[test]
fn exit_ends_the_run_with_its_answer() {
    let journal = played(vec![exits(0, json!({"answer": "All done."}))]);
    assert!(matches!(journal.last(), Some(Event::RunSucceeded { output, .. }) if output == "All done."));
    assert_eq!(refusals(&journal), [""; 0]);
}

#[test]
fn calls_beside_exit_are_refused_and_never_dispatched_wherever_they_stand() {
    let exit = |ordinal| exits(ordinal, json!({"answer": "Done."}));
    for calls in [
        vec![writes(1, 0), exit(1), reads(1, 2)],
        vec![exit(0), writes(1, 1), reads(1, 2)],
        vec![reads(1, 0), writes(1, 1), exit(2)],
        vec![exit(0), exit(1), exit(2)],
    ] {
        let journal = played(calls);
        assert_eq!(refusals(&journal), [BESIDE, BESIDE]);
        assert!(!kinds(&journal).contains(&"tool_dispatched"), "{journal:?}");
        assert!(matches!(journal.last(), Some(Event::RunSucceeded { output, .. }) if output == "Done."));
    }
}

#[test]
fn an_exit_that_cannot_be_is_told_why_and_the_run_goes_on() {
    let blank = "invalid_argument: answer: it is missing or blank; say what was done";
    for (args, expected) in [(json!({}), blank), (json!({"answer": " "}), blank), (json!({"answer": 5}), blank)] {
        let journal = played(vec![exits(0, args)]);
        assert_eq!(refusals(&journal), [expected]);
        assert_eq!(kinds(&journal).last(), Some(&"model_requested"), "the model is asked again");
    }
    assert_eq!(refusals(&played(vec![exits(0, json!({"answer": "Done.", "files": []}))])), [""; 0]);
}

#[test]
fn an_exit_with_files_ends_the_run_when_they_were_found_and_goes_on_when_not() {
    for (outcome, last) in [
        (ToolOutcome::Succeeded { output: json!({"files": []}) }, "run_succeeded"),
        (ToolOutcome::Failed { error: "not_found: files[0]".into() }, "model_requested"),
    ] {
        let mut turn = Turn::new(Limits::default());
        let call = exits(0, json!({"answer": "Done.", "files": ["a.txt"]}));
        let (journal, actions) = play(&mut turn, [started(), requested(1), answered(1, "", 1), call]);
        assert_eq!(kinds(&journal).last(), Some(&"tool_dispatched"));
        assert_eq!(actions.last(), Some(&Action::RunTool { call_id: id(1, 0) }));
        let found = Event::ToolFinished {
            call_id: id(1, 0),
            name: "exit".into(),
            outcome,
            attempts: 1,
            duration_ms: 0,
            cached_age_seconds: None,
            request: None,
            usage: None,
        };
        let (journal, _) = play(&mut turn, [found]);
        assert_eq!(kinds(&journal).last(), Some(&last));
    }
}
