//! Schemas of tools, in the form that providers accept: an object with properties, and no alternatives at the top.

use artel_domain::ToolSpec;
use serde_json::{Map, Value, json};

use crate::ModelError;

type Object = Map<String, Value>;

/// How deep alternatives and references may be nested.
const MAX_DEPTH: usize = 8;

/// The schema of a tool's arguments, with the `type` and `properties` that providers require. Alternatives at the top
/// are merged into one object.
///
/// The merged schema may allow more than the tool's own schema. The check before the call finds such arguments.
///
/// # Errors
/// Fails with the tool's name when the alternatives cannot be merged.
pub(crate) fn arguments_schema(tool: &ToolSpec) -> Result<Value, ModelError> {
    completed(&tool.input_schema)
        .map_err(|why| ModelError::BadRequest(format!("the schema of tool `{}` {why}", tool.name)))
}

fn completed(schema: &Value) -> Result<Value, String> {
    let root = match schema {
        Value::Object(root) => root.clone(),
        Value::Null => Object::new(),
        _ => return Err("is not an object".to_owned()),
    };
    let mut flat = flattened(&root, &root, MAX_DEPTH)?;
    flat.insert("type".to_owned(), "object".into());
    if flat.get("properties").is_none_or(Value::is_null) {
        flat.insert("properties".to_owned(), json!({}));
    }
    Ok(Value::Object(flat))
}

/// The schema with its own reference, `allOf`, `anyOf` and `oneOf` resolved.
fn flattened(schema: &Object, root: &Object, depth: usize) -> Result<Object, String> {
    if depth == 0 {
        return Err("nests choices or references too deeply".to_owned());
    }
    if !may_be_object(schema) {
        return Err("does not describe an object".to_owned());
    }
    let mut flat = schema.clone();
    if let Some(reference) = flat.shift_remove("$ref") {
        let target = target(&reference, root)?;
        require_all(&mut flat, flattened(target, root, depth - 1)?);
    }
    for branch in branches(&mut flat, "allOf")? {
        require_all(&mut flat, flattened(&branch, root, depth - 1)?);
    }
    for choice in ["anyOf", "oneOf"] {
        let all = branches(&mut flat, choice)?;
        // A `null` alternative describes an optional value, but arguments are always present.
        let real = all.iter().filter(|branch| branch.get("type").is_none_or(|kind| kind != "null"));
        let ways = real.map(|branch| flattened(branch, root, depth - 1)).collect::<Result<Vec<_>, _>>()?;
        allow_any(&mut flat, ways);
    }
    Ok(flat)
}

fn may_be_object(schema: &Object) -> bool {
    match schema.get("type") {
        None | Some(Value::Null) => true,
        Some(Value::Array(kinds)) => kinds.iter().any(|kind| kind == "object"),
        Some(kind) => kind == "object",
    }
}

fn branches(schema: &mut Object, keyword: &str) -> Result<Vec<Object>, String> {
    let all = match schema.shift_remove(keyword) {
        None => return Ok(Vec::new()),
        Some(Value::Array(all)) => all,
        Some(_) => return Err(format!("has a top-level `{keyword}` that is not a list")),
    };
    let object = |branch: Value| match branch {
        Value::Object(object) => Ok(object),
        // `true` allows everything.
        Value::Bool(true) => Ok(Object::new()),
        _ => Err(format!("has a top-level `{keyword}` of something else than objects")),
    };
    all.into_iter().map(object).collect()
}

fn target<'a>(reference: &Value, root: &'a Object) -> Result<&'a Object, String> {
    let unknown = || format!("has a reference {reference} that leads nowhere");
    let path = reference.as_str().and_then(|reference| reference.strip_prefix("#/")).ok_or_else(unknown)?;
    let mut steps = path.split('/').map(|step| step.replace("~1", "/").replace("~0", "~"));
    let first = steps.next().and_then(|step| root.get(&step)).ok_or_else(unknown)?;
    let found = steps.try_fold(first, |value, step| value.get(step)).and_then(Value::as_object);
    found.ok_or_else(unknown)
}

/// Both schemas must hold: the properties of both, and what either requires.
fn require_all(schema: &mut Object, other: Object) {
    let required = union(names(schema), names(&other));
    for (name, property) in properties(&other) {
        merge_property(schema, name, property, "allOf");
    }
    set_required(schema, required);
    for (name, value) in other {
        schema.entry(name).or_insert(value);
    }
}

/// One of these schemas must hold: the properties of all, and only what each of them requires.
fn allow_any(schema: &mut Object, ways: Vec<Object>) {
    let Some(first) = ways.first() else { return };
    let in_each = names(first).into_iter().filter(|name| ways.iter().all(|way| names(way).contains(name))).collect();
    let required = union(names(schema), in_each);
    for way in ways {
        for (name, property) in properties(&way) {
            merge_property(schema, name, property, "anyOf");
        }
    }
    // A property that one schema forbids may be needed by another.
    schema.shift_remove("additionalProperties");
    set_required(schema, required);
}

fn merge_property(schema: &mut Object, name: &str, property: &Value, how: &str) {
    let Some(all) = schema.entry("properties").or_insert_with(|| json!({})).as_object_mut() else { return };
    let Some(known) = all.get_mut(name) else {
        all.insert(name.to_owned(), property.clone());
        return;
    };
    if known == property {
        return;
    }
    match known.get_mut(how).and_then(Value::as_array_mut) {
        Some(ways) if ways.contains(property) => {}
        Some(ways) => ways.push(property.clone()),
        None => *known = json!({ how: [known.take(), property] }),
    }
}

fn properties(schema: &Object) -> impl Iterator<Item = (&String, &Value)> {
    schema.get("properties").and_then(Value::as_object).into_iter().flatten()
}

fn names(schema: &Object) -> Vec<String> {
    let all = schema.get("required").and_then(Value::as_array).into_iter().flatten();
    all.filter_map(|name| name.as_str().map(str::to_owned)).collect()
}

fn union(mut one: Vec<String>, other: Vec<String>) -> Vec<String> {
    one.extend(other);
    let mut seen = Vec::with_capacity(one.len());
    one.retain(|name| {
        !seen.contains(name) && {
            seen.push(name.clone());
            true
        }
    });
    one
}

fn set_required(schema: &mut Object, required: Vec<String>) {
    if !required.is_empty() {
        schema.insert("required".to_owned(), required.into());
    }
}

#[cfg(test)]
mod tests;
