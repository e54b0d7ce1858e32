//! Places for zips of skills: each organisation has one under way in a process, and few are in memory at once.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use artel_domain::TenantId;
use artel_http::Problem;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Zips that come, or are unpacked, at the same time.
const MOST: usize = 8;
/// How long a zip waits for its place.
const PATIENCE: Duration = Duration::from_secs(30);

/// The zips of this process.
pub(crate) struct ZipPlaces {
    under_way: Arc<Mutex<HashSet<TenantId>>>,
    room: Arc<Semaphore>,
}

/// The right to send a zip.
#[derive(Debug)]
pub(crate) struct ZipPlace {
    tenant: TenantId,
    under_way: Arc<Mutex<HashSet<TenantId>>>,
    room: Option<OwnedSemaphorePermit>,
}

impl Default for ZipPlaces {
    fn default() -> Self {
        Self { under_way: Arc::default(), room: Arc::new(Semaphore::new(MOST)) }
    }
}

impl Drop for ZipPlace {
    fn drop(&mut self) {
        self.room.take();
        self.under_way.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.tenant);
    }
}

impl ZipPlaces {
    /// # Errors
    /// 429: the organisation is sending another zip, or others are at it for too long.
    pub(crate) async fn take(&self, tenant: TenantId) -> Result<ZipPlace, Problem> {
        if !self.under_way.lock().unwrap_or_else(PoisonError::into_inner).insert(tenant) {
            let message = "Your organisation is sending another skill at this moment; try again when that is done.";
            return Err(Problem::too_many(message, 2));
        }
        let mut place = ZipPlace { tenant, under_way: Arc::clone(&self.under_way), room: None };
        let waited = tokio::time::timeout(PATIENCE, Arc::clone(&self.room).acquire_owned()).await;
        let busy = || Problem::too_many("Other organisations are sending skills; try again in a moment.", 10);
        place.room = Some(waited.map_err(|_| busy())?.map_err(Problem::internal)?);
        Ok(place)
    }
}

#[cfg(test)]
mod tests {
    use artel_domain::TenantId;
    use uuid::Uuid;

    use super::{MOST, PATIENCE, ZipPlaces};

    fn tenant(number: u128) -> TenantId {
        TenantId(Uuid::from_u128(number))
    }

    #[tokio::test(start_paused = true)]
    async fn an_organisation_has_one_place_and_all_have_so_many() {
        let places = ZipPlaces::default();
        let held = places.take(tenant(0)).await.unwrap();
        assert_eq!(places.take(tenant(0)).await.unwrap_err().status(), 429);
        drop(held);
        let mut held = Vec::new();
        for number in 0..MOST as u128 {
            held.push(places.take(tenant(number)).await.unwrap());
        }
        let begun = tokio::time::Instant::now();
        assert_eq!(places.take(tenant(100)).await.unwrap_err().status(), 429);
        assert_eq!(begun.elapsed(), PATIENCE);
        held.pop();
        drop(places.take(tenant(100)).await.unwrap());
        drop(places.take(tenant(100)).await.unwrap());
    }
}
