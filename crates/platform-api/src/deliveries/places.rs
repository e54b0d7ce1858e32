//! Places for deliveries, so that the flood of one organisation neither fills the memory nor the queue of the store.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use artel_domain::TenantId;
use artel_http::Problem;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Deliveries of one organisation that are read and kept at the same time. The others wait before they are read.
const AT_ONCE: usize = 128;
const PATIENCE: Duration = Duration::from_secs(5);
/// Organisations that are remembered before those without deliveries are forgotten.
const MANY: usize = 1024;

/// The places of this process.
#[derive(Debug, Default)]
pub(crate) struct Places(Mutex<HashMap<TenantId, Arc<Semaphore>>>);

impl Places {
    /// A place, until it is dropped.
    ///
    /// # Errors
    /// 429: none became free in time.
    pub(crate) async fn enter(&self, tenant: TenantId) -> Result<OwnedSemaphorePermit, Problem> {
        let entered = tokio::time::timeout(PATIENCE, self.of(tenant).acquire_owned()).await;
        let full = || Problem::too_many("Too many deliveries of this organisation are under way; deliver it again.", 1);
        entered.map_err(|_| full())?.map_err(|_| full())
    }

    fn of(&self, tenant: TenantId) -> Arc<Semaphore> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= MANY {
            all.retain(|_, places| Arc::strong_count(places) > 1);
        }
        Arc::clone(all.entry(tenant).or_insert_with(|| Arc::new(Semaphore::new(AT_ONCE))))
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn the_flood_of_one_organisation_leaves_the_places_of_others() {
        let (places, ada, bob) = (Places::default(), TenantId(Uuid::from_u128(1)), TenantId(Uuid::from_u128(2)));
        let mut taken = Vec::new();
        for _ in 0..AT_ONCE {
            taken.push(places.enter(ada).await.unwrap());
        }
        assert_eq!(places.enter(ada).await.unwrap_err().status(), 429);
        let theirs = places.enter(bob).await.unwrap();
        taken.pop();
        taken.push(places.enter(ada).await.unwrap());
        drop((taken, theirs));
        for tenant in 0..=MANY as u128 {
            drop(places.enter(TenantId(Uuid::from_u128(tenant))).await.unwrap());
        }
        assert!(places.0.lock().unwrap().len() < MANY, "those without deliveries are forgotten");
    }
}
