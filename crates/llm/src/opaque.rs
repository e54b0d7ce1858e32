//! What must be sent back to a provider with an answer, in the form that the journal stores.
//!
//! FROZEN: journals hold this form. It is a list of reasoning blocks. Members without a typed form are in an extra last
//! block that has no text and no signature: releases that do not know its `members` read an empty block and send
//! nothing.

use artel_domain::AssistantCall;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{Reasoning, Rest};

/// The members without a typed form.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Members {
    #[serde(default, skip_serializing_if = "Rest::is_empty")]
    message: Rest,
    /// The members of each call, in the order of the calls; empty when no call has any.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    calls: Vec<Rest>,
}

/// The stored form; `None` when there is nothing to store.
pub(crate) fn write(reasoning: &[Reasoning], message: &Rest, calls: &[AssistantCall]) -> Option<Value> {
    let mut blocks = reasoning.iter().map(serde_json::to_value).collect::<Result<Vec<Value>, _>>().ok()?;
    let have_members = calls.iter().any(|call| !call.rest.is_empty());
    let calls = calls.iter().filter(|_| have_members).map(|call| call.rest.clone()).collect();
    let members = Members { message: message.clone(), calls };
    if !members.message.is_empty() || have_members {
        blocks.push(json!({ "type": "thinking", "thinking": "", "members": members }));
    }
    (!blocks.is_empty()).then(|| blocks.into())
}

/// Reads the stored form. Returns the reasoning and the members of the message, and puts the members of the calls into
/// `calls`. An unknown form counts as empty.
pub(crate) fn read(kept: Value, calls: &mut [AssistantCall]) -> (Vec<Reasoning>, Rest) {
    let Value::Array(mut blocks) = kept else { return (Vec::new(), Rest::new()) };
    let members = blocks.last().and_then(|last| last.get("members")).cloned();
    let mut message = Rest::new();
    if let Some(members) = members {
        blocks.pop();
        let members: Members = serde_json::from_value(members).unwrap_or_default();
        message = members.message;
        calls.iter_mut().zip(members.calls).for_each(|(call, rest)| call.rest = rest);
    }
    let reasoning = serde_json::from_value(blocks.into()).unwrap_or_default();
    (reasoning, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rest(members: &Value) -> Rest {
        members.as_object().cloned().unwrap_or_default()
    }

    fn call(members: &Value) -> AssistantCall {
        AssistantCall { id: "a".into(), name: "now".into(), arguments: "{}".into(), rest: rest(members) }
    }

    #[test]
    fn what_was_written_is_read_back() {
        let reasoning = vec![Reasoning::Thinking { thinking: "hm".into(), signature: Some("s".into()) }];
        let message = rest(&json!({ "reasoning_details": [{ "type": "reasoning.encrypted", "data": "x" }] }));
        let calls = [call(&json!({})), call(&json!({ "extra_content": { "google": { "thought_signature": "t" } } }))];
        let kept = write(&reasoning, &message, &calls).unwrap();
        let mut bare = [call(&json!({})), call(&json!({}))];
        assert_eq!(read(kept, &mut bare), (reasoning, message));
        assert_eq!(bare, calls);
    }

    #[test]
    fn reasoning_alone_has_the_form_of_earlier_releases() {
        let reasoning = [Reasoning::RedactedThinking { data: "x".into() }];
        let kept = write(&reasoning, &Rest::new(), &[call(&json!({}))]);
        assert_eq!(kept, Some(json!([{ "type": "redacted_thinking", "data": "x" }])));
        assert_eq!(write(&[], &Rest::new(), &[]), None);
    }

    #[test]
    fn a_release_that_does_not_know_members_reads_an_empty_reasoning_block() {
        let kept = write(&[], &rest(&json!({ "phase": "b" })), &[]).unwrap();
        let read: Vec<Reasoning> = serde_json::from_value(kept).unwrap();
        assert_eq!(read, [Reasoning::Thinking { thinking: String::new(), signature: None }]);
    }

    #[test]
    fn an_unknown_form_counts_as_empty() {
        for kept in [json!({ "thinking": "x" }), json!(5), json!([{ "type": "unknown" }])] {
            assert_eq!(read(kept, &mut []), (Vec::new(), Rest::new()));
        }
    }
}
