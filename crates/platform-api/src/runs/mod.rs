//! Runs: accepted into the store, driven by workers, read from the journal.

pub(crate) mod accept;
pub(crate) mod cancel;
pub(crate) mod create;
pub(crate) mod events;
mod finish;
pub(crate) mod get;
pub(crate) mod list;
pub(crate) mod messages;
pub(crate) mod sse;
pub(crate) mod stream;
mod view;

pub(crate) const TAG: &str = "runs";
