//! What Artel keeps, on PostgreSQL: several processes, on several machines, share one database.
//!
//! One file per aggregate: its rows, their way to and from the domain, its SQL. Every statement is checked against the schema at
//! compile time. Locks are always taken in the order run, session, audit head; the head is taken last because it serialises the
//! audited writes of its tenant. This crate must never know HTTP, models, tools or what a run does between two commits.

mod accounts;
mod admission;
mod agents;
mod answers;
mod approval_rules;
mod approvals;
mod audit;
mod batch;
mod bindings;
mod budgets;
mod claims;
mod codes;
mod commit;
mod connect;
mod error;
mod families;
mod fold;
mod idempotency;
mod identities;
mod invites;
mod journal;
mod keys;
mod llm_calls;
mod login_attempts;
mod logins;
mod oauth_clients;
mod operations;
mod presence;
mod revoke;
mod rotate;
mod runs;
mod secrets;
mod sessions;
mod signing_keys;
mod steering;
mod tool_calls;
mod tools;
mod turn;
mod values;
mod versions;

pub use connect::{PostgresOptions, PostgresStore};
