//! What is special about a database that is a file: how it is made, who else has it open, and that a killed process
//! loses nothing.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod opening;
mod plans;
mod processes;
mod support;
mod upgrades;
