//! Tool calls of earlier turns, and their results.

use std::fmt::Write as _;

use artel_domain::AssistantCall;
use serde_json::{Map, Value, json};

use super::turns::Turn;
use crate::ModelError;

pub(super) fn call(call: &AssistantCall) -> Result<Value, ModelError> {
    Ok(json!({ "type": "tool_use", "id": id(&call.id)?, "name": call.name, "input": input(&call.arguments) }))
}

/// The result of a call, with its blocks inside.
pub(super) fn result(call_id: &str, is_error: bool, mut blocks: Vec<Value>) -> Result<Value, ModelError> {
    // A breakpoint inside means the same as one on the whole result, which is where it is looked for.
    let marks = blocks.iter_mut().filter_map(|block| block.as_object_mut()?.shift_remove("cache_control"));
    let mark = marks.last();
    let content = match blocks.as_slice() {
        [] if is_error => Some("The tool failed.".into()),
        [] => None,
        [only] if only["type"] == "text" => Some(only["text"].clone()),
        _ => Some(blocks.into()),
    };
    let mut result = json!({ "type": "tool_result", "tool_use_id": id(call_id)? });
    let error = is_error.then_some(Value::Bool(true));
    for (name, value) in [("content", content), ("is_error", error), ("cache_control", mark)] {
        if let Some(value) = value {
            result[name] = value;
        }
    }
    Ok(result)
}

/// Whether each call has one result in the turn that follows it, and each result its call. The provider would refuse the whole request.
pub(super) fn check_pairs(turns: &[Turn]) -> Result<(), ModelError> {
    let mut open: Vec<&str> = Vec::new();
    for turn in turns {
        for id in ids(turn, "tool_result", "tool_use_id") {
            let at = open.iter().position(|call| *call == id).ok_or_else(|| orphan(id))?;
            open.remove(at);
        }
        unanswered(&open)?;
        open = ids(turn, "tool_use", "id").collect();
    }
    unanswered(&open)
}

fn ids<'a>(turn: &'a Turn, kind: &'a str, member: &'a str) -> impl Iterator<Item = &'a str> {
    turn.blocks().iter().filter(move |block| block["type"] == kind).filter_map(move |block| block[member].as_str())
}

fn orphan(id: &str) -> ModelError {
    ModelError::BadRequest(format!("the tool result for `{id}` does not follow a call with that id, or is the second one"))
}

fn unanswered(open: &[&str]) -> Result<(), ModelError> {
    let Some(id) = open.first() else { return Ok(()) };
    Err(ModelError::BadRequest(format!("the tool call `{id}` is not followed by its result")))
}

/// The provider takes letters, digits, `_` and `-`; ids of other providers have more. The same id becomes the same again.
fn id(given: &str) -> Result<String, ModelError> {
    if given.is_empty() {
        return Err(ModelError::BadRequest("a tool call has no id".to_owned()));
    }
    let mut id = String::with_capacity(given.len());
    for character in given.chars() {
        if character.is_ascii_alphanumeric() || "_-".contains(character) {
            id.push(character);
        } else {
            // Writing to a string cannot fail.
            let _ = write!(id, "_{:x}", u32::from(character));
        }
    }
    Ok(id)
}

/// Arguments as history. They must be an object here; what a model once wrote instead is shown inside of one.
fn input(written: &str) -> Value {
    if written.trim().is_empty() {
        return json!({});
    }
    serde_json::from_str::<Map<String, Value>>(written).map_or_else(|_| json!({ "malformed_arguments": written }), Value::Object)
}
