//! CodeLab's two surfaces as their clients meet them: the real routes, store and worker, and a model that speaks from a
//! script.
#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

mod agents;
mod approvals;
mod callers;
mod client;
mod events;
mod health;
mod history;
mod limits;
mod seed_rows;
mod sessions;
mod world;
