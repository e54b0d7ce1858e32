//! Tenant-written JSON Schemas: checked once when a tool is made, then used to check a model's arguments.
//!
//! A schema is code that runs here on data that a model wrote, so both are bounded: size, depth, references and their
//! expansion when the schema arrives ([`check_schema`]), the number of schema applications when arguments do
//! ([`validate`]).

mod pattern;
mod refs;
mod shape;
mod work;

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use artel_domain::digest;
use jsonschema::{Draft, PatternOptions, Validator};
use serde_json::Value;

use crate::programs::Fuel;

/// One reason why a schema is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SchemaProblem {
    /// A JSON Pointer into the schema; empty for the whole of it.
    pub path: String,
    pub message: String,
}

impl SchemaProblem {
    fn new(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self { path: path.into(), message: message.into() }
    }
}

impl fmt::Display for SchemaProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.path.is_empty() { f.write_str(&self.message) } else { write!(f, "{}: {}", self.path, self.message) }
    }
}

const REGEX_SIZE_LIMIT: usize = 512 * 1024;
const CACHED_VALIDATORS: usize = 64;
const SHOWN_ERRORS: usize = 5;
const MOST_FAULTS: usize = 50;
const SHOWN_CHARACTERS: usize = 300;

/// Checks that this is a schema (2020-12, `type: object`, properties named like Python identifiers) that is safe to
/// run.
///
/// # Errors
/// All reasons why it is refused, each with its place.
pub fn check_schema(schema: &Value) -> Result<(), Vec<SchemaProblem>> {
    // The order matters: what comes later recurses, and may do so because of what came earlier.
    shape::check(schema).map_err(|problem| vec![problem])?;
    refs::check(schema).map_err(|problem| vec![problem])?;
    let mut problems = meta_problems(schema);
    problems.extend(object_problems(schema));
    if problems.is_empty() {
        problems.extend(pattern::check(schema));
    }
    if problems.is_empty()
        && let Err(problem) = compile(schema)
    {
        problems.push(problem);
    }
    if problems.is_empty() { Ok(()) } else { Err(problems) }
}

/// Checks arguments against a schema. The work is paid for before it is done.
///
/// # Errors
/// A text that a model can act upon: what does not fit, and where.
pub fn validate(schema: &Value, args: &Value, fuel: &Fuel) -> Result<(), String> {
    fits(&*compiled(schema)?, schema, args, fuel)
}

/// The same for arguments that are checked once, at the start: what the schema was compiled to is not kept.
pub(crate) fn validate_once(schema: &Value, args: &Value, fuel: &Fuel) -> Result<(), String> {
    fits(&freshly_compiled(schema)?, schema, args, fuel)
}

fn fits(compiled: &Compiled, schema: &Value, args: &Value, fuel: &Fuel) -> Result<(), String> {
    work::pay(schema, args, &compiled.patterns, fuel)?;
    let validator = &compiled.validator;
    if validator.is_valid(args) {
        return Ok(());
    }
    let mut shown: Vec<String> = validator.iter_errors(args).take(SHOWN_ERRORS).map(|error| readable(&error)).collect();
    shown.dedup();
    Err(format!("the arguments do not fit the tool's schema: {}", shown.join("; ")))
}

/// Everything in a value that does not fit a schema of the product's own making: JSON Pointers with what is wrong
/// there. The texts go on after the name of the place ("is not of type "string""), and do not repeat the value. The
/// work is paid for before it is done.
///
/// # Errors
/// The value asks for more work than is allowed.
pub(crate) fn faults(schema: &Value, value: &Value, fuel: &Fuel) -> Result<Vec<(String, String)>, String> {
    let compiled = compiled(schema)?;
    work::pay(schema, value, &compiled.patterns, fuel)?;
    let all = compiled.validator.iter_errors(value).take(MOST_FAULTS);
    let told = |error: jsonschema::ValidationError<'_>| {
        let message: String = error.masked().to_string().chars().take(SHOWN_CHARACTERS).collect();
        (error.instance_path().to_string(), message.trim_start_matches("value ").to_owned())
    };
    Ok(all.map(told).collect())
}

fn readable(error: &jsonschema::ValidationError<'_>) -> String {
    let message: String = error.to_string().chars().take(SHOWN_CHARACTERS).collect();
    let place = error.instance_path().to_string();
    if place.is_empty() { message } else { format!("at {place}: {message}") }
}

fn meta_problems(schema: &Value) -> Vec<SchemaProblem> {
    let plain = without_identity(schema);
    jsonschema::draft202012::meta::validator()
        .iter_errors(&plain)
        .take(SHOWN_ERRORS)
        .map(|error| {
            let message: String = error.to_string().chars().take(SHOWN_CHARACTERS).collect();
            SchemaProblem::new(error.instance_path().to_string(), format!("not a valid JSON Schema: {message}"))
        })
        .collect()
}

fn object_problems(schema: &Value) -> Vec<SchemaProblem> {
    let mut problems = Vec::new();
    if schema.get("type").and_then(Value::as_str) != Some("object") {
        problems.push(SchemaProblem::new("/type", "the arguments' schema must be of type \"object\""));
    }
    let names =
        schema.get("properties").and_then(Value::as_object).into_iter().flat_map(|properties| properties.keys());
    problems.extend(names.filter(|name| !is_identifier(name)).map(|name| {
        SchemaProblem::new(
            format!("/properties/{name}"),
            format!(
                "the property name '{name}' is not an identifier (letters, digits and _, not starting with a digit)"
            ),
        )
    }));
    problems
}

/// As Python's `str.isidentifier`: what may be a keyword argument.
pub fn is_identifier(name: &str) -> bool {
    let mut characters = name.chars();
    let starts = characters.next().is_some_and(|first| first == '_' || unicode_ident::is_xid_start(first));
    starts && characters.all(unicode_ident::is_xid_continue)
}

/// The schema without the members that would give it another base URI or another dialect.
fn without_identity(schema: &Value) -> Value {
    let mut plain = schema.clone();
    if let Some(members) = plain.as_object_mut() {
        members.shift_remove("$schema");
        members.shift_remove("$id");
    }
    plain
}

fn compile(schema: &Value) -> Result<Validator, SchemaProblem> {
    jsonschema::options()
        .with_draft(Draft::Draft202012)
        .offline()
        .with_pattern_options(PatternOptions::regex().size_limit(REGEX_SIZE_LIMIT).dfa_size_limit(REGEX_SIZE_LIMIT))
        .build(&without_identity(schema))
        .map_err(|error| {
            let message: String = error.to_string().chars().take(SHOWN_CHARACTERS).collect();
            SchemaProblem::new(error.instance_path().to_string(), message)
        })
}

/// A schema that is ready to be applied.
struct Compiled {
    validator: Validator,
    /// What each regular expression in it costs for each byte of a text.
    patterns: HashMap<String, u64>,
}

/// The validator of a schema, from the cache or freshly checked and compiled.
fn compiled(schema: &Value) -> Result<Arc<Compiled>, String> {
    static CACHE: LazyLock<Mutex<HashMap<String, Arc<Compiled>>>> = LazyLock::new(Mutex::default);
    // Depth first: even the digest recurses.
    shape::check(schema).map_err(|problem| unusable(&problem))?;
    let key = digest::of(schema);
    if let Some(found) = CACHE.lock().unwrap_or_else(PoisonError::into_inner).get(&key) {
        return Ok(Arc::clone(found));
    }
    let made = Arc::new(freshly_compiled(schema)?);
    let mut cache = CACHE.lock().unwrap_or_else(PoisonError::into_inner);
    if cache.len() >= CACHED_VALIDATORS {
        cache.clear();
    }
    cache.insert(key, Arc::clone(&made));
    Ok(made)
}

/// A schema that came from elsewhere than the checked door (an import, an older version) is held to the same bounds.
fn freshly_compiled(schema: &Value) -> Result<Compiled, String> {
    shape::check(schema).map_err(|problem| unusable(&problem))?;
    refs::check(schema).map_err(|problem| unusable(&problem))?;
    let validator = compile(schema).map_err(|problem| unusable(&problem))?;
    Ok(Compiled { validator, patterns: pattern::sizes(schema) })
}

fn unusable(problem: &SchemaProblem) -> String {
    format!("the tool's schema is not usable: {problem}")
}

#[cfg(test)]
mod tests;
