//! The tools that a request offers.

use artel_domain::ToolSpec;
use serde_json::{Map, Value, json};

use crate::schema::arguments_schema;
use crate::{ModelError, Request, ToolChoice};

/// The tools to offer: no tool when none may be called, one tool when that one must be called.
pub(super) fn offered(request: &Request) -> Result<Vec<Value>, ModelError> {
    let tools = &request.tools;
    match &request.params.tool_choice {
        Some(ToolChoice::None) => Ok(Vec::new()),
        Some(ToolChoice::Named(name)) => match tools.iter().find(|tool| tool.name == *name) {
            Some(tool) => Ok(vec![written(tool)?]),
            None => Err(ModelError::BadRequest(format!(
                "tool_choice names the tool `{name}`, which is not among the tools"
            ))),
        },
        None | Some(ToolChoice::Auto | ToolChoice::Required) => tools.iter().map(written).collect(),
    }
}

fn written(tool: &ToolSpec) -> Result<Value, ModelError> {
    let parameters = parameters(tool)?;
    Ok(
        json!({ "type": "function", "function": { "name": tool.name, "description": tool.description, "parameters": parameters } }),
    )
}

/// The schema of a tool. Ollama parses schemas into types of its own, in which every property is an object.
fn parameters(tool: &ToolSpec) -> Result<Value, ModelError> {
    let mut schema = arguments_schema(tool)?;
    let properties = schema.get_mut("properties").and_then(Value::as_object_mut);
    properties
        .into_iter()
        .flat_map(Map::values_mut)
        .filter(|property| property.is_boolean())
        .for_each(|any| *any = json!({}));
    Ok(schema)
}
