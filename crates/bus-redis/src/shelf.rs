//! Values that all processes share for a while.

use std::sync::Arc;
use std::time::Duration;

use redis::{FromRedisValue, RedisResult};
use tokio::time::timeout;

use crate::channel::Channels;
use crate::link::{Link, down, late};

/// The time limit of an answer. A value that comes later is not worth the wait.
const ANSWER_TIMEOUT: Duration = Duration::from_millis(250);

pub(crate) struct SharedShelf {
    link: Link,
    channels: Arc<Channels>,
}

impl SharedShelf {
    pub(crate) fn new(link: Link, channels: Arc<Channels>) -> Self {
        Self { link, channels }
    }

    /// # Errors
    /// Fails when Redis cannot be reached or is late.
    pub(crate) async fn recall(&self, key: &str) -> RedisResult<Option<Vec<u8>>> {
        self.ask(redis::cmd("GET").arg(self.channels.kept(key))).await
    }

    /// # Errors
    /// As for [`Self::recall`], and when Redis has no room.
    pub(crate) async fn remember(&self, key: &str, value: &[u8], ttl: Duration) -> RedisResult<()> {
        let millis = u64::try_from(ttl.as_millis()).unwrap_or(u64::MAX).max(1);
        self.ask(redis::cmd("SET").arg(self.channels.kept(key)).arg(value).arg("PX").arg(millis)).await
    }

    async fn ask<T: FromRedisValue>(&self, command: &redis::Cmd) -> RedisResult<T> {
        let Some(mut live) = self.link.live() else { return Err(down()) };
        let answer = timeout(ANSWER_TIMEOUT, command.query_async(&mut live.connection)).await;
        let answer = answer.unwrap_or_else(|_| Err(late()));
        if answer.as_ref().is_err_and(|error| error.is_io_error() || error.is_timeout()) {
            self.link.broken(&live);
        }
        answer
    }
}
