//! Schemas of the document as JSON Schema of ours: references written out, bounded in depth and size.

use std::cell::{Cell, RefCell};
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use regex::RegexBuilder;
use serde_json::{Map, Value, json};

use super::budget::LONGEST_NAME;
use super::document::Document;
use super::shared::Shared;
use super::words::shortened;

/// Schemas within schemas that are written out.
const MAX_LEVELS: usize = 6;
/// What all schemas of a connector take together, in bytes.
const ALL_BYTES: usize = 16 * 1024 * 1024;
/// The most that one operation's schemas take, in bytes.
const MOST_BYTES: usize = 8 * 1024;
const LEAST_BYTES: usize = 1024;
const MAX_ENUM: usize = 50;
/// The largest list of values, or single value, in bytes.
const MAX_VALUES_BYTES: usize = 4 * 1024;
const MAX_MEMBERS: usize = 100;
const MAX_ALTERNATIVES: usize = 10;
const LONGEST_PATTERN: usize = 200;
/// Different patterns that are tried, and the largest automaton of one, in bytes.
const MAX_PATTERNS: usize = 2000;
const MAX_AUTOMATON: usize = 256 * 1024;

/// Keywords whose numbers and flags are taken as they are.
const PLAIN: [&str; 12] = [
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
    /// Patterns that were tried, and whether they can be used.
    patterns: RefCell<HashMap<String, bool>>,
}

/// What one operation may still take, in bytes: for schemas that are written out, and for those that are cut.
pub(super) struct Room {
    full: usize,
    cut: usize,
}

impl<'a> Schemas<'a> {
    pub(super) fn new(document: &'a Document<'a>) -> Self {
        Self { document, cut: Cell::new(0), share: Cell::new(MOST_BYTES), patterns: RefCell::default() }
    }

    /// Divides the room of the connector among its operations.
    pub(super) fn share_among(&self, paths: usize) {
        self.share.set((ALL_BYTES / (2 * paths).max(1)).clamp(LEAST_BYTES, MOST_BYTES));
    }

    /// The room of one operation.
    pub(super) fn room(&self) -> Room {
        Room { full: self.share.get(), cut: self.share.get() }
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
    pub(super) fn resolved<'v>(&self, schema: &'v Value) -> Result<Shared<'v>, String> {
        let Some(reference) = schema.get("$ref").and_then(Value::as_str) else { return Ok(Shared::Here(schema)) };
        let alone = schema.as_object().is_some_and(|members| members.len() == 1);
        let target = self.document.resolved(&json!({ "$ref": reference }))?.into_rc();
        Ok(Shared::There(if alone { target } else { Rc::new(beside(&target, schema)) }))
    }

    fn write(&self, schema: &Value, open: &mut Vec<String>, level: usize, room: &mut Room) -> Value {
        if room.full == 0 && room.cut == 0 {
            return self.cut_off(None, room);
        }
        let reference = schema.get("$ref").and_then(Value::as_str).map(str::to_owned);
        let Ok(target) = self.resolved(schema) else { return self.cut_off(Some(schema), room) };
        let goes_round = reference.as_ref().is_some_and(|reference| open.contains(reference));
        if goes_round || level > MAX_LEVELS || room.full == 0 {
            return self.cut_off(Some(&target), room);
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
        let mut to = self.simple(from);
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
        let asked = properties.iter().filter(|(name, property)| !is_read_only(property) && name.len() <= LONGEST_NAME);
        for (name, property) in asked.take(MAX_MEMBERS) {
            if !room.take_name(name) {
                self.cut.set(self.cut.get() + 1);
                break;
            }
            written.insert(name.clone(), self.write(property, open, level + 1, room));
        }
        let required = required(from, |name| written.contains_key(name));
        if !required.is_empty() {
            to.insert("required".into(), json!(required));
        }
        to.insert("properties".into(), Value::Object(written));
    }

    /// What stands for a schema that is not written out: its type.
    fn cut_off(&self, schema: Option<&Value>, room: &mut Room) -> Value {
        self.cut.set(self.cut.get() + 1);
        let mut short = Map::new();
        let schema = schema.filter(|schema| schema.get("nullable") != Some(&json!(true)));
        if let Some(kind) = schema.and_then(|schema| schema.get("type")).and_then(kinds) {
            short.insert("type".into(), kind);
        }
        room.cut = room.cut.saturating_sub(8);
        Value::Object(short)
    }

    /// Keywords without schemas inside.
    fn simple(&self, from: &Map<String, Value>) -> Map<String, Value> {
        let mut to = Map::new();
        if let Some(kind) = from.get("type").and_then(kinds) {
            to.insert("type".into(), kind);
        }
        let text = |name: &str| from.get(name).and_then(Value::as_str);
        if let Some(format) = text("format").filter(|format| format.len() <= LONGEST_NAME) {
            to.insert("format".into(), json!(format));
        }
        if let Some(value) = from.get("const").filter(|value| is_small(value)) {
            to.insert("const".into(), value.clone());
        }
        for name in PLAIN {
            if let Some(value) = from.get(name).filter(|value| value.is_number() || value.is_boolean()) {
                to.insert(name.into(), value.clone());
            }
        }
        if let Some(words) = text("description").map(shortened).filter(|text| !text.is_empty()) {
            to.insert("description".into(), json!(words));
        }
        // An enum that was cut would refuse what the service takes.
        if let Some(values) = from.get("enum").filter(|values| {
            values.as_array().is_some_and(|values| (1..=MAX_ENUM).contains(&values.len())) && is_small(values)
        }) {
            to.insert("enum".into(), values.clone());
        }
        if let Some(pattern) = text("pattern").filter(|text| self.is_usable(text)) {
            to.insert("pattern".into(), json!(pattern));
        }
        to
    }

    /// Patterns of other languages (look-ahead, back references) would make the whole schema unusable.
    fn is_usable(&self, pattern: &str) -> bool {
        if pattern.len() > LONGEST_PATTERN {
            return false;
        }
        let mut tried = self.patterns.borrow_mut();
        if let Some(known) = tried.get(pattern) {
            return *known;
        }
        if tried.len() >= MAX_PATTERNS {
            return false;
        }
        let is_usable = RegexBuilder::new(pattern).size_limit(MAX_AUTOMATON).build().is_ok();
        tried.insert(pattern.to_owned(), is_usable);
        is_usable
    }
}

impl Room {
    fn take(&mut self, written: &Value) {
        self.full = self.full.saturating_sub(written.to_string().len() + 8);
    }

    /// Is there room for a member? Its name takes from what schemas that are cut may take, then from the rest.
    fn take_name(&mut self, name: &str) -> bool {
        let there_is = self.full > 0 || self.cut > 0;
        let wanted = name.len() + 8;
        let rest = wanted.saturating_sub(self.cut);
        self.cut = self.cut.saturating_sub(wanted);
        self.full = self.full.saturating_sub(rest);
        there_is
    }
}

/// The names that a schema requires, of those that are known; each once.
pub(super) fn required(from: &Map<String, Value>, is_known: impl Fn(&str) -> bool) -> Vec<&str> {
    let mut seen = HashSet::new();
    let listed = from.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    listed.filter(|name| is_known(name) && seen.insert(*name)).collect()
}

/// The types that JSON Schema has; `type: file` and other words of older documents say nothing.
fn kinds(kind: &Value) -> Option<Value> {
    let is_known = |kind: &Value| {
        let known = ["string", "number", "integer", "boolean", "array", "object", "null"];
        kind.as_str().is_some_and(|kind| known.contains(&kind))
    };
    let is_taken = match kind {
        Value::Array(kinds) => (1..=7).contains(&kinds.len()) && kinds.iter().all(is_known),
        kind => is_known(kind),
    };
    is_taken.then(|| kind.clone())
}

/// Does a value take little room, its text and its parts?
fn is_small(value: &Value) -> bool {
    fn left(value: &Value, room: usize) -> Option<usize> {
        let room = room.checked_sub(4)?;
        match value {
            Value::String(text) => room.checked_sub(text.len()),
            Value::Array(items) => items.iter().try_fold(room, |room, item| left(item, room)),
            Value::Object(members) => {
                members.iter().try_fold(room, |room, (name, member)| left(member, room.checked_sub(name.len())?))
            }
            _ => Some(room),
        }
    }
    left(value, MAX_VALUES_BYTES).is_some()
}

/// A member beside `$ref` is said of the same value, so both count; `allOf` of both is one list.
fn beside(target: &Value, schema: &Value) -> Value {
    let (Value::Object(mut target), Some(schema)) = (target.clone(), schema.as_object()) else { return target.clone() };
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
}
