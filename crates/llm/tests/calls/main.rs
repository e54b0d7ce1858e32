//! Calls as the product makes them: routes, breakers, places, patience, and the account, over real connections.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

mod account;
mod breakers;
mod misfortunes;
mod proxy;
mod routes;
mod slots;
#[path = "../upstream/mod.rs"]
mod upstream;
mod world;
