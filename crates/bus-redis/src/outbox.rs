//! Messages on their way to Redis: a bounded queue, and one task that empties it. No caller waits. A message that does
//! not fit is dropped and counted.

use std::sync::Arc;
use std::time::Duration;

use redis::{Pipeline, RedisResult};
use tokio::sync::mpsc;
use tokio::time::timeout;

use crate::channel::{Channels, Message};
use crate::link::{Link, down, late};
use crate::log_throttle::LogThrottle;

/// The number of messages that may wait.
const QUEUE_CAPACITY: usize = 4096;
/// The number of messages in one round trip.
const BATCH: usize = 256;
/// The time limit of a round trip. After it the connection is dropped.
const ROUND_TRIP_TIMEOUT: Duration = Duration::from_secs(1);

/// The end of the queue that takes messages.
pub(crate) struct Outbox {
    queue: mpsc::Sender<Message>,
    lost: Arc<LogThrottle>,
}

/// The end of the queue that sends messages. [`Sending::run`] drives it.
pub(crate) struct Sending {
    queue: mpsc::Receiver<Message>,
    lost: Arc<LogThrottle>,
    link: Link,
    channels: Arc<Channels>,
}

impl Outbox {
    pub(crate) fn new(link: Link, channels: Arc<Channels>) -> (Self, Sending) {
        let (sender, receiver) = mpsc::channel(QUEUE_CAPACITY);
        let lost = Arc::new(LogThrottle::default());
        (Self { queue: sender, lost: Arc::clone(&lost) }, Sending { queue: receiver, lost, link, channels })
    }

    pub(crate) fn put(&self, message: Message) {
        if self.queue.try_send(message).is_err() {
            count_lost(&self.lost, 1, &"the queue is full");
        }
    }

    /// The number of messages that were dropped since the start.
    pub(crate) fn lost(&self) -> u64 {
        self.lost.total()
    }
}

impl Sending {
    /// Sends until the outbox is dropped. While there is no connection, messages are dropped, because they would be
    /// outdated when Redis is back.
    pub(crate) async fn run(mut self) {
        let mut batch = Vec::with_capacity(BATCH);
        while self.queue.recv_many(&mut batch, BATCH).await > 0 {
            if let Err(error) = self.send(&batch).await {
                count_lost(&self.lost, batch.len() as u64, &error);
            }
            batch.clear();
        }
    }

    async fn send(&self, batch: &[Message]) -> RedisResult<()> {
        let Some(mut live) = self.link.live() else { return Err(down()) };
        let sent = timeout(ROUND_TRIP_TIMEOUT, self.pipeline(batch).exec_async(&mut live.connection)).await;
        let result = sent.unwrap_or_else(|_| Err(late()));
        if result.is_err() {
            self.link.broken(&live);
        }
        result
    }

    /// Several wake-ups are sent as one.
    fn pipeline(&self, batch: &[Message]) -> Pipeline {
        let mut pipeline = redis::pipe();
        let mut woken = false;
        for message in batch {
            if matches!(message, Message::Wake) && std::mem::replace(&mut woken, true) {
                continue;
            }
            if let Some((channel, payload)) = self.channels.encode(message) {
                pipeline.publish(channel, payload).ignore();
            }
        }
        pipeline
    }
}

fn count_lost(lost: &LogThrottle, more: u64, reason: &dyn std::fmt::Display) {
    if let Some(lost) = lost.add(more) {
        tracing::warn!(%reason, lost, "messages to other processes were dropped; they will find out from the store");
    }
}
