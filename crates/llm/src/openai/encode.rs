//! [`Request`] → Chat Completions body.

use artel_domain::{AssistantCall, Message, ToolSpec};
use serde_json::{Map, Value, json};

use crate::Request;

/// Members that are ours: another value would break the protocol.
const RESERVED: [&str; 8] = ["model", "messages", "tools", "stream", "stream_options", "n", "functions", "function_call"];
/// Members that providers refuse in a request without tools.
const NEED_TOOLS: [&str; 2] = ["tool_choice", "parallel_tool_calls"];

pub(super) fn body(request: &Request) -> Value {
    let mut body = Map::new();
    body.insert("model".into(), request.model.model().into());
    body.insert("messages".into(), messages(&request.messages));
    if !request.tools.is_empty() {
        body.insert("tools".into(), request.tools.iter().map(tool).collect());
    }
    body.insert("stream".into(), true.into());
    body.insert("stream_options".into(), json!({ "include_usage": true }));
    body.extend(params(request));
    Value::Object(body)
}

fn params(request: &Request) -> impl Iterator<Item = (String, Value)> {
    let passes = |name: &str| !RESERVED.contains(&name) && (!request.tools.is_empty() || !NEED_TOOLS.contains(&name));
    // `null` means "not set" in our API, but not to every server.
    request.params.iter().filter(move |(name, value)| passes(name) && !value.is_null()).map(|(name, value)| (name.clone(), value.clone()))
}

/// Leading system messages become one: the chat templates of many open models allow a single one, at the start.
fn messages(all: &[Message]) -> Value {
    let system: Vec<&str> =
        all.iter().map_while(|message| if let Message::System { text } = message { Some(text.as_str()) } else { None }).collect();
    let rest = &all[system.len()..];
    let head = (!system.is_empty()).then(|| json!({ "role": "system", "content": system.join("\n\n") }));
    head.into_iter().chain(rest.iter().map(message)).collect()
}

fn message(message: &Message) -> Value {
    match message {
        Message::System { text } => json!({ "role": "system", "content": text }),
        Message::User { text } => json!({ "role": "user", "content": text }),
        Message::Assistant { text, calls, .. } if calls.is_empty() => json!({ "role": "assistant", "content": text }),
        Message::Assistant { text, calls, .. } => json!({
            "role": "assistant",
            "content": (!text.is_empty()).then_some(text),
            "tool_calls": calls.iter().map(call).collect::<Vec<_>>(),
        }),
        Message::Tool { call_id, content, .. } => json!({ "role": "tool", "tool_call_id": call_id, "content": content }),
    }
}

fn call(call: &AssistantCall) -> Value {
    json!({ "id": call.id, "type": "function", "function": { "name": call.name, "arguments": arguments(&call.arguments) } })
}

/// Arguments as history. llama.cpp and vLLM parse them and fail the whole request when a model once wrote something else than an
/// object; so what was written is shown inside of one.
fn arguments(written: &str) -> String {
    if written.trim().is_empty() {
        return "{}".to_owned();
    }
    match serde_json::from_str::<Map<String, Value>>(written) {
        Ok(_) => written.to_owned(),
        Err(_) => json!({ "malformed_arguments": written }).to_string(),
    }
}

fn tool(tool: &ToolSpec) -> Value {
    let parameters = parameters(&tool.input_schema);
    json!({ "type": "function", "function": { "name": tool.name, "description": tool.description, "parameters": parameters } })
}

/// OpenAI refuses object schemas without `type` or `properties`.
fn parameters(schema: &Value) -> Value {
    let mut schema = schema.as_object().cloned().unwrap_or_default();
    schema.entry("type").or_insert_with(|| "object".into());
    schema.entry("properties").or_insert_with(|| json!({}));
    Value::Object(schema)
}
