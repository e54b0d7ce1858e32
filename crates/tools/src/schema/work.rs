//! How much work validating given arguments is, counted and paid for before it is done.
//!
//! A recursive schema that branches costs exponentially in the depth of the arguments, and no validator can be
//! interrupted. Counting is cheap, because each pair of schema and value is counted once however often it is applied.

use std::collections::HashMap;

use serde_json::{Map, Value};

use super::refs;
use crate::programs::Fuel;

/// A schema that is applied to one value costs at least this much fuel.
const APPLICATION: u64 = 25;
const MAX_PAIRS: usize = 200_000;
/// Schema applications inside each other: bounds the stack of the counter and of the validator.
const MAX_NESTED: u32 = 200;

/// Pays for a validation.
///
/// # Arguments
/// * `patterns`: the sizes of the schema's regular expressions. One costs its size for each byte of a text.
pub(super) fn pay(schema: &Value, args: &Value, patterns: &HashMap<String, u64>, fuel: &Fuel) -> Result<(), String> {
    let mut count = Count { root: schema, patterns, most: fuel.left(), known: HashMap::new() };
    let total = count.apply(schema, args, 0).map_err(|too_much| {
        match too_much {
            TooMuch::Nested => "the arguments are nested too deeply for the tool's schema",
            TooMuch::Work => "the arguments take too much work to be held to the tool's schema; send less",
        }
        .to_owned()
    })?;
    Ok(fuel.spend(total)?)
}

enum TooMuch {
    Nested,
    Work,
}

struct Count<'a> {
    root: &'a Value,
    patterns: &'a HashMap<String, u64>,
    most: u64,
    /// Keyed by address: both documents stay borrowed while they are counted.
    known: HashMap<(*const Value, *const Value), u64>,
}

impl<'a> Count<'a> {
    fn apply(&mut self, schema: &'a Value, value: &'a Value, nested: u32) -> Result<u64, TooMuch> {
        let Some(members) = schema.as_object() else { return Ok(1) };
        let key = (std::ptr::from_ref(schema), std::ptr::from_ref(value));
        if let Some(known) = self.known.get(&key) {
            return Ok(*known);
        }
        if nested > MAX_NESTED {
            return Err(TooMuch::Nested);
        }
        if self.known.len() > MAX_PAIRS {
            return Err(TooMuch::Work);
        }
        let mut total = APPLICATION + self.own_keywords(members, value);
        if let Some(target) =
            members.get("$ref").and_then(Value::as_str).and_then(|reference| refs::resolve(self.root, reference))
        {
            total += self.apply(target, value, nested + 1)?;
        }
        for inner in refs::in_place(members) {
            total += self.apply(inner, value, nested + 1)?;
        }
        total += match value {
            Value::Object(object) => self.members(members, object, nested + 1)?,
            Value::Array(items) => self.items(members, items, nested + 1)?,
            _ => 0,
        };
        // These walk their siblings again.
        let again =
            ["unevaluatedProperties", "unevaluatedItems"].into_iter().filter(|name| members.contains_key(*name));
        total = self.within(total.saturating_mul(1 << again.count()))?;
        self.known.insert(key, total);
        Ok(total)
    }

    fn within(&self, total: u64) -> Result<u64, TooMuch> {
        if total > self.most { Err(TooMuch::Work) } else { Ok(total) }
    }

    /// What the keywords cost that look at the value itself.
    fn own_keywords(&self, schema: &Map<String, Value>, value: &Value) -> u64 {
        let choices = schema.get("enum").and_then(Value::as_array).map_or(0, Vec::len) as u64;
        let pattern = schema.get("pattern").and_then(Value::as_str);
        match value {
            Value::String(text) => {
                let matching = pattern.map_or(0, |pattern| self.matching(pattern, text));
                matching + choices + text.len() as u64 / 16
            }
            Value::Array(items) => {
                let unique = schema.get("uniqueItems") == Some(&Value::Bool(true));
                choices + if unique { size(value) } else { items.len() as u64 }
            }
            Value::Object(_) => {
                let listed = schema.get("required").and_then(Value::as_array).map_or(0, Vec::len);
                let named = schema.get("properties").and_then(Value::as_object).map_or(0, Map::len);
                choices + listed as u64 + named as u64
            }
            _ => choices,
        }
    }

    fn matching(&self, pattern: &str, text: &str) -> u64 {
        self.patterns.get(pattern).copied().unwrap_or(1).saturating_mul(text.len() as u64)
    }

    fn members(
        &mut self,
        schema: &'a Map<String, Value>,
        object: &'a Map<String, Value>,
        nested: u32,
    ) -> Result<u64, TooMuch> {
        let mut total = object.len() as u64;
        let named = schema.get("properties").and_then(Value::as_object);
        let any = ["additionalProperties", "unevaluatedProperties"].into_iter().filter_map(|name| schema.get(name));
        let patterns: Vec<(&String, &Value)> =
            schema.get("patternProperties").and_then(Value::as_object).into_iter().flatten().collect();
        let any: Vec<&Value> = any.chain(patterns.iter().map(|(_, inner)| *inner)).collect();
        let names = schema.get("propertyNames").and_then(Value::as_object);
        for (name, member) in object {
            total += patterns.iter().map(|(pattern, _)| self.matching(pattern, name)).sum::<u64>();
            total += names.map_or(0, |names| APPLICATION + self.name(names, name));
            for inner in any.iter().copied().chain(named.and_then(|named| named.get(name))) {
                total += self.apply(inner, member, nested)?;
            }
            self.within(total)?;
        }
        Ok(total)
    }

    /// What `propertyNames` costs for one name: each regular expression in it, however it is nested.
    fn name(&self, schema: &Map<String, Value>, name: &str) -> u64 {
        let mut total = 0;
        let mut open: Vec<&Value> = schema.values().collect();
        if let Some(pattern) = schema.get("pattern").and_then(Value::as_str) {
            total += self.matching(pattern, name);
        }
        while let Some(value) = open.pop() {
            total += 1;
            match value {
                Value::Array(items) => open.extend(items),
                Value::Object(members) => {
                    if let Some(pattern) = members.get("pattern").and_then(Value::as_str) {
                        total += self.matching(pattern, name);
                    }
                    open.extend(members.values());
                }
                _ => {}
            }
        }
        total
    }

    fn items(&mut self, schema: &'a Map<String, Value>, items: &'a [Value], nested: u32) -> Result<u64, TooMuch> {
        let mut total = items.len() as u64;
        let every: Vec<&Value> =
            ["items", "contains", "unevaluatedItems"].into_iter().filter_map(|name| schema.get(name)).collect();
        let prefix = schema.get("prefixItems").and_then(Value::as_array);
        for (index, item) in items.iter().enumerate() {
            for inner in every.iter().copied().chain(prefix.and_then(|prefix| prefix.get(index))) {
                total += self.apply(inner, item, nested)?;
            }
            self.within(total)?;
        }
        Ok(total)
    }
}

/// The values and bytes in it, times what it costs to compare them in pairs or to sort them.
fn size(value: &Value) -> u64 {
    const COMPARISONS: u64 = 20;
    let mut total = 0;
    let mut open = vec![value];
    while let Some(value) = open.pop() {
        total += 1;
        match value {
            Value::String(text) => total += text.len() as u64,
            Value::Array(items) => open.extend(items),
            Value::Object(members) => {
                total += members.keys().map(|name| name.len() as u64).sum::<u64>();
                open.extend(members.values());
            }
            _ => {}
        }
    }
    total * COMPARISONS
}
