//! Places for imports: each organisation has one import under way in a process, their bodies have a limited room
//! together, and few are converted at once.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use artel_domain::TenantId;
use artel_http::Problem;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// The largest body: a document of 8 MiB with what is around it.
pub(crate) const LARGEST_BODY: usize = (8 * 1024 + 64) * 1024;
/// Bytes of bodies that are read, or wait for their conversion, at the same time: eight of the largest.
const ROOM: usize = 8 * LARGEST_BODY;
/// Room is counted in pieces of so many bytes.
const PIECE: usize = 64 * 1024;
/// Documents that are fetched, or wait for their conversion, at the same time.
const FETCHES: usize = 4;
/// Documents that are being converted at the same time.
const CONVERSIONS: usize = 2;
/// How long an import waits for its place.
const PATIENCE: Duration = Duration::from_secs(30);

/// The imports of this process.
pub(crate) struct Imports {
    under_way: Arc<Mutex<HashSet<TenantId>>>,
    room: Arc<Semaphore>,
    fetches: Arc<Semaphore>,
    conversions: Arc<Semaphore>,
}

impl Default for Imports {
    fn default() -> Self {
        let places = |number| Arc::new(Semaphore::new(number));
        let (room, fetches, conversions) = (places(ROOM / PIECE), places(FETCHES), places(CONVERSIONS));
        Self { under_way: Arc::default(), room, fetches, conversions }
    }
}

/// The right of one organisation to import, with room for the body.
#[derive(Debug)]
pub(crate) struct Turn {
    _one: One,
    _room: OwnedSemaphorePermit,
}

/// One import of an organisation at a time.
#[derive(Debug)]
struct One {
    tenant: TenantId,
    under_way: Arc<Mutex<HashSet<TenantId>>>,
}

impl Drop for One {
    fn drop(&mut self) {
        self.under_way.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.tenant);
    }
}

impl Imports {
    /// # Arguments
    /// * `bytes`: of the body; `None` when nobody knows.
    ///
    /// # Errors
    /// 429: the organisation is importing something, or others are at it for too long.
    pub(crate) async fn begin(&self, tenant: TenantId, bytes: Option<usize>) -> Result<Turn, Problem> {
        if !self.under_way.lock().unwrap_or_else(PoisonError::into_inner).insert(tenant) {
            let message = "Your organisation is importing a connector at this moment; try again when that is done.";
            return Err(Problem::too_many(message, 5));
        }
        let one = One { tenant, under_way: Arc::clone(&self.under_way) };
        // What is longer than it may be is cut off where it becomes too long.
        let pieces = bytes.unwrap_or(LARGEST_BODY).min(LARGEST_BODY).div_ceil(PIECE).max(1);
        Ok(Turn { _one: one, _room: some(&self.room, u32::try_from(pieces).unwrap_or(u32::MAX)).await? })
    }

    /// # Errors
    /// 429: others are at it for too long.
    pub(crate) async fn fetch_place(&self) -> Result<OwnedSemaphorePermit, Problem> {
        some(&self.fetches, 1).await
    }

    /// # Errors
    /// 429: others are at it for too long.
    pub(crate) async fn conversion_place(&self) -> Result<OwnedSemaphorePermit, Problem> {
        some(&self.conversions, 1).await
    }
}

async fn some(places: &Arc<Semaphore>, number: u32) -> Result<OwnedSemaphorePermit, Problem> {
    let waited = tokio::time::timeout(PATIENCE, Arc::clone(places).acquire_many_owned(number)).await;
    let busy = || Problem::too_many("Other organisations are importing connectors; try again in a moment.", 10);
    waited.map_err(|_| busy())?.map_err(Problem::internal)
}

#[cfg(test)]
mod tests {
    use artel_domain::TenantId;
    use uuid::Uuid;

    use super::{CONVERSIONS, Imports, PATIENCE};

    fn tenant(number: u128) -> TenantId {
        TenantId(Uuid::from_u128(number))
    }

    #[tokio::test(start_paused = true)]
    async fn an_organisation_has_one_turn_and_others_have_theirs() {
        let imports = Imports::default();
        let turn = imports.begin(tenant(1), Some(1)).await.unwrap();
        assert!(imports.begin(tenant(1), Some(1)).await.is_err());
        let other = imports.begin(tenant(2), Some(1)).await.unwrap();
        drop(turn);
        drop(imports.begin(tenant(1), Some(1)).await.unwrap());
        drop(other);
    }

    #[tokio::test(start_paused = true)]
    async fn the_bodies_of_all_have_a_limited_room_and_small_ones_take_little_of_it() {
        let imports = Imports::default();
        let mut held = Vec::new();
        for number in 0..8 {
            held.push(imports.begin(tenant(number), Some(usize::MAX)).await.unwrap());
        }
        let begun = tokio::time::Instant::now();
        assert_eq!(imports.begin(tenant(100), Some(1)).await.unwrap_err().status(), 429);
        assert_eq!(begun.elapsed(), PATIENCE);
        held.pop();
        for number in 100..150 {
            held.push(imports.begin(tenant(number), Some(4096)).await.unwrap());
        }
        assert!(imports.begin(tenant(200), None).await.is_err());
        assert!(imports.begin(tenant(200), Some(4096)).await.is_ok(), "whoever gave up can come again");
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_finds_no_place_is_told_so_after_a_while() {
        let imports = Imports::default();
        let mut held = Vec::new();
        for _ in 0..CONVERSIONS {
            held.push(imports.conversion_place().await.unwrap());
        }
        let begun = tokio::time::Instant::now();
        assert!(imports.conversion_place().await.is_err());
        assert_eq!(begun.elapsed(), PATIENCE);
        held.pop();
        held.push(imports.conversion_place().await.unwrap());
    }
}
