//! Calls as the product makes them, over real connections: routes, circuit breakers, slots, time limits and records.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

mod account;
mod breakers;
mod faults;
mod proxy;
mod routes;
mod slots;
#[path = "../upstream/mod.rs"]
mod upstream;
mod world;
