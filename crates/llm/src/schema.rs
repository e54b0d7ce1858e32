//! Schemas of tools, in the shape that providers accept.

use artel_domain::ToolSpec;
use serde_json::{Map, Value, json};

use crate::ModelError;

/// Keywords that providers refuse at the top of a tool's schema.
const CHOICES: [&str; 3] = ["oneOf", "anyOf", "allOf"];

/// The schema of a tool's arguments, with the `type` and `properties` that providers insist on. Choices at its top are merged into one
/// object where that is possible; where it is not, the refusal names the tool.
pub(crate) fn arguments_schema(tool: &ToolSpec) -> Result<Value, ModelError> {
    let refused = |why: &str| ModelError::BadRequest(format!("the schema of tool `{}` {why}", tool.name));
    let mut schema = match &tool.input_schema {
        Value::Object(schema) => schema.clone(),
        Value::Null => Map::new(),
        _ => return Err(refused("is not an object")),
    };
    for keyword in CHOICES {
        if let Some(branches) = schema.shift_remove(keyword) {
            merge(&mut schema, keyword, &branches)
                .ok_or_else(|| refused(&format!("has a top-level `{keyword}` of something else than objects")))?;
        }
    }
    let object = schema.entry("type").or_insert_with(|| "object".into());
    if object.is_array() {
        *object = "object".into();
    }
    if object != "object" {
        return Err(refused("does not describe an object"));
    }
    let properties = schema.entry("properties").or_insert_with(|| json!({}));
    if properties.is_null() {
        *properties = json!({});
    }
    Ok(Value::Object(schema))
}

/// Puts the branches' properties beside those of the whole. Of alternatives only what all of them require stays required: the model
/// may then write more than the schema allowed, which the tool's own check finds.
fn merge(schema: &mut Map<String, Value>, keyword: &str, branches: &Value) -> Option<()> {
    let branches: Vec<&Map<String, Value>> = branches.as_array()?.iter().map(object_schema).collect::<Option<_>>()?;
    let mut properties = schema.get("properties").and_then(Value::as_object).cloned().unwrap_or_default();
    for (name, property) in branches.iter().filter_map(|branch| branch.get("properties")?.as_object()).flatten() {
        join(&mut properties, name, property, keyword);
    }
    let mut required = required_of(schema);
    let of_branch = |name: &String, branch: &Map<String, Value>| required_of(branch).contains(name);
    for name in branches.iter().flat_map(|branch| required_of(branch)) {
        let always = keyword == "allOf" || branches.iter().all(|branch| of_branch(&name, branch));
        if always && !required.contains(&name) {
            required.push(name);
        }
    }
    schema.insert("properties".to_owned(), Value::Object(properties));
    if !required.is_empty() {
        schema.insert("required".to_owned(), required.into());
    }
    Some(())
}

/// A branch that describes an object and nothing that only a whole validator understands.
fn object_schema(branch: &Value) -> Option<&Map<String, Value>> {
    let branch = branch.as_object()?;
    let is_object = branch.get("type").is_none_or(|kind| kind == "object");
    let nested = CHOICES.iter().chain(["$ref", "not"].iter()).any(|keyword| branch.contains_key(*keyword));
    (is_object && !nested).then_some(branch)
}

/// One property that several branches describe differently may be any of them.
fn join(properties: &mut Map<String, Value>, name: &str, property: &Value, keyword: &str) {
    let Some(known) = properties.get_mut(name) else {
        properties.insert(name.to_owned(), property.clone());
        return;
    };
    if known == property {
        return;
    }
    let inner = if keyword == "allOf" { "allOf" } else { "anyOf" };
    match known.get_mut(inner).and_then(Value::as_array_mut) {
        Some(joined) if joined.contains(property) => {}
        Some(joined) => joined.push(property.clone()),
        None => *known = json!({ inner: [known.take(), property] }),
    }
}

fn required_of(schema: &Map<String, Value>) -> Vec<String> {
    schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(|name| name.as_str().map(str::to_owned)).collect()
}

#[cfg(test)]
mod tests;
