//! Test helpers: the real binary as a process that can be killed, a receiver of tool calls that counts effects, a
//! receiver of webhooks, a scripted model server, a reader of event streams, a WebSocket client, a collector of spans,
//! a new PostgreSQL database, a PostgreSQL server that can be frozen, a proxy that disturbs the connections to it.
//!
//! Every function here panics on failure, because only tests call it.
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
mod database_proxy;
mod model;
mod own_postgres;
mod process;
mod receiver;
mod socket;
mod sse;
mod webhook_receiver;

pub use client::Client;
pub use collector::{ReceivedSpan, SpanCollector};
pub use database::Database;
pub use database_proxy::DatabaseProxy;
pub use model::{ModelServer, Reply};
pub use own_postgres::OwnPostgres;
pub use process::{Artel, Launch};
pub use receiver::Receiver;
pub use socket::Socket;
pub use sse::{Event, Events, parse_events};
pub use webhook_receiver::{WebhookMessage, WebhookReceiver};

/// Runs a future in the background of the test, until the test ends.
pub fn beside<F: Future<Output: Send> + Send + 'static>(work: F) {
    tokio::spawn(work);
}
