//! What the Agent Platform API promises, asked of the whole surface over a fresh SQLite store.

mod agents;
mod api_keys;
mod audit;
mod auth;
mod bad_input;
mod bindings;
mod document;
mod health;
mod idempotency;
mod isolation;
mod limits;
mod runs;
mod tools;
mod worker;
mod world;
