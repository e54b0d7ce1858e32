//! What the catalogue is to this installation: whether its data hold together, and which of its tools can be called.

use std::time::Duration;

use artel_catalogue::{Entry, catalogue};
use serde_json::Value;

use crate::programs::Fuel;
use crate::schema::{check_schema, validate_once};
use crate::tool::{Tool, Unavailable};

/// Our own examples are small.
const FUEL_OF_AN_EXAMPLE: u64 = 1_000_000;

/// Holds the catalogue's data to their rules. The server asks at its start.
///
/// # Errors
/// Everything that is wrong, with the tool's name first.
pub fn check_catalogue() -> Result<(), Vec<String>> {
    let of_entry = |entry: &Entry| -> Vec<String> {
        let schema = check_schema(&entry.input_schema).err().unwrap_or_default();
        let schema = schema.into_iter().map(|problem| problem.to_string());
        let examples = entry.examples.iter().filter_map(|example| {
            let fuel = Fuel::steps(FUEL_OF_AN_EXAMPLE, Duration::from_secs(5));
            validate_once(&entry.input_schema, example, &fuel).err()
        });
        schema.chain(examples).map(|fault| format!("{}: {fault}", entry.name)).collect()
    };
    let mut faults = catalogue().faults.clone();
    faults.extend(catalogue().entries.iter().flat_map(of_entry));
    if faults.is_empty() { Ok(()) } else { Err(faults) }
}

/// What the arguments of a tool of the catalogue are held to; `None` for a name that the catalogue does not have.
pub fn builtin_schema(name: &str) -> Option<Value> {
    catalogue().entry(name).map(|entry| entry.input_schema.clone())
}

/// Can an installation call a tool of the catalogue?
///
/// # Arguments
/// * `tool`: the tool's engine; `None` when the installation has none.
///
/// # Errors
/// Says what is missing, and what the operator does about it.
pub fn standing(tool: Option<&dyn Tool>) -> Result<(), Unavailable> {
    let missing = || Unavailable {
        reason: "this version of Artel has no engine for it".to_owned(),
        how_to: format!("install a version newer than {} whose release notes name it", env!("CARGO_PKG_VERSION")),
    };
    tool.ok_or_else(missing)?.available()
}

#[cfg(test)]
mod tests;
