//! Topics: one for each session that has a follower. It is removed with its last follower.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard, Weak};

use artel_domain::{Frame, RunId, SessionId, TenantId};
use tokio::sync::broadcast::{self, error::RecvError};

/// The number of frames that a follower may be behind before it must read the store again. A topic reserves memory for
/// them (about 3 KB).
const BACKLOG: usize = 64;

/// What a follower receives.
#[derive(Debug, Clone, PartialEq)]
pub enum Followed {
    /// A live journal entry.
    Frame(Arc<Frame>),
    /// Frames were missed, or may have been: read the store from the last entry seen. The next frames may repeat
    /// entries of the store; their `seq` tells.
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
            topics.unsubscribe(self.tenant, &self.session);
        }
    }
}

/// Observes the first follower that a session gets and the last one that it loses, in order. It is called under a lock,
/// so it must return at once and not call the bus.
pub trait TopicObserver: Send + Sync {
    /// The session got its first follower.
    fn opened(&self, tenant: TenantId, session: &SessionId);
    /// The session lost its last follower.
    fn closed(&self, tenant: TenantId, session: &SessionId);
}

/// The runs to cancel. A slow reader misses some, and finds their flags in the store.
pub struct Cancellations(pub(crate) broadcast::Receiver<RunId>);

impl Cancellations {
    /// The next run to look at; `None` when the bus is gone.
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

/// Hints that somebody's access ended. Several become one for a slow reader.
pub struct AccessChanges(pub(crate) broadcast::Receiver<()>);

impl AccessChanges {
    /// Waits for the next hint; `false` when the bus is gone. Dropping the wait loses nothing.
    pub async fn next(&mut self) -> bool {
        match self.0.recv().await {
            Ok(()) | Err(RecvError::Lagged(_)) => true,
            Err(RecvError::Closed) => false,
        }
    }
}

#[derive(Clone)]
pub(crate) enum Signal {
    Frame(Arc<Frame>),
    Reread,
}

/// Nested by tenant, so that a lookup needs no combined key.
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
            // A failure means that the last follower has just gone, so nobody misses the frame.
            let _ = topic.signals.send(signal);
        }
    }

    pub(crate) fn subscribe(self: &Arc<Self>, tenant: TenantId, session: &SessionId) -> Follower {
        let mut open = self.write();
        let topic = open.entry(tenant).or_default().entry(session.clone()).or_insert_with(|| {
            self.notify(|observer| observer.opened(tenant, session));
            Topic { signals: broadcast::channel(BACKLOG).0, followers: 0 }
        });
        topic.followers += 1;
        Follower { signals: topic.signals.subscribe(), topics: Arc::downgrade(self), tenant, session: session.clone() }
    }

    fn unsubscribe(&self, tenant: TenantId, session: &SessionId) {
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
        self.notify(|observer| observer.closed(tenant, session));
    }

    pub(crate) fn list(&self) -> Vec<(TenantId, SessionId)> {
        let open = self.read();
        open.iter().flat_map(|(tenant, sessions)| sessions.keys().map(|session| (*tenant, session.clone()))).collect()
    }

    fn notify(&self, event: impl FnOnce(&dyn TopicObserver)) {
        if let Some(observer) = &self.observer {
            event(observer.as_ref());
        }
    }

    fn read(&self) -> RwLockReadGuard<'_, ByTenant> {
        self.open.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, ByTenant> {
        self.open.write().unwrap_or_else(PoisonError::into_inner)
    }
}
