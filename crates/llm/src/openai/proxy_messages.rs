//! Encodes the dialogue for an LLM proxy of this product. The proxy reads our extensions of Chat Completions, so that a
//! call through it is the same call as one in process.

use artel_domain::AssistantCall;
use serde_json::{Value, json};

use super::parts::part;
use super::rest::{with_call_rest, with_rest};
use crate::{Message, Part, PartBody, Request};

pub(super) fn messages(request: &Request) -> Value {
    let provider = request.model.origin();
    request.messages.iter().map(|one| message(&one.for_provider(&provider))).collect()
}

fn message(message: &Message) -> Value {
    match message {
        Message::System { content, developer, rest } => {
            let role = if *developer { "developer" } else { "system" };
            with_rest(json!({ "role": role, "content": parts(content) }), rest)
        }
        Message::User { content, rest } => with_rest(json!({ "role": "user", "content": parts(content) }), rest),
        Message::Assistant { content, calls, reasoning, rest, .. } => {
            let mut written = json!({ "role": "assistant", "content": parts(content) });
            if !calls.is_empty() {
                written["tool_calls"] = calls.iter().map(call).collect();
            }
            if !reasoning.is_empty() {
                written["thinking_blocks"] = json!(reasoning);
            }
            with_rest(written, rest)
        }
        Message::Tool { call_id, content, is_error, rest } => {
            let mut written = json!({ "role": "tool", "tool_call_id": call_id, "content": parts(content) });
            if *is_error {
                written["is_error"] = true.into();
            }
            with_rest(written, rest)
        }
    }
}

fn parts(content: &[Part]) -> Value {
    match content {
        [] => "".into(),
        [Part { body: PartBody::Text(text), cache_control: None }] => text.as_str().into(),
        several => several.iter().map(marked).collect(),
    }
}

fn marked(given: &Part) -> Value {
    let mut written = part(given);
    if let Some(mark) = &given.cache_control {
        written["cache_control"] = mark.clone();
    }
    written
}

/// A call with unchanged arguments. The proxy encodes them for its provider.
fn call(call: &AssistantCall) -> Value {
    let function = json!({ "name": call.name, "arguments": call.arguments });
    with_call_rest(json!({ "id": call.id, "type": "function", "function": function }), &call.rest)
}
