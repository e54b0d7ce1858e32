//! Reads the tools that the model may call, and the choice among them.

use artel_domain::{ToolSpec, with_number_bounds};
use artel_llm::{Params, ToolChoice};
use serde_json::{Value, json};

use super::InvalidRequest;
use super::members::Members;

const LONGEST_NAME: usize = 64;

pub(super) fn read_tools(members: &mut Members) -> Result<Vec<ToolSpec>, InvalidRequest> {
    let tools = members.each("tools", read_tool)?.unwrap_or_default();
    for (at, tool) in tools.iter().enumerate() {
        if tools[..at].iter().any(|earlier| earlier.name == tool.name) {
            return Err(InvalidRequest::at(
                &format!("tools[{at}].function.name"),
                format!("'{}' is the name of an earlier tool too", tool.name),
            ));
        }
    }
    Ok(tools)
}

/// Refuses `functions`, OpenAI's first form of tools: a part of it would be lost silently.
pub(super) fn refuse_functions(members: &Members) -> Result<(), InvalidRequest> {
    for (old, new) in [("functions", "tools"), ("function_call", "tool_choice")] {
        if members.has(old) {
            return Err(InvalidRequest::at(old, format!("is OpenAI's first way of calling tools; use '{new}'")));
        }
    }
    Ok(())
}

/// Refuses a choice that the tools do not allow.
pub(super) fn fit_choice(mut params: Params, tools: &[ToolSpec]) -> Result<Params, InvalidRequest> {
    match &params.tool_choice {
        Some(ToolChoice::Named(name)) if !tools.iter().any(|tool| tool.name == *name) => {
            return Err(InvalidRequest::at("tool_choice.function.name", format!("'{name}' is not among the tools")));
        }
        None if tools.is_empty() && params.rest.contains_key("tool_choice") => {
            return Err(InvalidRequest::at("tool_choice", "needs 'tools' to choose from"));
        }
        Some(ToolChoice::Required) if tools.is_empty() => {
            return Err(InvalidRequest::at("tool_choice", "needs 'tools' to choose from"));
        }
        Some(ToolChoice::Auto | ToolChoice::None) if tools.is_empty() => params.tool_choice = None,
        _ => {}
    }
    Ok(params)
}

fn read_tool(value: Value) -> Result<ToolSpec, InvalidRequest> {
    let mut members = Members::of(value)?;
    match members.required_text("type")?.as_str() {
        "function" => {}
        other => {
            return Err(InvalidRequest::at(
                "type",
                format!("must be 'function': tools of type '{other}' are not known to all providers"),
            ));
        }
    }
    let function = members.take("function").ok_or_else(|| InvalidRequest::at("function", "is required"))?;
    let mut tool = read_function(function).map_err(|wrong| wrong.inside("function"))?;
    // `cache_control` stands beside the function, not in it.
    tool.rest.extend(members.rest());
    Ok(tool)
}

fn read_function(value: Value) -> Result<ToolSpec, InvalidRequest> {
    let mut members = Members::of(value)?;
    let name = members.required_text("name")?;
    if name.len() > LONGEST_NAME
        || !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-')
    {
        return Err(InvalidRequest::at("name", format!("must be 1 to {LONGEST_NAME} letters, digits, '_' or '-'")));
    }
    let description = members.text("description")?.unwrap_or_default();
    let input_schema = match members.take("parameters") {
        None => json!({ "type": "object", "properties": {} }),
        Some(schema @ Value::Object(_)) => with_number_bounds(schema),
        Some(_) => return Err(InvalidRequest::at("parameters", "must be a JSON Schema object")),
    };
    Ok(ToolSpec { name, description, input_schema, rest: members.rest() })
}
