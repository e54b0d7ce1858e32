//! What Artel keeps, in one SQLite file: the store of a single machine.
//!
//! One connection writes, and commits what is asked of it at the same time together (`writer`); a small pool reads
//! (`store`). One file per aggregate holds its SQL; `rows` holds the rows and their way to the domain; `traits` holds
//! the traits of `artel-store`, which hand over to the SQL. `store-postgres` has the same files. Every statement is
//! checked against the schema at compile time.
//!
//! This crate must never know HTTP, a model, a tool, or what a run means: it knows rows.

mod access;
mod accounts;
mod admission;
mod agent_connectors;
mod agents;
mod answers;
mod approval_rules;
mod approvals;
mod artifacts;
mod attachments;
mod audit;
mod bindings;
mod blocked;
mod budgets;
mod builtin_agents;
mod children;
mod claims;
mod codes;
mod commit;
mod connector_tokens;
mod credentials;
mod document_attachments;
mod documents;
mod error;
mod event_starts;
mod event_waits;
mod executions;
mod families;
mod firing;
mod fold;
mod forms;
mod grants;
mod hooks;
mod idempotency;
mod identities;
mod inbound_events;
mod invites;
mod jobs;
mod journal;
mod keys;
mod llm_calls;
mod login_attempts;
mod memory;
mod name_taken;
mod names;
mod oauth_clients;
mod operations;
mod options;
mod organization_connectors;
mod organization_sessions;
mod passages;
mod presence;
mod profiles;
mod readings;
mod revoke;
mod rotate;
mod rows;
mod runs;
mod sealed_values;
mod secrets;
mod sessions;
mod signing_keys;
mod skills;
mod standings;
mod startup;
mod steering;
mod store;
mod tasks;
mod tool_calls;
mod tools;
mod traits;
mod turn;
mod values;
mod versions;
mod webhook_deliveries;
mod webhooks;
mod workspaces;
mod writer;

pub use options::SqliteOptions;
pub use store::SqliteStore;
