//! What Artel keeps, on PostgreSQL: several processes, on several machines, share one database.
//!
//! One file per aggregate holds its SQL; `rows` holds the rows and their way to the domain; `traits` holds the traits
//! of `artel-store`, which hand over to the SQL. `store-sqlite` has the same files. Every statement is checked against
//! the schema at compile time. Locks are always taken in the order run, session, audit head; the head is taken last
//! because it serialises the audited writes of its tenant. This crate must never know HTTP, models, tools or what a run
//! does between two commits.

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
mod batch;
mod begun;
mod bindings;
mod blocked;
mod budgets;
mod builtin_agents;
mod children;
mod claims;
mod codes;
mod commit;
mod connector_tokens;
mod copies;
mod credentials;
mod document_attachments;
mod documents;
mod error;
mod event_starts;
mod event_waits;
mod executions;
mod families;
mod filters;
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

pub use options::PostgresOptions;
pub use store::PostgresStore;
