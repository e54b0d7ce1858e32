use std::sync::Arc;
use std::time::Duration;

use artel_domain::{Frame, RateLimit, RunId, SessionId, TenantId};
use async_trait::async_trait;
use tokio::sync::{Notify, broadcast};

use crate::follow::{Signal, TopicObserver, Topics};
use crate::{AccessChanges, Admission, Bus, Cancellations, Follower, LocalLimits, Shelf};

/// The number of hints to cancel that a slow worker may be behind.
const CANCEL_BACKLOG: usize = 256;

/// The bus of one process.
pub struct LocalBus {
    topics: Arc<Topics>,
    work: Notify,
    cancels: broadcast::Sender<RunId>,
    access: broadcast::Sender<()>,
    limits: LocalLimits,
    shelf: Shelf,
}

impl LocalBus {
    /// A bus without an observer.
    pub fn new() -> Self {
        Self::with_topics(Topics::default())
    }

    /// A bus that reports which sessions are followed. The bus of many processes uses it to bring frames from the
    /// others.
    pub fn observed(observer: Arc<dyn TopicObserver>) -> Self {
        Self::with_topics(Topics::observed(observer))
    }

    /// Tells the followers of a session that they may have missed frames.
    pub fn reread(&self, tenant: TenantId, session: &SessionId) {
        self.topics.signal(tenant, session, Signal::Reread);
    }

    /// The sessions that have a follower.
    pub fn followed(&self) -> Vec<(TenantId, SessionId)> {
        self.topics.list()
    }

    fn with_topics(topics: Topics) -> Self {
        let (cancels, access) = (broadcast::Sender::new(CANCEL_BACKLOG), broadcast::Sender::new(1));
        let (limits, shelf) = (LocalLimits::default(), Shelf::default());
        Self { topics: Arc::new(topics), work: Notify::new(), cancels, access, limits, shelf }
    }
}

impl Default for LocalBus {
    fn default() -> Self {
        Self::new()
    }
}

#[async_trait]
impl Bus for LocalBus {
    fn publish(&self, frame: Arc<Frame>) {
        self.topics.signal(frame.tenant_id, &frame.session_id, Signal::Frame(Arc::clone(&frame)));
    }

    fn follow(&self, tenant: TenantId, session: &SessionId) -> Follower {
        self.topics.subscribe(tenant, session)
    }

    fn wake_workers(&self) {
        self.work.notify_one();
    }

    async fn wait_for_work(&self) {
        self.work.notified().await;
    }

    fn cancel_run(&self, run: RunId) {
        // Without a worker in this process there is no receiver.
        let _ = self.cancels.send(run);
    }

    fn cancellations(&self) -> Cancellations {
        Cancellations(self.cancels.subscribe())
    }

    fn access_changed(&self) {
        // Without anybody who keeps connections open there is nobody to tell.
        let _ = self.access.send(());
    }

    fn access_changes(&self) -> AccessChanges {
        AccessChanges(self.access.subscribe())
    }

    async fn admit(&self, key: &str, rate: RateLimit) -> Admission {
        self.limits.admit(key, rate)
    }

    async fn recall(&self, key: &str) -> Option<Vec<u8>> {
        self.shelf.recall(key)
    }

    async fn remember(&self, key: &str, value: Vec<u8>, ttl: Duration) {
        self.shelf.remember(key, value, ttl);
    }
}

#[cfg(test)]
mod tests;
