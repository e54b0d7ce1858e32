//! The outer bounds of a schema, measured without recursion because nothing is known about it yet.

use serde_json::Value;

use super::SchemaProblem;

const MAX_BYTES: usize = 64 * 1024;
const MAX_DEPTH: usize = 32;
const MAX_REFS: usize = 256;
const MAX_PATTERNS: usize = 32;
/// Each of these walks its siblings again, and so do those inside them.
const MAX_UNEVALUATED: usize = 8;

/// Base URIs and dynamic scopes: with them a reference would no longer mean the place it names.
const REFUSED_KEYWORDS: [&str; 5] = ["$anchor", "$dynamicRef", "$dynamicAnchor", "$recursiveRef", "$recursiveAnchor"];

pub(super) fn check(schema: &Value) -> Result<(), SchemaProblem> {
    let Some(members) = schema.as_object() else {
        return Err(SchemaProblem::new("", "a schema must be a JSON object"));
    };
    if let Some(dialect) = members.get("$schema") {
        check_dialect(dialect)?;
    }
    check_counts(schema)?;
    if schema.to_string().len() > MAX_BYTES {
        return Err(SchemaProblem::new("", format!("the schema is larger than {} KiB", MAX_BYTES / 1024)));
    }
    Ok(())
}

fn check_dialect(dialect: &Value) -> Result<(), SchemaProblem> {
    let known = dialect.as_str().is_some_and(|uri| {
        let rest = uri.strip_prefix("https://").or_else(|| uri.strip_prefix("http://"));
        rest.is_some_and(|rest| rest.starts_with("json-schema.org/"))
    });
    if known {
        Ok(())
    } else {
        Err(SchemaProblem::new(
            "/$schema",
            "only the dialects of json-schema.org are known; schemas are read as 2020-12",
        ))
    }
}

fn check_counts(schema: &Value) -> Result<(), SchemaProblem> {
    let (mut refs, mut patterns, mut unevaluated) = (0, 0, 0);
    let mut open = vec![(schema, 1)];
    while let Some((value, depth)) = open.pop() {
        if depth > MAX_DEPTH {
            return Err(SchemaProblem::new("", format!("the schema is nested more than {MAX_DEPTH} deep")));
        }
        match value {
            Value::Array(items) => open.extend(items.iter().map(|item| (item, depth + 1))),
            Value::Object(members) => {
                for (name, member) in members {
                    refuse_keyword(name, member, depth)?;
                    match (name.as_str(), member) {
                        ("$ref", Value::String(_)) => refs += 1,
                        ("pattern", Value::String(_)) => patterns += 1,
                        ("patternProperties", Value::Object(map)) => patterns += map.len(),
                        ("unevaluatedProperties" | "unevaluatedItems", _) => unevaluated += 1,
                        _ => {}
                    }
                    open.push((member, depth + 1));
                }
            }
            _ => {}
        }
    }
    at_most("$ref", refs, MAX_REFS)?;
    at_most("regular expression", patterns, MAX_PATTERNS)?;
    at_most("unevaluatedProperties or unevaluatedItems", unevaluated, MAX_UNEVALUATED)
}

fn refuse_keyword(name: &str, member: &Value, depth: usize) -> Result<(), SchemaProblem> {
    let inner_id = name == "$id" && member.is_string() && depth > 1;
    // Only a string (or a flag) makes it a keyword; as the name of a property it holds a schema.
    let dynamic = REFUSED_KEYWORDS.contains(&name) && (member.is_string() || member.is_boolean());
    if inner_id || dynamic {
        Err(SchemaProblem::new("", format!("the keyword {name} is not supported here")))
    } else {
        Ok(())
    }
}

fn at_most(what: &str, found: usize, limit: usize) -> Result<(), SchemaProblem> {
    if found > limit {
        Err(SchemaProblem::new("", format!("the schema holds {found} uses of {what}, more than {limit}")))
    } else {
        Ok(())
    }
}
