//! Generates arguments for a tool from its JSON Schema and the user's message.

use serde_json::{Map, Value};

use super::message::UserMessage;

/// Values below this depth of a schema are `null`.
const MAX_DEPTH: usize = 8;

/// The arguments for a step. When the message asks for several calls, each gets its number, so that a reader can
/// distinguish them.
pub(super) fn arguments(schema: &Value, message: &UserMessage, step: usize) -> Value {
    let several = message.times() > 1;
    let numbers = if several { Vec::new() } else { message.numbers() };
    Source { message, step, several, numbers: numbers.into_iter() }.object(schema, MAX_DEPTH)
}

struct Source<'a> {
    message: &'a UserMessage<'a>,
    step: usize,
    several: bool,
    numbers: std::vec::IntoIter<f64>,
}

impl Source<'_> {
    fn object(&mut self, schema: &Value, depth: usize) -> Value {
        let Some(properties) = schema["properties"].as_object() else {
            return Value::Object(Map::new());
        };
        let required: Vec<&str> =
            schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        let wanted = properties.iter().filter(|(name, _)| required.is_empty() || required.contains(&name.as_str()));
        Value::Object(wanted.map(|(name, schema)| (name.clone(), self.value(name, schema, depth))).collect())
    }

    fn value(&mut self, name: &str, schema: &Value, depth: usize) -> Value {
        if depth == 0 {
            return Value::Null;
        }
        if let Some(constant) = schema.get("const") {
            return constant.clone();
        }
        if let Some(choices) = schema["enum"].as_array().filter(|choices| !choices.is_empty()) {
            return self.choice(choices);
        }
        match kind(schema) {
            "integer" => self.number(schema).map_or(Value::Null, |number| (number as i64).into()),
            "number" => self.number(schema).map_or(Value::Null, plain_number),
            "boolean" => true.into(),
            "array" => Value::Array(vec![self.value(name, &schema["items"], depth - 1)]),
            "object" => self.object(schema, depth - 1),
            "null" => Value::Null,
            _ => self.text(name, schema).into(),
        }
    }

    /// The first choice that the message names, or else the first one.
    fn choice(&self, choices: &[Value]) -> Value {
        let named = |choice: &&Value| {
            choice.as_str().is_some_and(|choice| self.message.text().to_lowercase().contains(&choice.to_lowercase()))
        };
        choices.iter().find(named).unwrap_or(&choices[0]).clone()
    }

    fn number(&mut self, schema: &Value) -> Option<f64> {
        let fallback = || schema["default"].as_f64().or_else(|| schema["minimum"].as_f64());
        if self.several {
            return Some(self.step as f64);
        }
        self.numbers.next().or_else(fallback).or(Some(self.step as f64))
    }

    fn text(&self, name: &str, schema: &Value) -> String {
        if self.several {
            return self.step.to_string();
        }
        let special = match name.to_lowercase() {
            name if name.contains("expr") || name.contains("formula") => self.message.arithmetic(),
            name if name.contains("url") || schema["format"] == "uri" => self.message.url().map(str::to_owned),
            _ => None,
        };
        special.or_else(|| schema["default"].as_str().map(str::to_owned)).unwrap_or_else(|| self.message.subject())
    }
}

/// The first type that is not `null`; `string` when the schema has no type.
fn kind(schema: &Value) -> &str {
    match &schema["type"] {
        Value::String(kind) => kind,
        Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).find(|kind| *kind != "null").unwrap_or("string"),
        _ if schema["properties"].is_object() => "object",
        _ => "string",
    }
}

/// Writes 2 instead of 2.0, because people read these numbers.
fn plain_number(number: f64) -> Value {
    if number.fract() == 0.0 && number.abs() < 1e15 { (number as i64).into() } else { number.into() }
}
