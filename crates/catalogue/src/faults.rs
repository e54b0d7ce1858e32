//! What must hold for the catalogue as a whole and for each entry. Whether examples fit their schema is checked where
//! schemas are (`tools`).

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::Value;

use crate::blocks::Blocks;
use crate::catalogue::Catalogue;
use crate::entry::{Category, Entry};

const SHORTEST: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_hours(1);
/// A prompt holds all descriptions that a model is offered.
const LONGEST_DESCRIPTION: usize = 2000;

/// What is wrong, with the tool's name first.
pub(crate) fn of(catalogue: &Catalogue) -> Vec<String> {
    let names: BTreeSet<&str> = catalogue.entries.iter().map(|entry| entry.name.as_str()).collect();
    let mut faults = order(catalogue);
    for entry in &catalogue.entries {
        let found = [about_words(entry, &names), about_flags(entry), about_fields(entry)].concat();
        faults.extend(found.into_iter().map(|fault| format!("{}: {fault}", entry.name)));
    }
    faults
}

fn order(catalogue: &Catalogue) -> Vec<String> {
    let listed: Vec<&str> = catalogue.groups.iter().flat_map(|group| &group.tools).map(String::as_str).collect();
    let described: Vec<&str> = catalogue.entries.iter().map(|entry| entry.name.as_str()).collect();
    let mut faults = Vec::new();
    if listed != described {
        faults.push("groups.yaml and tools.yaml do not name the same tools in the same order".to_owned());
    }
    for (at, name) in listed.iter().enumerate() {
        if listed[..at].contains(name) {
            faults.push(format!("{name}: two groups name it"));
        }
    }
    faults
}

fn about_words(entry: &Entry, names: &BTreeSet<&str>) -> Vec<String> {
    let mut faults = Vec::new();
    let mut claim = |holds: bool, fault: &str| {
        if !holds {
            faults.push(fault.to_owned());
        }
    };
    claim(is_name(&entry.name), "a name has 1-64 lower-case letters, digits and underscores");
    claim(!entry.title.en.trim().is_empty() && !entry.title.ru.trim().is_empty(), "it has no title");
    claim(is_prefix(&entry.synthesis_prefix), "synthesis.prefix is not a word in brackets such as [MY_TOOL]");
    claim(entry.description.chars().count() <= LONGEST_DESCRIPTION, "its description has more than 2000 characters");
    match Blocks::of(&entry.description) {
        Err(fault) => faults.push(fault),
        Ok(blocks) => faults.extend(about_blocks(entry, &blocks, names)),
    }
    faults
}

fn about_blocks(entry: &Entry, blocks: &Blocks<'_>, names: &BTreeSet<&str>) -> Vec<String> {
    let words = || identifiers(blocks.when_not);
    let unknown = words().filter(|word| word.contains('_') && !names.contains(word));
    let mut faults: Vec<String> = unknown.map(|word| format!("it names the tool {word}, which is not there")).collect();
    if !words().any(|word| names.contains(word) && word != entry.name) {
        faults.push("when it is not to be used, it names no other tool".to_owned());
    }
    if !blocks.constraints.to_lowercase().contains("errors begin with") {
        faults.push("its constraints do not say how errors begin".to_owned());
    }
    faults
}

fn about_flags(entry: &Entry) -> Vec<String> {
    let mut faults = Vec::new();
    if !entry.is_mutating && !entry.is_idempotent {
        faults.push("no effect follows: what changes nothing is idempotent".to_owned());
    }
    if entry.is_mutating && (entry.is_query_tool || entry.category == Category::Read) {
        faults.push("no effect follows: it reads, and it is mutating".to_owned());
    }
    if !(SHORTEST..=LONGEST).contains(&entry.timeout) {
        faults.push("timeout_ms is not between a second and an hour".to_owned());
    }
    faults
}

fn about_fields(entry: &Entry) -> Vec<String> {
    let Some(properties) = entry.input_schema.get("properties").and_then(Value::as_object) else {
        return vec!["there is no type of its arguments".to_owned()];
    };
    let required: Vec<&str> =
        entry.input_schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let unknown = required.iter().filter(|field| !properties.contains_key(**field));
    let mut faults: Vec<String> = unknown.map(|field| format!("it requires {field}, which is no argument")).collect();
    for field in &entry.strip_null_fields {
        if !properties.contains_key(field) || required.contains(&field.as_str()) {
            faults.push(format!("strip_null_fields names {field}, which is no argument that may be left out"));
        }
    }
    if entry.examples.is_empty() {
        faults.push("it has no example".to_owned());
    }
    faults
}

fn is_name(name: &str) -> bool {
    (1..=64).contains(&name.len())
        && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
}

fn is_prefix(prefix: &str) -> bool {
    let word = prefix.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or_default();
    !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_')
}

fn identifiers(text: &str) -> impl Iterator<Item = &str> {
    text.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_').filter(|word| !word.is_empty())
}
