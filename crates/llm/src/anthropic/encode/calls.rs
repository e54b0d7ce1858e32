//! Encodes the tool calls of earlier turns, and their results.

use artel_domain::{AssistantCall, read_foreign_json};
use serde_json::{Map, Value, json};

/// The block of a call under this id.
pub(super) fn call(id: &str, call: &AssistantCall) -> Value {
    json!({ "type": "tool_use", "id": id, "name": call.name, "input": input(&call.arguments) })
}

/// The block of the result of the call with this id. It holds the result's blocks.
pub(super) fn result(id: &str, is_error: bool, mut blocks: Vec<Value>) -> Value {
    // A breakpoint inside the result means the same as one on the whole result, where the provider looks for it.
    let marks = blocks.iter_mut().filter_map(|block| block.as_object_mut()?.shift_remove("cache_control"));
    let mark = marks.last();
    let content = match blocks.as_slice() {
        [] if is_error => Some("The tool failed.".into()),
        [] => None,
        [only] if only["type"] == "text" => Some(only["text"].clone()),
        _ => Some(blocks.into()),
    };
    let mut result = json!({ "type": "tool_result", "tool_use_id": id });
    let error = is_error.then_some(Value::Bool(true));
    for (name, value) in [("content", content), ("is_error", error), ("cache_control", mark)] {
        if let Some(value) = value {
            result[name] = value;
        }
    }
    result
}

/// The arguments of an earlier call. The provider requires an object, so any other text of a model is put inside an
/// object.
fn input(written: &str) -> Value {
    if written.trim().is_empty() {
        return json!({});
    }
    read_foreign_json::<Map<String, Value>>(written)
        .map_or_else(|_| json!({ "malformed_arguments": written }), Value::Object)
}
