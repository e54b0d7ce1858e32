use artel_domain::event::{PlannedCall, Verdict};
use artel_domain::{AgentId, CallId, EffectClass, Entry, Event, FinishReason, Message, RunId, ToolOutcome, ToolRef};
use serde_json::json;
use uuid::Uuid;

use super::Dialogue;

const OLD: RunId = RunId(Uuid::from_u128(1));
const NOW: RunId = RunId(Uuid::from_u128(2));

fn journal(run: RunId, first: i64, events: Vec<Event>) -> Vec<Entry> {
    events
        .into_iter()
        .zip(first..)
        .map(|(event, seq)| Entry { seq, run_id: run, at: artel_domain::Timestamp::UNIX_EPOCH, event })
        .collect()
}

fn input(text: &str) -> Event {
    Event::RunStarted {
        agent_id: AgentId(Uuid::nil()),
        agent_version: 1,
        trace_id: String::new(),
        input: text.into(),
        team: None,
    }
}

fn answer(step: u32, text: &str, planned: u32) -> Event {
    Event::ModelAnswered { step, text: text.into(), finish: FinishReason::Stop, usage: None, planned, opaque: None }
}

fn call(run: RunId, step: u32, ordinal: u32) -> Event {
    Event::ToolPlanned(PlannedCall {
        call_id: CallId::derive(run, step, ordinal),
        step,
        ordinal,
        provider_call_id: "same".into(),
        offered_name: "echo".into(),
        name: "echo".into(),
        tool: Some(ToolRef::builtin("echo")),
        args: json!({"n": ordinal}),
        effect: EffectClass::ReadOnly,
        verdict: Verdict::Allow,
    })
}

fn result(run: RunId, step: u32, ordinal: u32, text: &str) -> Event {
    Event::ToolFinished {
        call_id: CallId::derive(run, step, ordinal),
        name: "echo".into(),
        outcome: ToolOutcome::Succeeded { output: json!(text) },
        attempts: 1,
        duration_ms: 1,
        cached_age_seconds: None,
        request: None,
        usage: None,
    }
}

fn roles(dialogue: &Dialogue) -> Vec<Vec<String>> {
    let word = |message: &Message| match message {
        Message::System { text } => format!("system {text}"),
        Message::User { text } => format!("user {text}"),
        Message::Assistant { text, calls, .. } => format!("assistant {text}{}", "*".repeat(calls.len())),
        Message::Tool { content, .. } => format!("tool {content}"),
    };
    dialogue.blocks.iter().map(|block| block.messages.iter().map(word).collect()).collect()
}

#[test]
fn an_answer_with_calls_and_its_results_are_one_block_in_the_order_of_the_calls() {
    let entries = journal(
        NOW,
        1,
        vec![
            input("hi"),
            answer(1, "", 2),
            call(NOW, 1, 0),
            call(NOW, 1, 1),
            result(NOW, 1, 1, "b"),
            result(NOW, 1, 0, "a"),
            answer(2, "done", 0),
        ],
    );
    let dialogue = Dialogue::fold(&entries, NOW);
    assert_eq!(roles(&dialogue), [vec!["user hi"], vec!["assistant **", "tool a", "tool b"], vec!["assistant done"]]);
    assert!(dialogue.blocks[0].is_current_input);
    let Message::Assistant { calls, .. } = &dialogue.blocks[1].messages[0] else { panic!() };
    assert_ne!(calls[0].id, calls[1].id, "the provider's ids repeat, ours do not");
    assert!(matches!(&dialogue.blocks[1].messages[1], Message::Tool { call_id, .. } if *call_id == calls[0].id));
}

#[test]
fn a_call_left_open_gets_a_synthetic_result() {
    let mut entries =
        journal(OLD, 1, vec![input("one"), answer(1, "", 2), call(OLD, 1, 0), call(OLD, 1, 1), result(OLD, 1, 0, "a")]);
    entries.extend(journal(NOW, 10, vec![input("two")]));
    let dialogue = Dialogue::fold(&entries, NOW);
    assert_eq!(dialogue.blocks.len(), 3);
    assert!(matches!(
        &dialogue.blocks[1].messages[2],
        Message::Tool { content, is_error: true, .. }
            if content.contains("superseded")
    ));
}

#[test]
fn a_summary_takes_the_place_of_what_it_covers_but_never_of_the_current_input() {
    let mut entries = journal(OLD, 1, vec![input("one"), answer(1, "first", 0)]);
    entries.extend(journal(NOW, 10, vec![input("two"), answer(1, "", 1), call(NOW, 1, 0), result(NOW, 1, 0, "a")]));
    entries.extend(journal(
        NOW,
        20,
        vec![Event::ContextSummarised { through_seq: 13, text: "short".into(), usage: None }],
    ));
    let dialogue = Dialogue::fold(&entries, NOW);
    assert_eq!(dialogue.summary.as_deref(), Some("short"));
    assert_eq!(roles(&dialogue), [vec!["user two"]]);
}
