//! Who made a request lately, from which address, and with what: for sockets that show nothing but a session's id. The
//! store knows it for all processes.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use artel_domain::{Clock, TenantId, UserId};
use artel_store::{Presence, StoreError, SurfaceStore};
use moka::future::Cache;

use crate::user::User;

/// The same access at the same address is written to the store no more often than this.
const PAUSE: Duration = Duration::from_secs(15);
const MOST_REMEMBERED: u64 = 10_000;

/// Writes presences to the store, and remembers what this process wrote.
pub(crate) struct Presences {
    store: Arc<dyn SurfaceStore>,
    clock: Arc<dyn Clock>,
    written: Cache<(Presence, IpAddr), ()>,
    known: Cache<(TenantId, UserId), ()>,
}

impl Presences {
    pub(crate) fn new(store: Arc<dyn SurfaceStore>, clock: Arc<dyn Clock>) -> Self {
        let written = Cache::builder().max_capacity(MOST_REMEMBERED).time_to_live(PAUSE).build();
        Self { store, clock, written, known: Cache::new(MOST_REMEMBERED) }
    }

    /// Makes the rows of a user whom a service vouches for, when they are absent.
    pub(crate) async fn ensure_known(&self, tenant: TenantId, user: UserId) -> Result<(), Arc<StoreError>> {
        self.known.try_get_with((tenant, user), self.store.ensure_principal(tenant, user, self.clock.now())).await
    }

    /// Notes that the user made a request from this address, if it was their own and opens sockets. A failure of the
    /// store is logged, and the request goes on.
    pub(crate) async fn note(&self, user: &User, ip: IpAddr) {
        let Some(presence) = user.presence() else { return };
        let write = self.store.note_presence(&presence, ip, self.clock.now());
        if let Err(error) = self.written.try_get_with((presence.clone(), ip), write).await {
            tracing::warn!(%error, "the presence of a user was not noted");
        }
    }
}
