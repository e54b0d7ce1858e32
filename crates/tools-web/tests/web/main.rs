//! The web tools against real servers on this machine, called as the engine calls them.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod fetch;
mod search;
mod support;
