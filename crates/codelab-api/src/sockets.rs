//! The open sockets of this process: how many each user has, and whom a shutdown or the end of a session closes.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use artel_domain::{SessionId, TenantId, UserId};
use tokio::sync::broadcast;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// Sessions that end at the same moment, of which a socket may hear late; it asks the store now and then anyway.
const BACKLOG: usize = 16;
/// How long sockets may take to say goodbye.
const FAREWELL: Duration = Duration::from_secs(3);

/// The open sockets of this process.
pub(crate) struct Sockets {
    stop: CancellationToken,
    open: TaskTracker,
    most_per_user: usize,
    per_user: Mutex<HashMap<(TenantId, UserId), usize>>,
    ended: broadcast::Sender<(TenantId, SessionId)>,
}

impl Sockets {
    /// `most_per_user`: the open sockets that a user may have in this process, at least one.
    pub(crate) fn new(most_per_user: usize) -> Self {
        Self {
            stop: CancellationToken::new(),
            open: TaskTracker::new(),
            most_per_user: most_per_user.max(1),
            per_user: Mutex::default(),
            ended: broadcast::channel(BACKLOG).0,
        }
    }

    /// The process stops: every socket is closed, and nothing more is heard of new ones.
    pub(crate) async fn close(&self) {
        self.stop.cancel();
        self.open.close();
        let _ = tokio::time::timeout(FAREWELL, self.open.wait()).await;
    }

    pub(crate) fn stopping(&self) -> CancellationToken {
        self.stop.clone()
    }

    /// The sockets of this session are to be closed.
    pub(crate) fn session_ended(&self, tenant: TenantId, session: &SessionId) {
        // Without a socket nobody hears it.
        let _ = self.ended.send((tenant, session.clone()));
    }

    pub(crate) fn ends(&self) -> broadcast::Receiver<(TenantId, SessionId)> {
        self.ended.subscribe()
    }

    pub(crate) fn tracker(&self) -> &TaskTracker {
        &self.open
    }

    /// A place for one more socket of the user; `None` when they have as many as they may.
    pub(crate) fn take_place(self: &Arc<Self>, tenant: TenantId, user: UserId) -> Option<Place> {
        let whose = (tenant, user);
        let mut per_user = self.per_user.lock().unwrap_or_else(PoisonError::into_inner);
        let count = per_user.entry(whose).or_default();
        if *count >= self.most_per_user {
            return None;
        }
        *count += 1;
        Some(Place { sockets: self.clone(), whose })
    }

    fn leave(&self, whose: (TenantId, UserId)) {
        let mut per_user = self.per_user.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = per_user.get_mut(&whose) {
            *count -= 1;
            if *count == 0 {
                per_user.remove(&whose);
            }
        }
    }
}

/// The place of a socket among its user's. Dropping it frees the place.
pub(crate) struct Place {
    sockets: Arc<Sockets>,
    whose: (TenantId, UserId),
}

impl Drop for Place {
    fn drop(&mut self) {
        self.sockets.leave(self.whose);
    }
}
