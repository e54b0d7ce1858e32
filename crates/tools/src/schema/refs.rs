//! References: only into the same document, never round in a circle on the spot, never multiplying beyond a bound.

use std::collections::HashMap;

use percent_encoding::percent_decode_str;
use serde_json::Value;

use super::SchemaProblem;

/// Subschemas, with every reference replaced by what it names.
const MAX_EXPANDED: u64 = 10_000;
/// References that lead to references.
const MAX_HEIGHT: u32 = 32;

pub(super) fn check(schema: &Value) -> Result<(), SchemaProblem> {
    let mut expansion = Expansion { root: schema, known: HashMap::new(), height: 0 };
    expansion.of(schema)?;
    let mut circles = Circles { root: schema, seen: HashMap::new() };
    expansion.known.keys().try_for_each(|reference| circles.follow(reference))
}

/// What `#` or `#/a/b` names.
pub(super) fn resolve<'a>(root: &'a Value, reference: &str) -> Option<&'a Value> {
    let fragment = reference.strip_prefix('#')?;
    let pointer = percent_decode_str(fragment).decode_utf8().ok()?;
    root.pointer(&pointer).filter(|target| target.is_object() || target.is_boolean())
}

/// The schemas that apply to the same value as the one that holds them.
pub(super) fn in_place(members: &serde_json::Map<String, Value>) -> impl Iterator<Item = &Value> {
    let lists = ["allOf", "anyOf", "oneOf"].into_iter().filter_map(|name| members.get(name)?.as_array()).flatten();
    let single = ["not", "if", "then", "else"].into_iter().filter_map(|name| members.get(name));
    let dependent = members.get("dependentSchemas").and_then(Value::as_object).into_iter().flat_map(|map| map.values());
    lists.chain(single).chain(dependent)
}

fn problem(reference: &str, message: &str) -> SchemaProblem {
    let shown: String = reference.chars().take(100).collect();
    SchemaProblem::new("", format!("$ref '{shown}' {message}"))
}

#[derive(Clone, Copy)]
enum Known {
    /// Being measured further up: a recursive schema. Its cost depends on the arguments and is bounded when they come.
    Open,
    Size {
        expanded: u64,
        height: u32,
    },
}

struct Expansion<'a> {
    root: &'a Value,
    known: HashMap<&'a str, Known>,
    /// The tallest chain of references below the value that was measured last.
    height: u32,
}

impl<'a> Expansion<'a> {
    fn of(&mut self, value: &'a Value) -> Result<u64, SchemaProblem> {
        let mut tallest = 0;
        let mut expanded: u64 = 1;
        let children: Box<dyn Iterator<Item = &'a Value>> = match value {
            Value::Array(items) => Box::new(items.iter()),
            Value::Object(members) => Box::new(members.values()),
            _ => Box::new(std::iter::empty()),
        };
        for child in children {
            expanded = expanded.saturating_add(self.of(child)?);
            tallest = tallest.max(self.height);
        }
        if let Some(reference) = value.get("$ref").and_then(Value::as_str) {
            expanded = expanded.saturating_add(self.behind(reference)?);
            tallest = tallest.max(self.height);
        }
        if expanded > MAX_EXPANDED {
            return Err(SchemaProblem::new(
                "",
                format!("with its references written out the schema has more than {MAX_EXPANDED} parts"),
            ));
        }
        self.height = tallest;
        Ok(expanded)
    }

    fn behind(&mut self, reference: &'a str) -> Result<u64, SchemaProblem> {
        match self.known.get(reference) {
            Some(Known::Open) => {
                self.height = 1;
                return Ok(1);
            }
            Some(Known::Size { expanded, height }) => {
                self.height = *height;
                return tall(reference, *height).map(|()| *expanded);
            }
            None => {}
        }
        if !reference.starts_with('#') {
            return Err(problem(reference, "leaves the document; only '#/...' is followed"));
        }
        let target =
            resolve(self.root, reference).ok_or_else(|| problem(reference, "names no schema in this document"))?;
        // The chain that is open right now counts too, or a long one would overflow the stack before it was measured.
        let open = self.known.values().filter(|known| matches!(known, Known::Open)).count();
        tall(reference, u32::try_from(open).unwrap_or(u32::MAX))?;
        self.known.insert(reference, Known::Open);
        let expanded = self.of(target)?;
        let height = self.height + 1;
        self.known.insert(reference, Known::Size { expanded, height });
        self.height = height;
        tall(reference, height).map(|()| expanded)
    }
}

fn tall(reference: &str, height: u32) -> Result<(), SchemaProblem> {
    if height > MAX_HEIGHT { Err(problem(reference, "is part of a chain of more than 32 references")) } else { Ok(()) }
}

/// Looks for references that come back to themselves without going into the value: they would never end.
struct Circles<'a> {
    root: &'a Value,
    /// `false` while open, `true` when known to end.
    seen: HashMap<String, bool>,
}

impl Circles<'_> {
    fn follow(&mut self, reference: &str) -> Result<(), SchemaProblem> {
        match self.seen.get(reference) {
            Some(true) => return Ok(()),
            Some(false) => return Err(problem(reference, "refers to itself without going into a property or an item")),
            None => {}
        }
        if self.seen.values().filter(|ends| !**ends).count() > MAX_HEIGHT as usize {
            return Err(problem(reference, "is part of a chain of more than 32 references"));
        }
        self.seen.insert(reference.to_owned(), false);
        if let Some(target) = resolve(self.root, reference) {
            self.enter(target)?;
        }
        self.seen.insert(reference.to_owned(), true);
        Ok(())
    }

    fn enter(&mut self, schema: &Value) -> Result<(), SchemaProblem> {
        let Some(members) = schema.as_object() else { return Ok(()) };
        if let Some(reference) = members.get("$ref").and_then(Value::as_str) {
            self.follow(reference)?;
        }
        in_place(members).try_for_each(|inner| self.enter(inner))
    }
}
