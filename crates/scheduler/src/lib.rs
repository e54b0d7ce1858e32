//! Does named jobs in time: of all processes that share a store, one does each job when it is due.
//!
//! A job is held by a lease in the store, on the database's clock. A process that dies loses its lease, and another one
//! takes the job over. [`sweeps`] are the jobs of this product: expired approvals, runs without
//! standing, retention, presence.
//!
//! This crate must never know HTTP, a model, a tool or a concrete store.

mod deps;
mod expiry;
mod job;
mod pauses;
mod scheduler;
mod standing;
mod sweeps;

pub use deps::{Retention, SweepDeps};
pub use job::{Job, JobError, JobResult};
pub use scheduler::{Scheduler, SchedulerDeps};
pub use sweeps::sweeps;
