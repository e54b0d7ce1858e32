use artel_domain::event::{PlannedCall, Verdict};
use artel_domain::{CallId, EffectClass, Entry, Event, RunId, Timestamp, ToolOutcome, ToolRef};
use serde_json::json;
use uuid::Uuid;

use super::repeated_steps;

const RUN: RunId = RunId(Uuid::from_u128(1));

/// A journal of one call a step, given as text in and text out.
fn journal(steps: &[(&str, &str)]) -> Vec<Entry> {
    let events = steps.iter().zip(1..).flat_map(|((text, result), step)| {
        let call_id = CallId::derive(RUN, step, 0);
        let planned = PlannedCall {
            call_id,
            step,
            ordinal: 0,
            provider_call_id: String::new(),
            offered_name: "echo".into(),
            name: "echo".into(),
            tool: Some(ToolRef::builtin("poll")),
            args: json!({ "text": text }),
            effect: EffectClass::ReadOnly,
            verdict: Verdict::Allow,
        };
        let outcome = ToolOutcome::Succeeded { output: json!(result) };
        [
            Event::ToolPlanned(planned),
            Event::ToolFinished {
                call_id,
                name: "echo".into(),
                outcome,
                attempts: 1,
                duration_ms: 0,
                cached_age_seconds: None,
                request: None,
                usage: None,
            },
        ]
    });
    events.zip(1..).map(|(event, seq)| Entry { seq, run_id: RUN, at: Timestamp::UNIX_EPOCH, event }).collect()
}

#[test]
fn the_same_call_with_the_same_result_is_a_repetition_and_anything_new_ends_it() {
    assert_eq!(repeated_steps(&[]), 0);
    assert_eq!(repeated_steps(&journal(&[("a", "a")])), 1);
    assert_eq!(repeated_steps(&journal(&[("a", "a"), ("a", "a"), ("a", "a")])), 3);
    assert_eq!(repeated_steps(&journal(&[("a", "a"), ("b", "b"), ("a", "a")])), 1);
    assert_eq!(
        repeated_steps(&journal(&[("job", "pending"), ("job", "pending"), ("job", "done")])),
        1,
        "a poll that moves on"
    );
}
