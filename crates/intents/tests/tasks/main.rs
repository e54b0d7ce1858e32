//! Saved tasks by their rules, with a clock that the tests move.
#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

mod changes;
mod events;
mod rounds;
mod starts;
mod world;
