use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use artel_domain::{SessionId, TenantId, UserId};
use tokio::sync::broadcast;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::App;
use crate::user::User;

/// Sessions that end at the same moment, of which a socket may hear late; it asks the store now and then anyway.
const BACKLOG: usize = 16;
/// How long sockets may take to say goodbye.
const FAREWELL: Duration = Duration::from_secs(3);

/// The open sockets of this process.
pub(crate) struct Sockets {
    stop: CancellationToken,
    open: TaskTracker,
    per_user: Mutex<HashMap<(TenantId, UserId), usize>>,
    ended: broadcast::Sender<(TenantId, SessionId)>,
}

impl Sockets {
    pub(crate) fn new() -> Self {
        Self { stop: CancellationToken::new(), open: TaskTracker::new(), per_user: Mutex::default(), ended: broadcast::channel(BACKLOG).0 }
    }

    /// The process stops: every socket is closed, and nothing more is heard of new ones.
    pub(crate) async fn close(&self) {
        self.stop.cancel();
        self.open.close();
        let _ = tokio::time::timeout(FAREWELL, self.open.wait()).await;
    }

    pub(super) fn stopping(&self) -> CancellationToken {
        self.stop.clone()
    }

    /// The sockets of this session are to be closed.
    pub(crate) fn session_ended(&self, tenant: TenantId, session: &SessionId) {
        // Without a socket nobody hears it.
        let _ = self.ended.send((tenant, session.clone()));
    }

    pub(super) fn ends(&self) -> broadcast::Receiver<(TenantId, SessionId)> {
        self.ended.subscribe()
    }

    pub(super) fn tracker(&self) -> &TaskTracker {
        &self.open
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

/// The place of a socket among its user's; dropping it frees the place.
pub(super) struct Seat {
    app: App,
    whose: (TenantId, UserId),
}

/// `None` when the user has as many sockets as they may, in this process.
pub(super) fn seat(app: &App, user: &User) -> Option<Seat> {
    let whose = (user.tenant_id, user.user_id);
    let mut per_user = app.sockets.per_user.lock().unwrap_or_else(PoisonError::into_inner);
    let count = per_user.entry(whose).or_default();
    if *count >= app.config.sockets_per_user.max(1) {
        return None;
    }
    *count += 1;
    Some(Seat { app: app.clone(), whose })
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.app.sockets.leave(self.whose);
    }
}
