//! The Agent Platform API: agents, tools, bindings, runs, keys, audit and health over HTTP.
//!
//! A surface: it writes intents into the store, wakes the workers and follows journals. It must never know SQL, call a
//! model, or drive a run.

mod agents;
mod api_keys;
mod app;
mod approval_rules;
mod approvals;
mod artifacts;
mod audit;
mod auth;
mod bindings;
mod budgets;
mod builtin_agents;
mod deliveries;
mod docs;
mod document;
mod documents;
mod forms;
mod health;
mod imports;
mod memory;
mod organizations;
mod patch;
mod reply;
mod routes;
mod runs;
mod sessions;
mod skills;
mod tasks;
mod tool_catalogue;
mod tools;
mod turns;
mod usage;
mod webhooks;
mod workspace;

pub use app::{ApiConfig, App, Deps, TestToken};
pub use document::openapi;
pub use routes::{router, routes};
