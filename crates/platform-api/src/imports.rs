//! Places for imports: each organisation has one import under way in a process, and few are converted at once.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use artel_domain::TenantId;
use artel_http::Problem;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Documents that are being fetched at the same time.
const FETCHES: usize = 4;
/// Documents that are being converted at the same time.
const CONVERSIONS: usize = 2;
/// How long an import waits for its place.
const PATIENCE: Duration = Duration::from_secs(30);

/// The imports of this process.
pub(crate) struct Imports {
    under_way: Arc<Mutex<HashSet<TenantId>>>,
    fetches: Arc<Semaphore>,
    conversions: Arc<Semaphore>,
}

impl Default for Imports {
    fn default() -> Self {
        let places = |number| Arc::new(Semaphore::new(number));
        Self { under_way: Arc::default(), fetches: places(FETCHES), conversions: places(CONVERSIONS) }
    }
}

/// The right of one organisation to import. It ends with its last holder.
pub(crate) struct Turn {
    tenant: TenantId,
    under_way: Arc<Mutex<HashSet<TenantId>>>,
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.under_way.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.tenant);
    }
}

impl Imports {
    /// # Errors
    /// 429: the organisation is importing something.
    pub(crate) fn begin(&self, tenant: TenantId) -> Result<Arc<Turn>, Problem> {
        if !self.under_way.lock().unwrap_or_else(PoisonError::into_inner).insert(tenant) {
            let message = "Your organisation is importing a connector at this moment; try again when that is done.";
            return Err(Problem::too_many(message, 5));
        }
        Ok(Arc::new(Turn { tenant, under_way: Arc::clone(&self.under_way) }))
    }

    /// # Errors
    /// 429: others are at it for too long.
    pub(crate) async fn fetch_place(&self) -> Result<OwnedSemaphorePermit, Problem> {
        place(&self.fetches).await
    }

    /// # Errors
    /// 429: others are at it for too long.
    pub(crate) async fn conversion_place(&self) -> Result<OwnedSemaphorePermit, Problem> {
        place(&self.conversions).await
    }
}

async fn place(places: &Arc<Semaphore>) -> Result<OwnedSemaphorePermit, Problem> {
    let waited = tokio::time::timeout(PATIENCE, Arc::clone(places).acquire_owned()).await;
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
        let turn = imports.begin(tenant(1)).unwrap();
        let held_by_the_conversion = turn.clone();
        drop(turn);
        assert!(imports.begin(tenant(1)).is_err());
        let other = imports.begin(tenant(2)).unwrap();
        drop(held_by_the_conversion);
        drop(imports.begin(tenant(1)).unwrap());
        drop(other);
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
