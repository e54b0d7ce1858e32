//! What happened in a user's sessions, in the names of the first runtime's events, and the numbers that come of it. All
//! of it is read from the journal: there is no second record that could differ or be lost.

pub(crate) mod audit_log;
mod envelope;
mod fact;
mod llm;
pub(crate) mod metrics;
mod observer;
mod reader;
pub(crate) mod session_metrics;
pub(crate) mod sessions;
pub(crate) mod stats;

pub(crate) const TAG: &str = "events";
