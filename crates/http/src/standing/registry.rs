//! The standings that somebody watches in this process, and what the store said of others a moment ago.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use artel_domain::{Basis, Clock, Timestamp};
use artel_store::{Standings as StoredStandings, StoreError};
use moka::future::Cache;
use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};

use super::Standing;
/// How long an answer of the store about a key or a basis is believed. With the time between two looks at what is
/// watched it stays below the five seconds within which a revocation holds everywhere.
pub(crate) const FRESH: Duration = Duration::from_millis(2500);
const MOST_REMEMBERED: u64 = 10_000;
/// Asked for in one question.
const AT_ONCE: usize = 1000;

/// The registry. A process has one.
pub(crate) struct Standings {
    store: Arc<dyn StoredStandings>,
    clock: Arc<dyn Clock>,
    held: Cache<Basis, bool>,
    watched: Mutex<HashMap<Basis, Weak<Watched>>>,
}

/// A basis that somebody watches; all who watch the same one share it.
pub(crate) struct Watched(CancellationToken);

impl Watched {
    /// The standing is lost: whoever watches it hears so.
    pub(crate) fn end(&self) {
        self.0.cancel();
    }

    pub(super) fn lost(&self) -> WaitForCancellationFutureOwned {
        self.0.clone().cancelled_owned()
    }

    pub(super) fn is_lost(&self) -> bool {
        self.0.is_cancelled()
    }
}

impl Standings {
    pub(crate) fn new(store: Arc<dyn StoredStandings>, clock: Arc<dyn Clock>) -> Self {
        let held = Cache::builder().max_capacity(MOST_REMEMBERED).time_to_live(FRESH).build();
        Self { store, clock, held, watched: Mutex::default() }
    }

    /// The standing of a caller whose access rests on this, and ends at `until` by itself.
    pub(crate) fn standing(self: &Arc<Self>, basis: Basis, until: Option<Timestamp>) -> Standing {
        Standing::new(basis, until, self.clone())
    }

    pub(super) async fn holds(&self, basis: &Basis) -> Result<bool, Arc<StoreError>> {
        self.held.try_get_with_by_ref(basis, self.holds_now(basis)).await
    }

    /// Asks the store, whatever was remembered.
    pub(super) async fn holds_now(&self, basis: &Basis) -> Result<bool, StoreError> {
        let lost = self.store.are_lost(std::slice::from_ref(basis), self.clock.now()).await?;
        Ok(lost == [false])
    }

    /// What was remembered is void.
    pub(crate) fn forget(&self) {
        self.held.invalidate_all();
    }

    /// Asks the store about everything that is watched; those who lost their standing and have not been told. A store
    /// that is away ends nobody's.
    pub(crate) async fn newly_lost(&self) -> Vec<Arc<Watched>> {
        let mut found = Vec::new();
        for some in self.watched_now().chunks(AT_ONCE) {
            let bases: Vec<Basis> = some.iter().map(|(basis, _)| basis.clone()).collect();
            match self.store.are_lost(&bases, self.clock.now()).await {
                Ok(lost) => {
                    found.extend(some.iter().zip(lost).filter(|(_, lost)| *lost).map(|((_, who), _)| who.clone()));
                }
                Err(error) => {
                    tracing::warn!(%error, "whose access was ended could not be read; open connections stay");
                    break;
                }
            }
        }
        found
    }

    pub(super) fn watch(&self, basis: &Basis) -> Arc<Watched> {
        let mut watched = self.lock();
        let there = watched.get(basis).and_then(Weak::upgrade).filter(|there| !there.is_lost());
        there.unwrap_or_else(|| {
            let new = Arc::new(Watched(CancellationToken::new()));
            watched.insert(basis.clone(), Arc::downgrade(&new));
            new
        })
    }

    pub(super) fn time_until(&self, end: Timestamp) -> Duration {
        Duration::try_from(end.duration_since(self.clock.now())).unwrap_or_default()
    }

    fn watched_now(&self) -> Vec<(Basis, Arc<Watched>)> {
        let mut watched = self.lock();
        watched.retain(|_, who| who.strong_count() > 0);
        let open = watched.iter().filter_map(|(basis, who)| Some((basis.clone(), who.upgrade()?)));
        open.filter(|(_, who)| !who.is_lost()).collect()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<Basis, Weak<Watched>>> {
        self.watched.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
