//! What Artel keeps, in one SQLite file: the store of a single machine.
//!
//! One connection writes, and commits what is asked of it at the same time together (`writer.rs`); a small pool reads. Every method
//! of the traits of `artel-store` is here as plain SQL, one file per aggregate, checked against the schema when it is compiled.
//!
//! This crate must never know HTTP, a model, a tool, or what a run means: it knows rows.

mod accounts;
mod agents;
mod answers;
mod approval_rules;
mod approvals;
mod audit;
mod bindings;
mod budgets;
mod cancel;
mod claim;
mod codes;
mod commit;
mod create_run;
mod error;
mod families;
mod fold;
mod idempotency;
mod identities;
mod invites;
mod journal;
mod keys;
mod leases;
mod llm_calls;
mod load;
mod login_attempts;
mod logins;
mod oauth_clients;
mod operations;
mod options;
mod presence;
mod rotate;
mod rows;
mod runs;
mod secrets;
mod sessions;
mod signing_keys;
mod startup;
mod step_rows;
mod store;
mod tools;
mod versions;
mod wake;
mod writer;

pub use options::SqliteOptions;
pub use store::SqliteStore;
