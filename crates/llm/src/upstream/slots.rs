//! How many calls one provider may have under way.

use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::{Instant, timeout_at};

/// The places, and who is in them.
#[derive(Debug)]
pub(crate) struct Slots {
    places: Semaphore,
    most: usize,
    taken: AtomicUsize,
}

/// A place; dropping it frees it.
#[derive(Debug)]
pub(crate) struct Slot<'a> {
    slots: &'a Slots,
    _permit: SemaphorePermit<'a>,
}

impl Slots {
    pub(crate) fn new(most: usize) -> Self {
        let most = most.clamp(1, Semaphore::MAX_PERMITS);
        Self { places: Semaphore::new(most), most, taken: AtomicUsize::new(0) }
    }

    /// Waits for a place; `None` when there was none in time.
    pub(crate) async fn take(&self, until: Instant) -> Option<Slot<'_>> {
        let permit = match self.places.try_acquire() {
            Ok(permit) => permit,
            Err(_) => timeout_at(until, self.places.acquire()).await.ok()?.ok()?,
        };
        self.taken.fetch_add(1, Ordering::Relaxed);
        Some(Slot { slots: self, _permit: permit })
    }

    pub(crate) fn most(&self) -> usize {
        self.most
    }

    pub(crate) fn taken(&self) -> usize {
        self.taken.load(Ordering::Relaxed)
    }
}

impl Drop for Slot<'_> {
    fn drop(&mut self) {
        self.slots.taken.fetch_sub(1, Ordering::Relaxed);
    }
}
