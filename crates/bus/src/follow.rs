//! Topics: one per session that somebody follows, gone with its last follower.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard, Weak};

use artel_domain::{Frame, RunId, SessionId, TenantId};
use tokio::sync::broadcast::{self, error::RecvError};

/// Frames that a follower may be behind before it must read the store again. A topic reserves room for them (about 3
/// KB).
const BACKLOG: usize = 64;

/// What a follower hears.
#[derive(Debug, Clone, PartialEq)]
pub enum Followed {
    Frame(Arc<Frame>),
    /// Frames were missed, or may have been: read the store from the last entry seen. Frames that follow may repeat
    /// what the store gave; their `seq` tells.
    Lagged,
    /// The bus is gone.
    Closed,
}

/// One reader of one session's live frames; dropping it ends the subscription.
pub struct Follower {
    signals: broadcast::Receiver<Signal>,
    topics: Weak<Topics>,
    tenant: TenantId,
    session: SessionId,
}

impl Follower {
    /// Waits for the next frame. Dropping the wait loses nothing.
    pub async fn next(&mut self) -> Followed {
        match self.signals.recv().await {
            Ok(Signal::Frame(frame)) => Followed::Frame(frame),
            Ok(Signal::Reread) | Err(RecvError::Lagged(_)) => Followed::Lagged,
            Err(RecvError::Closed) => Followed::Closed,
        }
    }
}

impl Drop for Follower {
    fn drop(&mut self) {
        if let Some(topics) = self.topics.upgrade() {
            topics.leave(self.tenant, &self.session);
        }
    }
}

/// Hears of the first follower that a session gets and the last one that it loses, in order. Called under a lock: it
/// must return at once and not call back.
pub trait TopicObserver: Send + Sync {
    fn opened(&self, tenant: TenantId, session: &SessionId);
    fn closed(&self, tenant: TenantId, session: &SessionId);
}

/// Hints to cancel; a slow reader misses some and finds them in the store.
pub struct Cancellations(pub(crate) broadcast::Receiver<RunId>);

impl Cancellations {
    /// The next run to look at, or `None` when the bus is gone.
    pub async fn next(&mut self) -> Option<RunId> {
        loop {
            match self.0.recv().await {
                Ok(run) => return Some(run),
                Err(RecvError::Lagged(_)) => {}
                Err(RecvError::Closed) => return None,
            }
        }
    }
}

#[derive(Clone)]
pub(crate) enum Signal {
    Frame(Arc<Frame>),
    Reread,
}

/// Nested by tenant so that a frame finds its topic without building a key.
type ByTenant = HashMap<TenantId, HashMap<SessionId, Topic>>;

#[derive(Default)]
pub(crate) struct Topics {
    open: RwLock<ByTenant>,
    observer: Option<Arc<dyn TopicObserver>>,
}

struct Topic {
    signals: broadcast::Sender<Signal>,
    followers: usize,
}

impl Topics {
    pub(crate) fn observed(observer: Arc<dyn TopicObserver>) -> Self {
        Self { open: RwLock::default(), observer: Some(observer) }
    }

    pub(crate) fn signal(&self, tenant: TenantId, session: &SessionId, signal: Signal) {
        if let Some(topic) = self.read().get(&tenant).and_then(|sessions| sessions.get(session)) {
            // The last follower may be leaving at this moment; then nobody misses it.
            let _ = topic.signals.send(signal);
        }
    }

    pub(crate) fn join(self: &Arc<Self>, tenant: TenantId, session: &SessionId) -> Follower {
        let mut open = self.write();
        let topic = open.entry(tenant).or_default().entry(session.clone()).or_insert_with(|| {
            self.tell(|observer| observer.opened(tenant, session));
            Topic { signals: broadcast::channel(BACKLOG).0, followers: 0 }
        });
        topic.followers += 1;
        Follower { signals: topic.signals.subscribe(), topics: Arc::downgrade(self), tenant, session: session.clone() }
    }

    fn leave(&self, tenant: TenantId, session: &SessionId) {
        let mut open = self.write();
        let Some(sessions) = open.get_mut(&tenant) else { return };
        let Some(topic) = sessions.get_mut(session) else { return };
        topic.followers -= 1;
        if topic.followers > 0 {
            return;
        }
        sessions.remove(session);
        if sessions.is_empty() {
            open.remove(&tenant);
        }
        self.tell(|observer| observer.closed(tenant, session));
    }

    pub(crate) fn list(&self) -> Vec<(TenantId, SessionId)> {
        let open = self.read();
        open.iter().flat_map(|(tenant, sessions)| sessions.keys().map(|session| (*tenant, session.clone()))).collect()
    }

    fn tell(&self, news: impl FnOnce(&dyn TopicObserver)) {
        if let Some(observer) = &self.observer {
            news(observer.as_ref());
        }
    }

    fn read(&self) -> RwLockReadGuard<'_, ByTenant> {
        self.open.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, ByTenant> {
        self.open.write().unwrap_or_else(PoisonError::into_inner)
    }
}
