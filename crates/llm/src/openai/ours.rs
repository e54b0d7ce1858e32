//! The dialogue as it goes to an LLM proxy of this product, which reads our extensions of Chat Completions: nothing of it is lost on the
//! way, so that a call through a proxy is the same call as one in process.

use artel_domain::AssistantCall;
use serde_json::{Value, json};

use super::parts::part;
use crate::{Message, Part, PartBody, Rest};

pub(super) fn messages(messages: &[Message]) -> Value {
    messages.iter().map(message).collect()
}

fn message(message: &Message) -> Value {
    match message {
        Message::System { content, developer, rest } => {
            let role = if *developer { "developer" } else { "system" };
            with_rest(json!({ "role": role, "content": parts(content) }), rest)
        }
        Message::User { content, rest } => with_rest(json!({ "role": "user", "content": parts(content) }), rest),
        Message::Assistant { content, calls, reasoning, rest } => {
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

/// The arguments as they are: which of them a provider can take is the proxy's business.
fn call(call: &AssistantCall) -> Value {
    json!({ "id": call.id, "type": "function", "function": { "name": call.name, "arguments": call.arguments } })
}

fn with_rest(mut written: Value, rest: &Rest) -> Value {
    if let Value::Object(members) = &mut written {
        for (name, value) in rest {
            members.entry(name.as_str()).or_insert_with(|| value.clone());
        }
    }
    written
}
