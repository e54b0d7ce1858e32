//! Receives the messages of other processes: one subscriber connection, with a channel for each session that is
//! followed in this process.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use artel_bus::{Bus, LocalBus, TopicObserver};
use artel_domain::{SessionId, TenantId};
use futures::StreamExt;
use redis::aio::PubSubSink;
use redis::{Client, Msg, RedisResult};
use tokio::sync::{mpsc, watch};
use tokio::time::{MissedTickBehavior, interval, sleep, timeout};

use crate::channel::{Channels, Message};
use crate::link::late;
use crate::log_throttle::LogThrottle;

/// The time limit of every answer of the server.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(2);
/// How often a silent connection is tested.
const PING_INTERVAL: Duration = Duration::from_secs(5);
/// The number of channels in one command.
const MAX_CHANNELS: usize = 500;
const MIN_RETRY_DELAY: Duration = Duration::from_millis(50);
const MAX_RETRY_DELAY: Duration = Duration::from_secs(1);

/// A session that got its first follower (`true`) or lost its last one (`false`).
type Change = (TenantId, SessionId, bool);

/// Passes changes of the followed sessions to the reader.
pub(crate) struct FollowObserver(mpsc::UnboundedSender<Change>);

impl TopicObserver for FollowObserver {
    fn opened(&self, tenant: TenantId, session: &SessionId) {
        // The send fails only when the reader is gone, and then the bus is being dropped too.
        let _ = self.0.send((tenant, session.clone(), true));
    }

    fn closed(&self, tenant: TenantId, session: &SessionId) {
        let _ = self.0.send((tenant, session.clone(), false));
    }
}

/// The task that receives messages.
pub(crate) struct Reader {
    client: Client,
    channels: Arc<Channels>,
    local: Arc<LocalBus>,
    changes: mpsc::UnboundedReceiver<Change>,
    subscribed: watch::Sender<bool>,
}

/// The bus that the reader feeds, and the changes of its followed sessions.
pub(crate) fn observed() -> (Arc<LocalBus>, mpsc::UnboundedReceiver<Change>) {
    let (sender, changes) = mpsc::unbounded_channel();
    (Arc::new(LocalBus::observed(Arc::new(FollowObserver(sender)))), changes)
}

impl Reader {
    pub(crate) fn new(
        client: Client,
        channels: Arc<Channels>,
        local: Arc<LocalBus>,
        changes: mpsc::UnboundedReceiver<Change>,
    ) -> Self {
        Self { client, channels, local, changes, subscribed: watch::Sender::new(false) }
    }

    /// Whether messages arrive at the moment.
    pub(crate) fn subscribed(&self) -> watch::Receiver<bool> {
        self.subscribed.subscribe()
    }

    /// Receives messages while it is polled, over as many connections as necessary.
    pub(crate) async fn run(mut self) {
        let failures = LogThrottle::default();
        let mut rest = MIN_RETRY_DELAY;
        loop {
            let ended = self.listen().await;
            if self.subscribed.send_replace(false) {
                rest = MIN_RETRY_DELAY;
            }
            if let (Err(error), Some(failures)) = (ended, failures.add(1)) {
                tracing::warn!(
                    %error,
                    failures,
                    "messages from other processes do not arrive; they are found in the store"
                );
            }
            sleep(rest).await;
            rest = (rest * 2).min(MAX_RETRY_DELAY);
        }
    }

    /// One connection, from its subscriptions to its loss.
    async fn listen(&mut self) -> RedisResult<()> {
        // Changes without a connection are not needed and must not use memory: the next connection subscribes to all
        // followed sessions.
        self.skip_changes();
        let (mut sink, mut messages) = in_time(self.client.get_async_pubsub()).await?.split();
        self.subscribe_all(&mut sink).await?;
        self.subscribed.send_replace(true);
        let mut ping = interval(PING_INTERVAL);
        ping.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                message = messages.next() => self.deliver(&message.ok_or_else(late)?),
                Some(change) = self.changes.recv() => self.apply(change, &mut sink).await?,
                _ = ping.tick() => in_time(sink.ping::<redis::Value>()).await.map(|_| ())?,
            }
        }
    }

    /// Subscribes to all sessions that are followed now. Earlier messages may have been missed, so followers read the
    /// store again and workers look for work.
    async fn subscribe_all(&mut self, sink: &mut PubSubSink) -> RedisResult<()> {
        // These changes are in the list below. A change that comes while the list is made is applied after it, in
        // order.
        self.skip_changes();
        let followed = self.local.followed();
        let mut names = vec![self.channels.wakes(), self.channels.cancels(), self.channels.access()];
        names.extend(followed.iter().map(|(tenant, session)| self.channels.frames(*tenant, session)));
        for chunk in names.chunks(MAX_CHANNELS) {
            in_time(sink.subscribe(chunk)).await?;
        }
        for (tenant, session) in &followed {
            self.local.reread(*tenant, session);
        }
        self.local.wake_workers();
        self.local.access_changed();
        Ok(())
    }

    /// Applies the collected changes. Of several changes of one session only the last matters.
    async fn apply(&mut self, first: Change, sink: &mut PubSubSink) -> RedisResult<()> {
        let mut latest = HashMap::new();
        let mut next = Some(first);
        while let Some((tenant, session, opened)) = next {
            latest.insert((tenant, session), opened);
            next = if latest.len() < MAX_CHANNELS { self.changes.try_recv().ok() } else { None };
        }
        let (opened, closed): (Vec<_>, Vec<_>) = latest.into_iter().partition(|(_, opened)| *opened);
        let names = |topics: &[((TenantId, SessionId), bool)]| -> Vec<String> {
            topics.iter().map(|((tenant, session), _)| self.channels.frames(*tenant, session)).collect()
        };
        if !closed.is_empty() {
            in_time(sink.unsubscribe(names(&closed))).await?;
        }
        if !opened.is_empty() {
            in_time(sink.subscribe(names(&opened))).await?;
        }
        // Messages between the start of a follower and this moment were not received.
        for ((tenant, session), _) in &opened {
            self.local.reread(*tenant, session);
        }
        Ok(())
    }

    fn skip_changes(&mut self) {
        while self.changes.try_recv().is_ok() {}
    }

    fn deliver(&self, message: &Msg) {
        match self.channels.decode(message.get_channel_name(), message.get_payload_bytes()) {
            Some(Message::Frame(frame)) => self.local.publish(frame),
            Some(Message::Wake) => self.local.wake_workers(),
            Some(Message::Cancel(run)) => self.local.cancel_run(run),
            Some(Message::Access) => self.local.access_changed(),
            None => {}
        }
    }
}

async fn in_time<T>(answer: impl Future<Output = RedisResult<T>>) -> RedisResult<T> {
    timeout(ANSWER_TIMEOUT, answer).await.unwrap_or_else(|_| Err(late()))
}
