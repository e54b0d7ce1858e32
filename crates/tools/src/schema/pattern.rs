//! Regular expressions of a schema, tried one by one so that the problem can name the place.

use jsonschema::{Draft, PatternOptions};
use serde_json::{Value, json};

use super::{REGEX_SIZE_LIMIT, SchemaProblem};

pub(super) fn check(schema: &Value) -> Vec<SchemaProblem> {
    let mut problems = Vec::new();
    walk(schema, &mut String::new(), &mut problems);
    problems
}

fn walk(value: &Value, path: &mut String, problems: &mut Vec<SchemaProblem>) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                let before = path.len();
                path.push('/');
                path.push_str(&name.replace('~', "~0").replace('/', "~1"));
                match (name.as_str(), member) {
                    ("pattern", Value::String(pattern)) => try_pattern(pattern, path, problems),
                    ("patternProperties", Value::Object(map)) => {
                        map.keys().for_each(|pattern| try_pattern(pattern, path, problems))
                    }
                    _ => {}
                }
                walk(member, path, problems);
                path.truncate(before);
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                let before = path.len();
                path.push('/');
                path.push_str(&index.to_string());
                walk(item, path, problems);
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
