//! Tests of what depends on time, over the routes, with a clock that the test advances.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod standards;
mod time;
mod world;
