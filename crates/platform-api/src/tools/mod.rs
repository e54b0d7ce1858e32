//! Tools: what a model may call.

pub(crate) mod create;
pub(crate) mod delete;
pub(crate) mod get;
pub(crate) mod list;
mod rules;
pub(crate) mod test;
pub(crate) mod update;

use artel_http::Problem;

pub(crate) const TAG: &str = "tools";

/// Models and rules could not tell the two tools from each other.
pub(crate) fn name_taken(other: &str) -> Problem {
    Problem::conflict(
        "name_taken",
        format!("An agent has a tool '{other}' already, whose name counts as the same. Rename one of the two."),
    )
}
