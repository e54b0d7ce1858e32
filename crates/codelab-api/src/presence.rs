//! Who was here lately, for sockets that show nothing but a session's id. The store knows it for all processes; each tells it now and then.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use artel_domain::{TenantId, UserId};
use artel_store::{Sessions, StoreError};
use moka::future::Cache;

use crate::App;
use crate::user::User;

/// The store is told about the same user at the same address no more often than this.
const PAUSE: Duration = Duration::from_secs(15);
const MOST: u64 = 10_000;

/// What this process has told the store.
pub(crate) struct Acquaintance {
    seen: Cache<(TenantId, UserId, IpAddr), ()>,
    known: Cache<(TenantId, UserId), ()>,
}

impl Acquaintance {
    pub(crate) fn new() -> Self {
        Self { seen: Cache::builder().max_capacity(MOST).time_to_live(PAUSE).build(), known: Cache::new(MOST) }
    }

    /// A service vouches for this user: they exist from now on.
    pub(crate) async fn ensure_known(&self, app: &App, tenant: TenantId, user: UserId) -> Result<(), Arc<StoreError>> {
        self.known.try_get_with((tenant, user), app.store.ensure_principal(tenant, user, app.clock.now())).await
    }
}

/// The user made a request of their own from this address. That the store could not be told costs nobody their answer.
pub(crate) async fn note(app: &App, user: &User, ip: IpAddr) {
    let store: &dyn Sessions = &*app.store;
    let tell = store.note_presence(user.tenant_id, user.user_id, ip, app.clock.now());
    if let Err(error) = app.acquaintance.seen.try_get_with((user.tenant_id, user.user_id, ip), tell).await {
        tracing::warn!(%error, "the presence of a user was not noted");
    }
}
