//! What must be sent back to a provider with an answer, in the form that the journal stores.
//!
//! FROZEN: journals hold this form. It is a list of reasoning blocks. Members without a typed form are in an extra last
//! block that has no text and no signature: releases that do not know its `members` read an empty block and send
//! nothing.

use artel_domain::AssistantCall;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{Reasoning, Rest};

/// The most bytes of JSON that the members of one message and its calls may have. Signatures and encrypted reasoning
/// are much smaller, and every later request of the session carries them.
const MOST_MEMBERS: usize = 256 * 1024;

/// What goes back to the provider with an answer.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct SentBack {
    pub(crate) reasoning: Vec<Reasoning>,
    /// Members of the message without a typed form.
    pub(crate) message: Rest,
    /// The provider that the members are for; `None` in journals of older releases.
    pub(crate) origin: Option<String>,
}

/// The members without a typed form.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Members {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    origin: Option<String>,
    #[serde(default, skip_serializing_if = "Rest::is_empty")]
    message: Rest,
    /// The members of each call, in the order of the calls; empty when no call has any.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    calls: Vec<Rest>,
}

/// The stored form; `None` when there is nothing to store.
pub(crate) fn write(reasoning: &[Reasoning], message: &Rest, calls: &[AssistantCall], origin: &str) -> Option<Value> {
    let mut blocks = reasoning.iter().map(serde_json::to_value).collect::<Result<Vec<Value>, _>>().ok()?;
    if let Some(members) = members(message, calls, origin) {
        blocks.push(json!({ "type": "thinking", "thinking": "", "members": members }));
    }
    (!blocks.is_empty()).then(|| blocks.into())
}

/// The members to store; `None` when there are none, or too many.
fn members(message: &Rest, calls: &[AssistantCall], origin: &str) -> Option<Value> {
    let have_members = calls.iter().any(|call| !call.rest.is_empty());
    if message.is_empty() && !have_members {
        return None;
    }
    let calls = calls.iter().filter(|_| have_members).map(|call| call.rest.clone()).collect();
    let members =
        serde_json::to_value(Members { origin: Some(origin.to_owned()), message: message.clone(), calls }).ok()?;
    let bytes = members.to_string().len();
    if bytes > MOST_MEMBERS {
        let names: Vec<&String> = message.keys().collect();
        tracing::warn!(
            provider = origin,
            bytes,
            most = MOST_MEMBERS,
            ?names,
            "the further members of a model's answer are too large: they are dropped, and the next turn goes without them"
        );
        return None;
    }
    Some(members)
}

/// Reads the stored form, and puts the members of the calls into `calls`. An unknown form counts as empty.
pub(crate) fn read(kept: Value, calls: &mut [AssistantCall]) -> SentBack {
    let Value::Array(mut blocks) = kept else { return SentBack::default() };
    let mut members = Members::default();
    if let Some(stored) = blocks.last().and_then(|last| last.get("members")).cloned() {
        blocks.pop();
        members = serde_json::from_value(stored).unwrap_or_default();
    }
    calls.iter_mut().zip(members.calls).for_each(|(call, rest)| call.rest = rest);
    let reasoning = serde_json::from_value(blocks.into()).unwrap_or_default();
    SentBack { reasoning, message: members.message, origin: members.origin }
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
        let kept = write(&reasoning, &message, &calls, "custom:google").unwrap();
        let mut bare = [call(&json!({})), call(&json!({}))];
        let origin = Some("custom:google".to_owned());
        assert_eq!(read(kept, &mut bare), SentBack { reasoning, message, origin });
        assert_eq!(bare, calls);
    }

    #[test]
    fn reasoning_alone_has_the_form_of_earlier_releases() {
        let reasoning = [Reasoning::RedactedThinking { data: "x".into() }];
        let kept = write(&reasoning, &Rest::new(), &[call(&json!({}))], "anthropic");
        assert_eq!(kept, Some(json!([{ "type": "redacted_thinking", "data": "x" }])));
        assert_eq!(write(&[], &Rest::new(), &[], "openai"), None);
    }

    #[test]
    fn a_release_that_does_not_know_members_reads_an_empty_reasoning_block() {
        let kept = write(&[], &rest(&json!({ "phase": "b" })), &[], "openai").unwrap();
        let read: Vec<Reasoning> = serde_json::from_value(kept).unwrap();
        assert_eq!(read, [Reasoning::Thinking { thinking: String::new(), signature: None }]);
    }

    #[test]
    fn members_of_an_older_release_have_no_origin_and_are_read() {
        let kept = json!([{ "type": "thinking", "thinking": "", "members": { "message": { "phase": "b" }, "calls": [{ "x": 1 }] } }]);
        let mut calls = [call(&json!({}))];
        let read = read(kept, &mut calls);
        assert_eq!((read.message, read.origin), (rest(&json!({ "phase": "b" })), None));
        assert_eq!(calls[0].rest, rest(&json!({ "x": 1 })));
    }

    #[test]
    fn members_beyond_the_bound_are_dropped_and_the_reasoning_stays() {
        let reasoning = [Reasoning::RedactedThinking { data: "x".into() }];
        let of = |bytes: usize| rest(&json!({ "reasoning_details": "d".repeat(bytes) }));
        let small = write(&reasoning, &of(MOST_MEMBERS - 1000), &[], "custom:google").unwrap();
        assert_eq!(small.as_array().unwrap().len(), 2);
        let large = write(&reasoning, &of(MOST_MEMBERS), &[], "custom:google");
        assert_eq!(large, Some(json!([{ "type": "redacted_thinking", "data": "x" }])));
        let of_call = [call(&json!({ "extra_content": "d".repeat(MOST_MEMBERS) }))];
        assert_eq!(write(&[], &Rest::new(), &of_call, "custom:google"), None);
    }

    #[test]
    fn an_unknown_form_counts_as_empty() {
        for kept in [json!({ "thinking": "x" }), json!(5), json!([{ "type": "unknown" }])] {
            assert_eq!(read(kept, &mut []), SentBack::default());
        }
    }
}
