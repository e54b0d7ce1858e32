//! Runs: accepted into the store, driven by workers, read from the journal.

mod accept;
pub(crate) mod cancel;
pub(crate) mod create;
pub(crate) mod events;
mod finish;
pub(crate) mod get;
pub(crate) mod list;
pub(crate) mod messages;
mod sse;
pub(crate) mod stream;
mod view;

pub(crate) use accept::Entries;

pub(crate) const TAG: &str = "runs";
