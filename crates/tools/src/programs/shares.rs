//! Places that tenants share: a limited number in all, and less of them for each tenant.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use artel_domain::TenantId;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Places that tenants share.
pub struct Shares {
    all: Arc<Semaphore>,
    share: usize,
    tenants: Mutex<HashMap<TenantId, Weak<Semaphore>>>,
}

/// A place of a tenant, until it is dropped.
pub struct Place {
    _own: OwnedSemaphorePermit,
    _one_of_all: OwnedSemaphorePermit,
    /// While it is there, the tenant is known.
    _tenant: Arc<Semaphore>,
}

impl Shares {
    /// # Arguments
    /// * `places`: taken at once, by all tenants.
    /// * `share`: taken at once by one tenant.
    pub fn new(places: usize, share: usize) -> Self {
        Self { all: Arc::new(Semaphore::new(places)), share, tenants: Mutex::default() }
    }

    /// Waits for a place. Whoever waits for the tenant's own holds none of the others.
    ///
    /// Returns `None` when there are no places any more, which does not happen while this exists.
    pub async fn place(&self, tenant: TenantId) -> Option<Place> {
        let own = self.own(tenant);
        let of_tenant = own.clone().acquire_owned().await.ok()?;
        let one_of_all = self.all.clone().acquire_owned().await.ok()?;
        Some(Place { _own: of_tenant, _one_of_all: one_of_all, _tenant: own })
    }

    /// A place when one is free now.
    pub fn free_place(&self, tenant: TenantId) -> Option<Place> {
        let own = self.own(tenant);
        let of_tenant = own.clone().try_acquire_owned().ok()?;
        let one_of_all = self.all.clone().try_acquire_owned().ok()?;
        Some(Place { _own: of_tenant, _one_of_all: one_of_all, _tenant: own })
    }

    fn own(&self, tenant: TenantId) -> Arc<Semaphore> {
        let mut tenants = self.tenants.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(own) = tenants.get(&tenant).and_then(Weak::upgrade) {
            return own;
        }
        // Those who hold nothing are forgotten.
        tenants.retain(|_, own| own.strong_count() > 0);
        let own = Arc::new(Semaphore::new(self.share));
        tenants.insert(tenant, Arc::downgrade(&own));
        own
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use artel_domain::{Clock as _, SystemClock, TenantId};

    use super::Shares;

    #[tokio::test]
    async fn a_tenant_holds_its_share_and_leaves_the_rest_to_others() {
        let (shares, first, second) = (Shares::new(3, 2), TenantId(SystemClock.uuid()), TenantId(SystemClock.uuid()));
        let short = Duration::from_millis(20);
        let held = [shares.place(first).await, shares.place(first).await];
        assert!(held.iter().all(Option::is_some));
        assert!(tokio::time::timeout(short, shares.place(first)).await.is_err());
        assert!(shares.free_place(first).is_none() && shares.free_place(second).is_some());
        let last = shares.place(second).await;
        assert!(tokio::time::timeout(short, shares.place(second)).await.is_err(), "there are three in all");
        drop(last);
        drop(held);
        assert!(tokio::time::timeout(short, shares.place(first)).await.unwrap().is_some());
    }
}
