//! From YAML to a connector, with the file and the line of whatever is wrong.

use std::fmt;

use serde_saphyr::DuplicateKeyPolicy;

use crate::check;
use crate::schema::Connector;

/// The largest file that is read, in bytes.
const MAX_BYTES: usize = 64 * 1024 * 1024;

/// What is wrong with a connector's file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    pub file: String,
    /// Counted from 1; 0 when the fault is the whole file's.
    pub line: u64,
    pub message: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file, self.line, self.message)
    }
}

impl std::error::Error for Fault {}

/// Reads a connector's YAML and checks that its parts fit together.
///
/// # Arguments
/// * `file`: the name that faults are told under.
///
/// # Errors
/// Everything that is wrong, each with its line. What is no YAML or has an unknown member is told alone, because
/// nothing behind it can be judged.
pub fn parse(file: &str, text: &str) -> Result<Connector, Vec<Fault>> {
    let connector = read(file, text).map_err(|fault| vec![fault])?;
    let faults: Vec<Fault> = check::faults(&connector)
        .into_iter()
        .map(|found| Fault { file: file.to_owned(), line: line_of(text, &found.place), message: found.message })
        .collect();
    if faults.is_empty() { Ok(connector) } else { Err(faults) }
}

/// Writes a connector as YAML.
///
/// # Errors
/// A text that says what cannot be written.
pub fn to_yaml(connector: &Connector) -> Result<String, String> {
    serde_saphyr::to_string(connector).map_err(|error| error.to_string())
}

/// Writes a connector as JSON, for [`from_json`].
///
/// # Errors
/// A text that says what cannot be written.
pub fn to_json(connector: &Connector) -> Result<String, String> {
    serde_json::to_string(connector).map_err(|error| error.to_string())
}

/// Reads a connector's JSON and checks that its parts fit together.
///
/// # Errors
/// What is wrong first.
pub fn from_json(text: &str) -> Result<Connector, String> {
    let connector = serde_json::from_str(text).map_err(|error| error.to_string())?;
    match check::faults(&connector).into_iter().next() {
        Some(found) => Err(format!("{}: {}", found.place.join("."), found.message)),
        None => Ok(connector),
    }
}

fn read(file: &str, text: &str) -> Result<Connector, Fault> {
    let fault = |line, message| Fault { file: file.to_owned(), line, message };
    if text.len() > MAX_BYTES {
        return Err(fault(0, format!("the file is larger than {} MiB", MAX_BYTES / 1024 / 1024)));
    }
    serde_saphyr::from_str_with_options(text, options()).map_err(|error| {
        let line = error.location().map_or(0, |location| location.line());
        fault(line, first_line(&error.without_snippet().to_string()))
    })
}

/// Connectors name no member twice, and show no source in their faults: the line says enough.
fn options() -> serde_saphyr::Options {
    serde_saphyr::options! {
        duplicate_keys: DuplicateKeyPolicy::Error,
        with_snippet: false,
        budget: None,
    }
}

fn first_line(message: &str) -> String {
    message.lines().next().unwrap_or_default().to_owned()
}

/// The line where a part begins: each step is looked for behind the one before, as `key: step` or `step:`.
fn line_of(text: &str, place: &[String]) -> u64 {
    let mut line = 1;
    let mut lines = (1..).zip(text.lines()).peekable();
    for step in place {
        let found = lines.clone().find(|(_, text)| names(text, step));
        let Some((number, _)) = found else { break };
        line = number;
        while lines.peek().is_some_and(|(next, _)| *next < number) {
            lines.next();
        }
    }
    line
}

fn names(line: &str, step: &str) -> bool {
    let line = line.trim_start().trim_start_matches("- ").trim_start_matches('{');
    let value = line.strip_prefix("key:").map(|rest| rest.split(',').next().unwrap_or_default().trim());
    value == Some(step) || line.strip_prefix(step).is_some_and(|rest| rest.starts_with(':'))
}

#[cfg(test)]
mod tests;
