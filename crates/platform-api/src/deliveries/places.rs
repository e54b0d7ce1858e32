//! Places for deliveries, so that the flood of one organisation neither fills the memory nor the queue of the store,
//! and that of one hook does not take the places of the organisation's others.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use artel_domain::{HookId, TenantId};
use artel_http::Problem;
use tokio::sync::{AcquireError, OwnedSemaphorePermit, Semaphore};

/// Deliveries of one organisation that are read and kept at the same time, and those of one hook among them. The others
/// wait before they are read.
const AT_ONCE: usize = 128;
const OF_HOOK: usize = 32;
const PATIENCE: Duration = Duration::from_secs(5);
/// Organisations, or hooks, that are remembered before those without deliveries are forgotten.
const MANY: usize = 1024;

/// The places of this process.
#[derive(Debug, Default)]
pub(crate) struct Places {
    of_tenants: Kept<TenantId>,
    of_hooks: Kept<(TenantId, HookId)>,
}

/// A place, until it is dropped.
#[derive(Debug)]
pub(crate) struct Place {
    _of_hook: OwnedSemaphorePermit,
    _of_tenant: OwnedSemaphorePermit,
}

impl Places {
    /// A place. Whoever waits for one of the hook's holds none of the organisation's.
    ///
    /// # Errors
    /// 429: none became free in time.
    pub(crate) async fn enter(&self, tenant: TenantId, hook: HookId) -> Result<Place, Problem> {
        let entered = async {
            let of_hook = self.of_hooks.of((tenant, hook), OF_HOOK).acquire_owned().await?;
            let of_tenant = self.of_tenants.of(tenant, AT_ONCE).acquire_owned().await?;
            Ok::<_, AcquireError>(Place { _of_hook: of_hook, _of_tenant: of_tenant })
        };
        let full = || Problem::too_many("Too many deliveries of this organisation are under way; deliver it again.", 1);
        tokio::time::timeout(PATIENCE, entered).await.map_err(|_| full())?.map_err(|_| full())
    }
}

/// The places of each, while somebody holds one of them.
#[derive(Debug)]
struct Kept<K>(Mutex<HashMap<K, Arc<Semaphore>>>);

impl<K> Default for Kept<K> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<K: Eq + Hash> Kept<K> {
    fn of(&self, key: K, places: usize) -> Arc<Semaphore> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= MANY {
            all.retain(|_, places| Arc::strong_count(places) > 1);
        }
        Arc::clone(all.entry(key).or_insert_with(|| Arc::new(Semaphore::new(places))))
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn hook(number: usize) -> HookId {
        HookId(Uuid::from_u128(number as u128))
    }

    #[tokio::test(start_paused = true)]
    async fn the_flood_of_one_organisation_leaves_the_places_of_others() {
        let (places, ada, bob) = (Places::default(), TenantId(Uuid::from_u128(1)), TenantId(Uuid::from_u128(2)));
        let mut taken = Vec::new();
        for number in 0..AT_ONCE {
            taken.push(places.enter(ada, hook(number % 8)).await.unwrap());
        }
        assert_eq!(places.enter(ada, hook(9)).await.unwrap_err().status(), 429);
        let theirs = places.enter(bob, hook(9)).await.unwrap();
        taken.pop();
        taken.push(places.enter(ada, hook(9)).await.unwrap());
        drop((taken, theirs));
        for tenant in 0..=MANY as u128 {
            drop(places.enter(TenantId(Uuid::from_u128(tenant)), hook(1)).await.unwrap());
        }
        assert!(places.of_tenants.0.lock().unwrap().len() < MANY, "those without deliveries are forgotten");
        assert!(places.of_hooks.0.lock().unwrap().len() < MANY, "those without deliveries are forgotten");
    }

    #[tokio::test(start_paused = true)]
    async fn one_noisy_hook_leaves_the_places_of_the_organisations_others() {
        let (places, ada) = (Arc::new(Places::default()), TenantId(Uuid::from_u128(1)));
        let mut taken = Vec::new();
        for _ in 0..OF_HOOK {
            taken.push(places.enter(ada, hook(1)).await.unwrap());
        }
        let mut waiting = tokio::task::JoinSet::new();
        for _ in 0..AT_ONCE {
            let places = Arc::clone(&places);
            waiting.spawn(async move { places.enter(ada, hook(1)).await.map(drop) });
        }
        tokio::task::yield_now().await;
        let quiet = tokio::time::timeout(Duration::from_millis(1), places.enter(ada, hook(2))).await;
        assert!(quiet.unwrap().is_ok(), "the others do not wait for it");
        while let Some(ended) = waiting.join_next().await {
            assert_eq!(ended.unwrap().unwrap_err().status(), 429);
        }
    }
}
