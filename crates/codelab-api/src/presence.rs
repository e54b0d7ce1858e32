//! Who made a request lately, and from which address: for sockets that show nothing but a session's id. The store knows
//! it for all processes.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use artel_domain::{Basis, Clock, TenantId, UserId};
use artel_store::{StoreError, SurfaceStore};
use moka::future::Cache;

use crate::user::User;

/// The same access at the same address is written to the store no more often than this.
const PAUSE: Duration = Duration::from_secs(15);
const MOST_REMEMBERED: u64 = 10_000;

/// Writes presences to the store, and remembers what this process wrote.
pub(crate) struct Presence {
    store: Arc<dyn SurfaceStore>,
    clock: Arc<dyn Clock>,
    written: Cache<(Basis, IpAddr), ()>,
    known: Cache<(TenantId, UserId), ()>,
}

impl Presence {
    pub(crate) fn new(store: Arc<dyn SurfaceStore>, clock: Arc<dyn Clock>) -> Self {
        let written = Cache::builder().max_capacity(MOST_REMEMBERED).time_to_live(PAUSE).build();
        Self { store, clock, written, known: Cache::new(MOST_REMEMBERED) }
    }

    /// Makes the rows of a user whom a service vouches for, when they are absent.
    pub(crate) async fn ensure_known(&self, tenant: TenantId, user: UserId) -> Result<(), Arc<StoreError>> {
        self.known.try_get_with((tenant, user), self.store.ensure_principal(tenant, user, self.clock.now())).await
    }

    /// Notes that the user made a request of their own from this address. A failure of the store is logged, and the
    /// request goes on.
    pub(crate) async fn note(&self, user: &User, ip: IpAddr) {
        let basis = user.basis();
        let write = self.store.note_presence(&basis, ip, self.clock.now());
        if let Err(error) = self.written.try_get_with((basis.clone(), ip), write).await {
            tracing::warn!(%error, "the presence of a user was not noted");
        }
    }
}
