use std::time::Instant;

use artel_domain::Timestamp;
use async_trait::async_trait;

use crate::Result;

/// The database as an operator sees it.
#[derive(Debug, Clone, PartialEq)]
pub struct Health {
    /// Connections at work.
    pub active_connections: u32,
    /// Connections open.
    pub total_connections: u32,
    /// Connections that count against `max_connections`: at a server every open one. SQLite has no server, and its pool
    /// keeps all of its connections open, so that those at work count.
    pub counted_connections: u32,
    /// What the server (or the pool, on SQLite) allows.
    pub max_connections: u32,
    pub pool_size: u32,
    pub max_overflow: u32,
    pub latency_ms: f64,
}

/// How far back what waits goes, over all tenants.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct OldestWaiting {
    /// When the oldest run was accepted that a worker could take now. A run that waited for a human counts from its
    /// acceptance.
    pub queued_run: Option<Timestamp>,
    /// When the oldest question was asked that a run sleeps over.
    pub pending_approval: Option<Timestamp>,
}

/// What the database's clock showed at some moment between the question and the answer.
#[derive(Debug, Clone, Copy)]
pub struct ClockReading {
    pub time: Timestamp,
    pub asked: Instant,
    pub answered: Instant,
}

#[async_trait]
pub trait Operations: Send + Sync {
    /// A round trip to the database.
    async fn health(&self) -> Result<Health>;
    /// Reads the database's clock, by which all processes of an installation live. The wait for a connection is not
    /// part of the reading.
    async fn read_clock(&self) -> Result<ClockReading>;
    /// Name for logs and health: `sqlite` or `postgresql`.
    fn kind(&self) -> &'static str;
    /// Runs by phase over all tenants, for metrics: queued, running, waiting.
    async fn count_open_runs(&self) -> Result<Vec<(String, i64)>>;
    /// What has waited longest, for metrics.
    async fn oldest_waiting(&self) -> Result<OldestWaiting>;
    /// Finishes what is queued for writing and closes every connection.
    async fn close(&self);
}
