//! Messages on their way to Redis: a bounded queue and one task that empties it. Nobody waits; what does not fit is
//! dropped and counted.

use std::sync::Arc;
use std::time::Duration;

use redis::{Pipeline, RedisResult};
use tokio::sync::mpsc;
use tokio::time::timeout;

use crate::channel::{Channels, Message};
use crate::link::{Link, down, late};
use crate::minutely::Minutely;

/// Messages that may wait to be sent.
const ROOM: usize = 4096;
/// Messages sent in one round trip.
const BATCH: usize = 256;
/// Time for a round trip before the connection is given up.
const PATIENCE: Duration = Duration::from_secs(1);

/// Where messages are put.
pub(crate) struct Outbox {
    queue: mpsc::Sender<Message>,
    lost: Arc<Minutely>,
}

/// The other end, to be driven by [`Sending::run`].
pub(crate) struct Sending {
    queue: mpsc::Receiver<Message>,
    lost: Arc<Minutely>,
    link: Link,
    channels: Arc<Channels>,
}

impl Outbox {
    pub(crate) fn new(link: Link, channels: Arc<Channels>) -> (Self, Sending) {
        let (sender, receiver) = mpsc::channel(ROOM);
        let lost = Arc::new(Minutely::default());
        (Self { queue: sender, lost: Arc::clone(&lost) }, Sending { queue: receiver, lost, link, channels })
    }

    pub(crate) fn put(&self, message: Message) {
        if self.queue.try_send(message).is_err() {
            count_lost(&self.lost, 1, &"the queue is full");
        }
    }

    /// Messages that were dropped since the start.
    pub(crate) fn lost(&self) -> u64 {
        self.lost.total()
    }
}

impl Sending {
    /// Sends until the outbox is gone. While there is no connection it throws away what comes, so that memory does not
    /// fill with frames that are stale by the time Redis is back.
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
        let sent = timeout(PATIENCE, self.pipeline(batch).exec_async(&mut live.connection)).await;
        let result = sent.unwrap_or_else(|_| Err(late()));
        if result.is_err() {
            self.link.broken(&live);
        }
        result
    }

    /// One wake-up says as much as many.
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

fn count_lost(lost: &Minutely, more: u64, reason: &dyn std::fmt::Display) {
    if let Some(lost) = lost.add(more) {
        tracing::warn!(%reason, lost, "messages to other processes were dropped; they will find out from the store");
    }
}
