//! Request bodies.

use std::collections::HashSet;

use serde_json::{Map, Value, json};

use super::budget::{LONGEST_NAME, PARAMETER};
use super::document::Document;
use super::parameter::Collected;
use super::schemas::{Room, Schemas, is_read_only, required};
use crate::schema::{Body, Parameter, Place};

/// Members of a body that become parameters by themselves; a body with more is one parameter.
const MAX_FLAT: usize = 60;

/// How a body is written, and its media type where that is not the usual one.
pub(super) struct Written {
    pub(super) body: Body,
    pub(super) media_type: Option<String>,
}

/// Does the operation declare a body that says something?
pub(super) fn is_declared(operation: &Value, document: &Document<'_>) -> bool {
    let Some(Ok(body)) = operation.get("requestBody").map(|body| document.resolved(body)) else { return false };
    let contents = body.get("content").and_then(Value::as_object).into_iter().flat_map(|content| content.values());
    contents.into_iter().any(|content| {
        content.get("schema").is_some_and(|schema| {
            schema.get("$ref").is_some()
                || schema.get("properties").and_then(Value::as_object).is_some_and(|members| !members.is_empty())
        })
    })
}

/// Adds the parameters of an operation's body.
///
/// # Errors
/// Why the body cannot be sent.
pub(super) fn add(
    operation: &Value,
    document: &Document<'_>,
    schemas: &Schemas<'_>,
    room: &mut Room,
    collected: &mut Collected,
) -> Result<Written, String> {
    let nothing = Written { body: Body::None, media_type: None };
    let Some(body) = operation.get("requestBody") else { return Ok(nothing) };
    let body = document.resolved(body)?;
    let Some(content) = body.get("content").and_then(Value::as_object) else { return Ok(nothing) };
    let Some((kind, media_type, described)) = choose(content) else { return Ok(nothing) };
    let required = body.get("required") == Some(&json!(true));
    let schema = schemas.resolved(described.get("schema").unwrap_or(&Value::Null))?;
    match kind {
        Body::Raw => whole(collected, raw_schema(), required),
        _ => match flat(&schema) {
            Some(members) => {
                document.budget.spend(members.len() * PARAMETER)?;
                members_of(&schema, members, kind, schemas, room, collected);
            }
            None => whole(collected, schemas.written_out(&schema, room), required),
        },
    }
    let usual = ["application/json", "application/x-www-form-urlencoded", "multipart/form-data"];
    let media_type = Some(media_type).filter(|name| !usual.contains(&name.as_str()) && !name.contains('*'));
    Ok(Written { body: kind, media_type })
}

/// JSON before forms before files before anything else.
fn choose(content: &Map<String, Value>) -> Option<(Body, String, &Value)> {
    let kind = |name: &str| {
        let name = name.split(';').next().unwrap_or_default().trim().to_lowercase();
        match name.as_str() {
            "application/json" => (0, Body::Json),
            "*/*" | "application/*" => (2, Body::Json),
            "application/x-www-form-urlencoded" => (3, Body::Form),
            "multipart/form-data" => (4, Body::Multipart),
            _ if name.ends_with("+json") || name.ends_with("/json") => (1, Body::Json),
            _ => (5, Body::Raw),
        }
    };
    let described = content.iter().filter(|(name, _)| name.contains('/') && name.len() <= LONGEST_NAME);
    let best = described.min_by_key(|(name, _)| kind(name).0)?;
    Some((kind(best.0).1, best.0.clone(), best.1))
}

/// The members of an object that is nothing else.
fn flat(schema: &Value) -> Option<&Map<String, Value>> {
    let composed = ["allOf", "anyOf", "oneOf"].iter().any(|name| schema.get(*name).is_some());
    let members = schema.get("properties").and_then(Value::as_object)?;
    let free = schema.get("additionalProperties").is_some_and(|other| other.is_object() || *other == json!(true));
    (!composed && !free && (1..=MAX_FLAT).contains(&members.len())).then_some(members)
}

fn members_of(
    schema: &Value,
    members: &Map<String, Value>,
    kind: Body,
    schemas: &Schemas<'_>,
    room: &mut Room,
    collected: &mut Collected,
) {
    let required = schema.as_object().map(|schema| required(schema, |name| members.contains_key(name)));
    let required: HashSet<&str> = required.into_iter().flatten().collect();
    for (name, member) in members.iter().filter(|(name, member)| !is_read_only(member) && name.len() <= LONGEST_NAME) {
        let written = schemas.written_out(member, room);
        let is_file = kind == Body::Multipart && is_binary(&written);
        let place = if is_file { Place::File } else { Place::Body };
        let mut parameter = Parameter::new(place, if is_file { file_schema() } else { written });
        parameter.required = required.contains(name.as_str());
        let key = super::keys::parameter_key(name, &collected.taken, "body");
        if is_file {
            parameter.at = Some(name.clone());
        } else if key != *name {
            parameter.at = Some(format!("/{}", name.replace('~', "~0").replace('/', "~1")));
        }
        collected.taken.insert(key.clone());
        collected.parameters.push(key, parameter);
    }
}

fn is_binary(schema: &Value) -> bool {
    let binary = |schema: &Value| matches!(schema.get("format").and_then(Value::as_str), Some("binary" | "byte"));
    binary(schema) || schema.get("items").is_some_and(binary)
}

fn file_schema() -> Value {
    json!({"type": ["string", "object"], "description": "A text, or a file as {name, media_type, base64}"})
}

fn raw_schema() -> Value {
    json!({"type": ["string", "object"], "description": "The body as text, or {base64}"})
}

fn whole(collected: &mut Collected, schema: Value, required: bool) {
    let key = super::keys::parameter_key("body", &collected.taken, "request");
    let mut parameter = Parameter::new(Place::WholeBody, schema);
    parameter.required = required;
    collected.taken.insert(key.clone());
    collected.parameters.push(key, parameter);
}
