//! Regular expressions of a schema, tried one by one so that the problem can name the place.

use std::collections::HashMap;

use jsonschema::{Draft, PatternOptions};
use regex_automata::nfa::thompson::{self, NFA};
use serde_json::{Value, json};

use super::{REGEX_SIZE_LIMIT, SchemaProblem};

/// Fuel for each byte of a text, for an expression whose size cannot be told.
const UNKNOWN_SIZE: u64 = 4096;

pub(super) fn check(schema: &Value) -> Vec<SchemaProblem> {
    let mut problems = Vec::new();
    walk(schema, &mut String::new(), &mut |pattern, path| try_pattern(pattern, path, &mut problems));
    problems
}

/// How many states each expression's automaton has: at most so many steps does it make for each byte of a text.
pub(super) fn sizes(schema: &Value) -> HashMap<String, u64> {
    let mut sizes = HashMap::new();
    walk(schema, &mut String::new(), &mut |pattern, _| {
        sizes.entry(pattern.to_owned()).or_insert_with(|| size(pattern));
    });
    sizes
}

fn size(pattern: &str) -> u64 {
    let bounded = thompson::Config::new().nfa_size_limit(Some(REGEX_SIZE_LIMIT));
    let built = NFA::compiler().configure(bounded).build(pattern);
    built.map_or(UNKNOWN_SIZE, |automaton| automaton.states().len() as u64)
}

fn walk(value: &Value, path: &mut String, each: &mut impl FnMut(&str, &str)) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                let before = path.len();
                path.push('/');
                path.push_str(&name.replace('~', "~0").replace('/', "~1"));
                match (name.as_str(), member) {
                    ("pattern", Value::String(pattern)) => each(pattern, path),
                    ("patternProperties", Value::Object(map)) => map.keys().for_each(|pattern| each(pattern, path)),
                    _ => {}
                }
                walk(member, path, each);
                path.truncate(before);
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                let before = path.len();
                path.push('/');
                path.push_str(&index.to_string());
                walk(item, path, each);
                path.truncate(before);
            }
        }
        _ => {}
    }
}

fn try_pattern(pattern: &str, path: &str, problems: &mut Vec<SchemaProblem>) {
    let built = jsonschema::options()
        .with_draft(Draft::Draft202012)
        .offline()
        .with_pattern_options(PatternOptions::regex().size_limit(REGEX_SIZE_LIMIT).dfa_size_limit(REGEX_SIZE_LIMIT))
        .build(&json!({"pattern": pattern}));
    if built.is_err() {
        let shown: String = pattern.chars().take(100).collect();
        let message = format!(
            "the regular expression '{shown}' does not compile here (look-around and back-references are not supported) or is too large"
        );
        problems.push(SchemaProblem::new(path, message));
    }
}
