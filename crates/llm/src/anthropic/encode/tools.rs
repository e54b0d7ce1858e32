//! Encodes the tools that the model may call, and the choice among them.

use std::collections::BTreeSet;

use artel_domain::ToolSpec;
use serde_json::{Value, json};

use super::generation;
use super::turn::Turn;
use crate::schema::arguments_schema;
use crate::{ModelError, Request, ToolChoice};

/// Further members of a tool that the provider knows.
const KNOWN: [&str; 6] =
    ["strict", "cache_control", "input_examples", "defer_loading", "eager_input_streaming", "allowed_callers"];
/// Earlier models refuse `strict`, which OpenAI's SDKs send by default.
const FIRST_STRICT: (u32, u32) = (4, 5);

/// The `tools` member. A dialogue with tool calls must name their tools even when they are no longer offered.
pub(super) fn of(request: &Request, turns: &[Turn]) -> Result<Option<Value>, ModelError> {
    let all = if request.tools.is_empty() {
        called(turns)
            .into_iter()
            .map(|name| json!({ "name": name, "input_schema": { "type": "object", "properties": {} } }))
            .collect()
    } else {
        let strict = generation::of_model(request.model.model()) >= FIRST_STRICT;
        request.tools.iter().map(|spec| tool(spec, strict)).collect::<Result<Vec<Value>, _>>()?
    };
    Ok((!all.is_empty()).then(|| all.into()))
}

/// The `tool_choice` member. A model that thinks cannot be forced to call a tool.
pub(super) fn choice(request: &Request, turns: &[Turn], thinks: bool) -> Result<Option<Value>, ModelError> {
    if request.tools.is_empty() {
        return Ok((!called(turns).is_empty()).then(|| json!({ "type": "none" })));
    }
    let one_at_most = request.params.parallel_tool_calls == Some(false);
    let mut choice = match &request.params.tool_choice {
        Some(ToolChoice::None) => return Ok(Some(json!({ "type": "none" }))),
        Some(ToolChoice::Named(name)) if !request.tools.iter().any(|tool| tool.name == *name) => {
            return Err(ModelError::BadRequest(format!(
                "the tool choice names `{name}`, which is not among the tools"
            )));
        }
        Some(ToolChoice::Required) if !thinks => json!({ "type": "any" }),
        Some(ToolChoice::Named(name)) if !thinks => json!({ "type": "tool", "name": name }),
        None if !one_at_most => return Ok(None),
        _ => json!({ "type": "auto" }),
    };
    if one_at_most {
        choice["disable_parallel_tool_use"] = true.into();
    }
    Ok(Some(choice))
}

fn tool(tool: &ToolSpec, strict: bool) -> Result<Value, ModelError> {
    let mut written = json!({ "name": tool.name });
    if !tool.description.trim().is_empty() {
        written["description"] = tool.description.as_str().into();
    }
    written["input_schema"] = arguments_schema(tool)?;
    for name in KNOWN.into_iter().filter(|name| strict || *name != "strict") {
        if let Some(value) = tool.rest.get(name).filter(|value| !value.is_null()) {
            written[name] = value.clone();
        }
    }
    Ok(written)
}

/// The names of the tools that were called in these turns.
fn called(turns: &[Turn]) -> BTreeSet<&str> {
    let blocks = turns.iter().flat_map(|turn| &turn.blocks).filter(|block| block["type"] == "tool_use");
    blocks.filter_map(|block| block["name"].as_str()).collect()
}
