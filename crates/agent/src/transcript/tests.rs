use artel_domain::event::Verdict;
use artel_domain::{AgentId, ApprovalId, Decision, EffectClass, FinishReason};
use serde_json::json;
use uuid::Uuid;

use super::*;

const RUN: RunId = RunId(Uuid::from_u128(1));

fn journal(events: Vec<Event>) -> Vec<Entry> {
    events
        .into_iter()
        .zip(1..)
        .map(|(event, seq)| Entry { seq, run_id: RUN, at: Timestamp::UNIX_EPOCH, event })
        .collect()
}

fn started() -> Event {
    Event::RunStarted {
        agent_id: AgentId(Uuid::nil()),
        agent_version: 1,
        trace_id: String::new(),
        input: "hi".into(),
        team: None,
    }
}

fn answered(text: &str, planned: u32) -> Event {
    Event::ModelAnswered { step: 1, text: text.into(), finish: FinishReason::Stop, usage: None, planned, opaque: None }
}

fn call(ordinal: u32) -> CallId {
    CallId::derive(RUN, 1, ordinal)
}

fn planned(ordinal: u32) -> Event {
    Event::ToolPlanned(PlannedCall {
        call_id: call(ordinal),
        step: 1,
        ordinal,
        provider_call_id: String::new(),
        offered_name: "echo".into(),
        name: "echo".into(),
        tool: None,
        args: json!({ "n": ordinal }),
        effect: EffectClass::ReadOnly,
        verdict: Verdict::Allow,
    })
}

fn finished(ordinal: u32) -> Event {
    let outcome = ToolOutcome::Succeeded { output: json!(ordinal) };
    Event::ToolFinished {
        call_id: call(ordinal),
        name: "echo".into(),
        outcome,
        attempts: 1,
        duration_ms: 1,
        cached_age_seconds: None,
        request: None,
        usage: None,
    }
}

fn edited(ordinal: u32) -> Event {
    Event::ApprovalDecided {
        approval_id: ApprovalId::derive(call(ordinal)),
        call_id: call(ordinal),
        decision: Decision::Edit,
        args: Some(json!("edited")),
        feedback: None,
        decided_by: None,
        answered: false,
    }
}

#[test]
fn calls_belong_to_their_answer_and_have_their_edits_and_results() {
    let entries =
        journal(vec![started(), answered("I call", 2), planned(0), planned(1), edited(1), finished(1), finished(0)]);
    let transcript = Transcript::of(&entries);
    let [input, answer] = &transcript.items[..] else { panic!("{transcript:#?}") };
    assert_eq!(input.content, Content::Input { text: "hi", specialist: None });
    let Content::Answer(Answer { text: Some("I call"), calls, .. }) = &answer.content else { panic!("{answer:#?}") };
    let told: Vec<_> = calls.iter().map(|call| (call.args.clone(), call.result.unwrap().seq)).collect();
    assert_eq!(told, [(json!({ "n": 0 }), 7), (json!("edited"), 6)]);
    assert_eq!(calls[1].planned.args, json!({ "n": 1 }), "what the model wrote is still there");
}

#[test]
fn a_part_of_a_journal_keeps_calls_without_their_answer() {
    let entries = journal(vec![finished(0), planned(1), planned(2), finished(2)]);
    let transcript = Transcript::of(&entries);
    let [lone, answer] = &transcript.items[..] else { panic!("{transcript:#?}") };
    assert!(matches!(lone.content, Content::LoneResult(CallResult { seq: 1, .. })));
    let Content::Answer(Answer { text: None, calls, .. }) = &answer.content else { panic!("{answer:#?}") };
    assert_eq!((answer.seq, calls.len()), (2, 2));
}

#[test]
fn what_cannot_be_read_is_left_out() {
    let other = |kind: &str| Event::read(kind, "{}");
    let whole = journal(vec![started(), answered("I call", 1), planned(0), finished(0), answered("done", 0)]);
    let mut with_others = journal(vec![]);
    for entry in &whole {
        let unknown = Entry { event: other("form_asked"), ..entry.clone() };
        with_others.extend([unknown, entry.clone(), Entry { event: other("tool_finished"), ..entry.clone() }]);
    }
    assert_eq!(Transcript::of(&with_others), Transcript::of(&whole));
}
