//! What tests need of the world: the real binary as a process that can be killed, a receiver of tool calls that counts
//! effects, a model server that speaks from a script, a reader of event streams, a client of sockets, a collector of
//! spans, a fresh PostgreSQL database.
//!
//! Everything here panics on failure: it is only ever called by tests.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "test support fails by panicking, prints why a test is skipped, and detaches its little servers"
)]

mod client;
mod collector;
mod database;
mod model;
mod process;
mod receiver;
mod socket;
mod sse;

pub use client::Client;
pub use collector::{ReceivedSpan, SpanCollector};
pub use database::Database;
pub use model::{ModelServer, Reply};
pub use process::{Artel, Launch};
pub use receiver::Receiver;
pub use socket::Socket;
pub use sse::{Event, Events, parse_events};

/// Runs something beside the test, until the test ends.
pub fn beside<F: Future<Output: Send> + Send + 'static>(work: F) {
    tokio::spawn(work);
}
