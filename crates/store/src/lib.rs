//! What Artel keeps, as promises. Each trait method is one intent and one transaction; no transaction crosses the trait.
//!
//! This crate says the promise and holds a test for each (feature `conformance`); `store-sqlite` and `store-postgres` say the SQL.
//! It must never know SQL, a driver or HTTP. Times and ids come in as arguments, except for leases: these live on the
//! **database's clock**, because several machines compare them.

pub mod agents;
pub mod budgets;
#[cfg(feature = "conformance")]
pub mod conformance;
pub mod error;
pub mod folding;
pub mod idempotency;
pub mod identity;
pub mod journal;
pub mod operations;
pub mod runs;
pub mod tools;

pub use agents::{AgentFilter, AgentPatch, Agents, CloneAgent, Page};
pub use budgets::{Budgets, Reservation, Reserved};
pub use error::StoreError;
pub use idempotency::{Begun, Idempotency, IdempotencyKey, StoredResponse};
pub use identity::{AuditFilter, Identities, KeyStanding, NewApiKey};
pub use journal::{CallChange, Fence, Journal, Step, TurnRecord};
pub use operations::{Health, Operations};
pub use runs::{CancelOutcome, Claim, Created, Decided, NewRun, Renewed, RunFilter, Runs};
pub use tools::{BindingPatch, BindingWrite, ToolPatch, Tools};

/// Everything a store can do. Held as `Arc<dyn Store>`.
pub trait Store: Identities + Agents + Tools + Runs + Journal + Budgets + Idempotency + Operations {}

impl<T: Identities + Agents + Tools + Runs + Journal + Budgets + Idempotency + Operations> Store for T {}

pub type Result<T> = std::result::Result<T, StoreError>;
