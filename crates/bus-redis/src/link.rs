//! A connection that is made in the background, so that nobody who needs an answer waits for it to come up.

use std::sync::Arc;
use std::time::Duration;

use redis::aio::MultiplexedConnection;
use redis::{AsyncConnectionConfig, Client, RedisResult};
use tokio::sync::watch;
use tokio::time::{sleep, timeout};

use crate::minutely::Minutely;

/// Time for a connection to come up, greeting included.
const CONNECT: Duration = Duration::from_secs(2);
/// Rest after a failure.
const REST: Duration = Duration::from_secs(1);

/// One multiplexed connection, or none at the moment.
#[derive(Clone)]
pub(crate) struct Link {
    live: Arc<watch::Sender<Option<Live>>>,
}

/// A connection that worked when last heard of.
#[derive(Clone)]
pub(crate) struct Live {
    generation: u64,
    pub(crate) connection: MultiplexedConnection,
}

impl Link {
    /// A link without a connection; [`Link::keep`] brings it up.
    pub(crate) fn new() -> Self {
        Self { live: Arc::new(watch::Sender::new(None)) }
    }

    pub(crate) fn live(&self) -> Option<Live> {
        self.live.borrow().clone()
    }

    /// Throws a connection away after an error or an answer that did not come. A silent one is thrown away too, because
    /// a lost network looks the same; the next is tried after a rest.
    pub(crate) fn broken(&self, live: &Live) {
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

    /// Keeps a connection up for as long as it is polled.
    pub(crate) async fn keep(self, client: Client) {
        let failures = Minutely::default();
        let mut watched = self.live.subscribe();
        for generation in 0.. {
            match connect(&client).await {
                Ok(connection) => {
                    self.live.send_replace(Some(Live { generation, connection }));
                    let _ = watched.wait_for(Option::is_none).await;
                }
                Err(error) => {
                    if let Some(failures) = failures.add(1) {
                        tracing::warn!(%error, failures, "Redis cannot be reached");
                    }
                }
            }
            sleep(REST).await;
        }
    }
}

async fn connect(client: &Client) -> RedisResult<MultiplexedConnection> {
    // Whoever asks sets the time to wait; the connection's own limit would be one more to keep in step.
    let config = AsyncConnectionConfig::new().set_connection_timeout(Some(CONNECT)).set_response_timeout(None);
    let connecting = client.get_multiplexed_async_connection_with_config(&config);
    timeout(CONNECT, connecting).await.unwrap_or_else(|_| Err(late()))
}

/// The error of an answer that did not come in time.
pub(crate) fn late() -> redis::RedisError {
    (redis::ErrorKind::Io, "no answer in time").into()
}

/// The error of a question that could not even be asked.
pub(crate) fn down() -> redis::RedisError {
    (redis::ErrorKind::Io, "not connected").into()
}
