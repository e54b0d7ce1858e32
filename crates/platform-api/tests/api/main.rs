//! What the Agent Platform API promises, asked of the whole surface over a fresh SQLite store.
#![expect(clippy::unwrap_used, reason = "tests and what helps them fail by panicking")]

mod agents;
mod api_keys;
mod approval_rules;
mod approvals;
mod artifacts;
mod audit;
mod auth;
mod auth_service;
mod bad_input;
mod bindings;
mod budgets;
mod builtin_agents;
mod credentials;
mod document;
mod drafts;
mod health;
mod idempotency;
mod isolation;
mod key_lines;
mod limits;
mod organizations;
mod private_sessions;
mod runs;
mod seed_rows;
mod service_keys;
mod tool_catalogue;
mod tools;
mod turns;
mod usage;
mod versions;
mod worker;
mod workspace;
mod world;
