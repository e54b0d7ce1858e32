//! A connection that is made in the background, so that no caller waits for it.

use std::sync::Arc;
use std::time::Duration;

use redis::aio::MultiplexedConnection;
use redis::{AsyncConnectionConfig, Client, RedisResult};
use tokio::sync::watch;
use tokio::time::{sleep, timeout};

use crate::log_throttle::LogThrottle;

/// The time limit of a connection attempt, including the handshake.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);
/// The wait after a failed attempt.
const RETRY_DELAY: Duration = Duration::from_secs(1);

/// One multiplexed connection, or none at the moment.
#[derive(Clone)]
pub(crate) struct Link {
    live: Arc<watch::Sender<Option<LiveConnection>>>,
}

/// A connection that worked when it was last used.
#[derive(Clone)]
pub(crate) struct LiveConnection {
    generation: u64,
    pub(crate) connection: MultiplexedConnection,
}

impl Link {
    /// A link without a connection. [`Link::keep`] makes it.
    pub(crate) fn new() -> Self {
        Self { live: Arc::new(watch::Sender::new(None)) }
    }

    pub(crate) fn live(&self) -> Option<LiveConnection> {
        self.live.borrow().clone()
    }

    /// Drops a connection after an error or a missing answer. A silent connection is dropped too, because a lost
    /// network looks the same. The next attempt follows after a wait.
    pub(crate) fn broken(&self, live: &LiveConnection) {
        self.live.send_if_modified(|current| {
            let same = current.as_ref().is_some_and(|now| now.generation == live.generation);
            if same {
                *current = None;
            }
            same
        });
    }

    /// Waits until there is a connection.
    pub(crate) async fn up(&self) {
        // The sender lives as long as `self`, so the wait cannot fail.
        let _ = self.live.subscribe().wait_for(Option::is_some).await;
    }

    /// Keeps a connection up while it is polled.
    pub(crate) async fn keep(self, client: Client) {
        let failures = LogThrottle::default();
        let mut watched = self.live.subscribe();
        for generation in 0.. {
            match connect(&client).await {
                Ok(connection) => {
                    self.live.send_replace(Some(LiveConnection { generation, connection }));
                    let _ = watched.wait_for(Option::is_none).await;
                }
                Err(error) => {
                    if let Some(failures) = failures.add(1) {
                        tracing::warn!(%error, failures, "Redis cannot be reached");
                    }
                }
            }
            sleep(RETRY_DELAY).await;
        }
    }
}

async fn connect(client: &Client) -> RedisResult<MultiplexedConnection> {
    // The caller sets the time limit of a command. A limit of the connection would be a second one to keep in step.
    let config = AsyncConnectionConfig::new().set_connection_timeout(Some(CONNECT_TIMEOUT)).set_response_timeout(None);
    let connecting = client.get_multiplexed_async_connection_with_config(&config);
    timeout(CONNECT_TIMEOUT, connecting).await.unwrap_or_else(|_| Err(late()))
}

/// The error for an answer that did not come in time.
pub(crate) fn late() -> redis::RedisError {
    (redis::ErrorKind::Io, "no answer in time").into()
}

/// The error for a command that could not be sent.
pub(crate) fn down() -> redis::RedisError {
    (redis::ErrorKind::Io, "not connected").into()
}
