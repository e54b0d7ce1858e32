use artel_domain::clock::micros;
use artel_domain::event::{PlannedCall, Verdict};
use artel_domain::{AgentId, EffectClass, Event, FinishReason, ToolOutcome};
use serde_json::json;
use uuid::Uuid;

use super::*;

fn journal(events: Vec<Event>) -> Vec<Entry> {
    let run_id = RunId(Uuid::from_u128(1));
    events.into_iter().zip(1..).map(|(event, seq)| Entry { seq, run_id, at: micros(0), event }).collect()
}

fn started() -> Event {
    Event::RunStarted {
        agent_id: AgentId(Uuid::nil()),
        agent_version: 1,
        trace_id: String::new(),
        input: "Echo hello".into(),
        team: None,
    }
}

fn answered(text: &str, planned: u32) -> Event {
    Event::ModelAnswered { step: 1, text: text.into(), finish: FinishReason::Stop, usage: None, planned, opaque: None }
}

fn planned(ordinal: u32) -> Event {
    Event::ToolPlanned(PlannedCall {
        call_id: CallId(Uuid::from_u128(u128::from(ordinal))),
        step: 1,
        ordinal,
        provider_call_id: "call_1".into(),
        offered_name: "echo".into(),
        name: "echo".into(),
        tool: Some(artel_domain::ToolRef::builtin("echo")),
        args: json!({"text": "hello"}),
        effect: EffectClass::ReadOnly,
        verdict: Verdict::Allow,
    })
}

#[test]
fn a_dialogue_reads_question_calls_results_answer() {
    let outcome = ToolOutcome::Succeeded { output: json!("hello") };
    let finished = Event::ToolFinished {
        call_id: CallId(Uuid::from_u128(0)),
        name: "echo".into(),
        outcome,
        attempts: 1,
        duration_ms: 1,
        cached_age_seconds: None,
        request: None,
        usage: None,
    };
    let said = messages(&journal(vec![
        started(),
        Event::ModelRequested { step: 1 },
        answered("", 2),
        planned(0),
        planned(1),
        finished,
        answered("It said hello", 0),
        Event::RunSucceeded { output: "It said hello".into(), usage: None },
    ]));
    let roles: Vec<Role> = said.iter().map(|message| message.role).collect();
    assert_eq!(roles, [Role::User, Role::Assistant, Role::Tool, Role::Assistant]);
    assert_eq!(said[1].tool_calls.as_ref().unwrap().len(), 2);
    assert_eq!((said[2].content.as_str(), said[2].status), ("hello", Some(CallState::Succeeded)));
    assert_eq!(said[3].content, "It said hello");
}

#[test]
fn a_failed_run_puts_no_words_into_the_assistants_mouth() {
    let failed = Event::RunFailed { code: "model_error".into(), message: "the model failed".into(), usage: None };
    let said = messages(&journal(vec![started(), failed]));
    assert_eq!(said.len(), 1);
    assert_eq!(said[0].role, Role::User);
}
