//! How much work validating given arguments is, counted before it is done.
//!
//! A recursive schema that branches costs exponentially in the depth of the arguments, and no validator can be
//! interrupted. Counting is cheap, because each pair of schema and value is counted once however often it is applied.

use std::collections::HashMap;

use serde_json::{Map, Value};

use super::refs;

const MAX_APPLICATIONS: u64 = 2_000_000;
const MAX_PAIRS: usize = 200_000;
/// Schema applications inside each other: bounds the stack of the counter and of the validator.
const MAX_NESTED: u32 = 200;

pub(super) fn bounded(schema: &Value, args: &Value) -> Result<(), String> {
    let mut count = Count { root: schema, known: HashMap::new() };
    count
        .apply(schema, args, 0)
        .map(|_| ())
        .ok_or_else(|| "the arguments are nested too deeply for the tool's schema".to_owned())
}

struct Count<'a> {
    root: &'a Value,
    /// Keyed by address: both documents stay borrowed while they are counted.
    known: HashMap<(*const Value, *const Value), u64>,
}

impl<'a> Count<'a> {
    /// `None` when it is too much.
    fn apply(&mut self, schema: &'a Value, value: &'a Value, nested: u32) -> Option<u64> {
        let Some(members) = schema.as_object() else { return Some(1) };
        let key = (std::ptr::from_ref(schema), std::ptr::from_ref(value));
        if let Some(known) = self.known.get(&key) {
            return Some(*known);
        }
        if nested > MAX_NESTED || self.known.len() > MAX_PAIRS {
            return None;
        }
        let mut total = 1;
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
        if total > MAX_APPLICATIONS {
            return None;
        }
        self.known.insert(key, total);
        Some(total)
    }

    fn members(&mut self, schema: &'a Map<String, Value>, object: &'a Map<String, Value>, nested: u32) -> Option<u64> {
        let mut total = object.len() as u64;
        let named = schema.get("properties").and_then(Value::as_object);
        let any = ["additionalProperties", "unevaluatedProperties"].into_iter().filter_map(|name| schema.get(name));
        let matching =
            schema.get("patternProperties").and_then(Value::as_object).into_iter().flat_map(|map| map.values());
        let any: Vec<&Value> = any.chain(matching).collect();
        for (name, member) in object {
            for inner in any.iter().copied().chain(named.and_then(|named| named.get(name))) {
                total += self.apply(inner, member, nested)?;
            }
            if total > MAX_APPLICATIONS {
                return None;
            }
        }
        Some(total)
    }

    fn items(&mut self, schema: &'a Map<String, Value>, items: &'a [Value], nested: u32) -> Option<u64> {
        let mut total = items.len() as u64;
        let every: Vec<&Value> =
            ["items", "contains", "unevaluatedItems"].into_iter().filter_map(|name| schema.get(name)).collect();
        let prefix = schema.get("prefixItems").and_then(Value::as_array);
        for (index, item) in items.iter().enumerate() {
            for inner in every.iter().copied().chain(prefix.and_then(|prefix| prefix.get(index))) {
                total += self.apply(inner, item, nested)?;
            }
            if total > MAX_APPLICATIONS {
                return None;
            }
        }
        Some(total)
    }
}
