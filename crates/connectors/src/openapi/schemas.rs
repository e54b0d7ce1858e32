//! Schemas of the document as JSON Schema of ours: references written out, bounded in depth and size.

use std::cell::Cell;

use regex::Regex;
use serde_json::{Map, Value, json};

use super::document::Document;

/// Schemas within schemas that are written out.
const MAX_LEVELS: usize = 6;
/// What all schemas of a connector take together, in bytes.
const ALL_BYTES: usize = 16 * 1024 * 1024;
/// The most that one operation's schemas take, in bytes.
const MOST_BYTES: usize = 8 * 1024;
const LEAST_BYTES: usize = 1024;
const MAX_ENUM: usize = 50;
const MAX_MEMBERS: usize = 100;
const MAX_ALTERNATIVES: usize = 10;
const SHOWN_CHARACTERS: usize = 200;

/// Keywords that are taken as they are.
const PLAIN: [&str; 15] = [
    "type",
    "format",
    "const",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
    "minLength",
    "maxLength",
    "minItems",
    "maxItems",
    "uniqueItems",
    "minProperties",
    "maxProperties",
];

/// Writes schemas out.
pub(super) struct Schemas<'a> {
    document: &'a Document<'a>,
    cut: Cell<usize>,
    share: Cell<usize>,
}

/// What one operation may still take, in bytes.
pub(super) struct Room(usize);

impl<'a> Schemas<'a> {
    pub(super) fn new(document: &'a Document<'a>) -> Self {
        Self { document, cut: Cell::new(0), share: Cell::new(MOST_BYTES) }
    }

    /// Divides the room of the connector among its operations.
    pub(super) fn share_among(&self, paths: usize) {
        self.share.set((ALL_BYTES / (2 * paths).max(1)).clamp(LEAST_BYTES, MOST_BYTES));
    }

    /// The room of one operation.
    pub(super) fn room(&self) -> Room {
        Room(self.share.get())
    }

    /// How many schemas were not written out.
    pub(super) fn cut(&self) -> usize {
        self.cut.get()
    }

    /// A schema with everything that it refers to.
    pub(super) fn written_out(&self, schema: &Value, room: &mut Room) -> Value {
        self.write(schema, &mut Vec::new(), 0, room)
    }

    /// The schema that a reference names, with the members beside the reference.
    pub(super) fn resolved(&self, schema: &Value) -> Result<Value, String> {
        let Some(reference) = schema.get("$ref").and_then(Value::as_str) else { return Ok(schema.clone()) };
        let target = self.document.resolved(json!({"$ref": reference}))?;
        Ok(beside(target, schema))
    }

    fn write(&self, schema: &Value, open: &mut Vec<String>, level: usize, room: &mut Room) -> Value {
        let reference = schema.get("$ref").and_then(Value::as_str).map(str::to_owned);
        let Ok(target) = self.resolved(schema) else { return self.cut_off(schema) };
        let goes_round = reference.as_ref().is_some_and(|reference| open.contains(reference));
        if goes_round || level > MAX_LEVELS || room.0 == 0 {
            return self.cut_off(&target);
        }
        let Some(members) = target.as_object() else { return json!({}) };
        let added = reference.map(|reference| open.push(reference)).is_some();
        let written = self.members(members, open, level, room);
        if added {
            open.pop();
        }
        written
    }

    fn members(&self, from: &Map<String, Value>, open: &mut Vec<String>, level: usize, room: &mut Room) -> Value {
        let mut to = simple(from);
        // Fewer bytes are left for what is inside, so that a wide schema cannot crowd out its neighbours.
        room.take(&Value::Object(to.clone()));
        for name in ["allOf", "anyOf", "oneOf"] {
            if let Some(list) = from.get(name).and_then(Value::as_array).filter(|list| !list.is_empty()) {
                let shown = list.iter().take(MAX_ALTERNATIVES);
                // Alternatives that are left out would refuse what the service takes.
                if name == "allOf" || list.len() <= MAX_ALTERNATIVES {
                    to.insert(name.into(), shown.map(|one| self.write(one, open, level + 1, room)).collect());
                }
            }
        }
        if let Some(items) = from.get("items").filter(|items| items.is_object()) {
            to.insert("items".into(), self.write(items, open, level + 1, room));
        }
        if let Some(properties) = from.get("properties").and_then(Value::as_object) {
            self.properties(from, properties, &mut to, open, level, room);
        }
        if let Some(other) = from.get("additionalProperties").filter(|other| other.is_object()) {
            to.insert("additionalProperties".into(), self.write(other, open, level + 1, room));
        }
        from_3_0(from, &mut to);
        Value::Object(to)
    }

    /// Members that only the service writes are not asked for.
    fn properties(
        &self,
        from: &Map<String, Value>,
        properties: &Map<String, Value>,
        to: &mut Map<String, Value>,
        open: &mut Vec<String>,
        level: usize,
        room: &mut Room,
    ) {
        let mut written = Map::new();
        for (name, property) in properties.iter().filter(|(_, p)| !is_read_only(p)).take(MAX_MEMBERS) {
            written.insert(name.clone(), self.write(property, open, level + 1, room));
        }
        let required: Vec<&Value> = from
            .get("required")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter(|name| name.as_str().is_some_and(|name| written.contains_key(name)))
            .collect();
        if !required.is_empty() {
            to.insert("required".into(), json!(required));
        }
        to.insert("properties".into(), Value::Object(written));
    }

    /// What stands for a schema that is not written out: its type and words.
    fn cut_off(&self, schema: &Value) -> Value {
        self.cut.set(self.cut.get() + 1);
        let mut short = Map::new();
        if let Some(kind) = schema.get("type") {
            short.insert("type".into(), kind.clone());
        }
        if schema.get("nullable") == Some(&json!(true)) {
            short.shift_remove("type");
        }
        Value::Object(short)
    }
}

impl Room {
    fn take(&mut self, written: &Value) {
        self.0 = self.0.saturating_sub(written.to_string().len() + 8);
    }
}

/// A member beside `$ref` is said of the same value, so both count; `allOf` of both is one list.
fn beside(target: Value, schema: &Value) -> Value {
    let (Value::Object(mut target), Some(schema)) = (target.clone(), schema.as_object()) else { return target };
    for (name, value) in schema.iter().filter(|(name, _)| *name != "$ref") {
        match (target.get_mut(name), value) {
            (Some(Value::Array(both)), Value::Array(more)) if name == "allOf" || name == "required" => {
                both.extend(more.clone());
            }
            (Some(Value::Object(both)), Value::Object(more)) if name == "properties" => both.extend(more.clone()),
            _ => {
                target.insert(name.clone(), value.clone());
            }
        }
    }
    Value::Object(target)
}

pub(super) fn is_read_only(schema: &Value) -> bool {
    schema.get("readOnly") == Some(&json!(true))
}

/// Keywords without schemas inside.
fn simple(from: &Map<String, Value>) -> Map<String, Value> {
    let mut to = Map::new();
    for name in PLAIN {
        if let Some(value) = from.get(name) {
            to.insert(name.into(), value.clone());
        }
    }
    if let Some(words) = from.get("description").and_then(Value::as_str).map(shortened).filter(|text| !text.is_empty())
    {
        to.insert("description".into(), json!(words));
    }
    // An enum that was cut would refuse what the service takes.
    if let Some(values) =
        from.get("enum").and_then(Value::as_array).filter(|values| (1..=MAX_ENUM).contains(&values.len()))
    {
        to.insert("enum".into(), json!(values));
    }
    if let Some(pattern) = from.get("pattern").and_then(Value::as_str).filter(|text| is_usable(text)) {
        to.insert("pattern".into(), json!(pattern));
    }
    to
}

/// Patterns of other languages (look-ahead, back references) would make the whole schema unusable.
fn is_usable(pattern: &str) -> bool {
    pattern.len() <= SHOWN_CHARACTERS && Regex::new(pattern).is_ok()
}

/// What OpenAPI 3.0 says in its own way.
fn from_3_0(from: &Map<String, Value>, to: &mut Map<String, Value>) {
    for (flag, bound) in [("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")] {
        match to.get(flag) {
            Some(Value::Bool(true)) => {
                let limit = to.shift_remove(bound);
                to.shift_remove(flag);
                to.extend(limit.map(|limit| (flag.to_owned(), limit)));
            }
            Some(Value::Bool(false)) => drop(to.shift_remove(flag)),
            _ => {}
        }
    }
    if from.get("nullable") == Some(&Value::Bool(true)) {
        if let Some(Value::String(kind)) = to.get("type").cloned() {
            to.insert("type".into(), json!([kind, "null"]));
        }
        if let Some(Value::Array(values)) = to.get_mut("enum")
            && !values.contains(&Value::Null)
        {
            values.push(Value::Null);
        }
    }
    // `type: file` and other words of older documents are no types of JSON Schema.
    let known = |kind: &Value| {
        let known = ["string", "number", "integer", "boolean", "array", "object", "null"];
        kind.as_str().is_some_and(|kind| known.contains(&kind))
    };
    let is_known = match to.get("type") {
        None => true,
        Some(Value::Array(kinds)) => !kinds.is_empty() && kinds.iter().all(known),
        Some(kind) => known(kind),
    };
    if !is_known {
        to.shift_remove("type");
    }
}

/// The beginning of a text, in one line.
pub(super) fn shortened(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= SHOWN_CHARACTERS {
        line
    } else {
        line.chars().take(SHOWN_CHARACTERS - 1).chain(['…']).collect()
    }
}
