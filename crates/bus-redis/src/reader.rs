//! What other processes say: one subscriber connection, with a channel for each session that somebody here follows.

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
use crate::minutely::Minutely;

/// Time for the server to answer anything.
const PATIENCE: Duration = Duration::from_secs(2);
/// A silent connection is asked this often whether it is still there.
const PING: Duration = Duration::from_secs(5);
/// Channels named in one command.
const CHUNK: usize = 500;
const FIRST_REST: Duration = Duration::from_millis(50);
const LONGEST_REST: Duration = Duration::from_secs(1);

/// A session that got its first follower (`true`) or lost its last.
type Change = (TenantId, SessionId, bool);

/// Passes on which sessions are followed here.
pub(crate) struct Followed(mpsc::UnboundedSender<Change>);

impl TopicObserver for Followed {
    fn opened(&self, tenant: TenantId, session: &SessionId) {
        // It fails only when the reader is gone, and then the bus is going too.
        let _ = self.0.send((tenant, session.clone(), true));
    }

    fn closed(&self, tenant: TenantId, session: &SessionId) {
        let _ = self.0.send((tenant, session.clone(), false));
    }
}

/// The task that listens.
pub(crate) struct Reader {
    client: Client,
    channels: Arc<Channels>,
    local: Arc<LocalBus>,
    changes: mpsc::UnboundedReceiver<Change>,
    subscribed: watch::Sender<bool>,
}

/// The bus that the reader feeds, with the news of its followers.
pub(crate) fn observed() -> (Arc<LocalBus>, mpsc::UnboundedReceiver<Change>) {
    let (sender, changes) = mpsc::unbounded_channel();
    (Arc::new(LocalBus::observed(Arc::new(Followed(sender)))), changes)
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

    /// Listens for as long as it is polled, over as many connections as it takes.
    pub(crate) async fn run(mut self) {
        let failures = Minutely::default();
        let mut rest = FIRST_REST;
        loop {
            let ended = self.listen().await;
            if self.subscribed.send_replace(false) {
                rest = FIRST_REST;
            }
            if let (Err(error), Some(failures)) = (ended, failures.add(1)) {
                tracing::warn!(%error, failures, "messages from other processes do not arrive; they are found in the store");
            }
            sleep(rest).await;
            rest = (rest * 2).min(LONGEST_REST);
        }
    }

    /// One connection, from its subscriptions to its loss.
    async fn listen(&mut self) -> RedisResult<()> {
        // Nobody applies changes while there is no connection; they must not pile up.
        self.skip_changes();
        let (mut sink, mut messages) = in_time(self.client.get_async_pubsub()).await?.split();
        self.subscribe_all(&mut sink).await?;
        self.subscribed.send_replace(true);
        let mut ping = interval(PING);
        ping.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                message = messages.next() => self.deliver(&message.ok_or_else(late)?),
                Some(change) = self.changes.recv() => self.apply(change, &mut sink).await?,
                _ = ping.tick() => in_time(sink.ping::<redis::Value>()).await.map(|_| ())?,
            }
        }
    }

    /// Subscribes to everything that is followed now. What was said before may have been missed, so followers read the
    /// store again and workers look for work.
    async fn subscribe_all(&mut self, sink: &mut PubSubSink) -> RedisResult<()> {
        // These are in the list below. A change that comes while it is made is applied after it, in order.
        self.skip_changes();
        let followed = self.local.followed();
        let mut names = vec![self.channels.wakes(), self.channels.cancels()];
        names.extend(followed.iter().map(|(tenant, session)| self.channels.frames(*tenant, session)));
        for chunk in names.chunks(CHUNK) {
            in_time(sink.subscribe(chunk)).await?;
        }
        for (tenant, session) in &followed {
            self.local.reread(*tenant, session);
        }
        self.local.wake_workers();
        Ok(())
    }

    /// Follows the changes that have gathered; of several for one session only the last matters.
    async fn apply(&mut self, first: Change, sink: &mut PubSubSink) -> RedisResult<()> {
        let mut latest = HashMap::new();
        let mut next = Some(first);
        while let Some((tenant, session, opened)) = next {
            latest.insert((tenant, session), opened);
            next = if latest.len() < CHUNK { self.changes.try_recv().ok() } else { None };
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
        // What was said between their start and this moment was not heard.
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
            None => {}
        }
    }
}

async fn in_time<T>(answer: impl Future<Output = RedisResult<T>>) -> RedisResult<T> {
    timeout(PATIENCE, answer).await.unwrap_or_else(|_| Err(late()))
}
