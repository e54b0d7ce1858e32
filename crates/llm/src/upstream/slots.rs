//! The limit on the concurrent calls of one provider.

use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::{Instant, timeout_at};

/// The slots of one provider.
#[derive(Debug)]
pub(crate) struct Slots {
    places: Semaphore,
    max: usize,
    taken: AtomicUsize,
}

/// A slot. Dropping it frees it.
#[derive(Debug)]
pub(crate) struct Slot<'a> {
    slots: &'a Slots,
    _permit: SemaphorePermit<'a>,
}

impl Slots {
    pub(crate) fn new(max: usize) -> Self {
        let max = max.clamp(1, Semaphore::MAX_PERMITS);
        Self { places: Semaphore::new(max), max, taken: AtomicUsize::new(0) }
    }

    /// Waits for a slot; `None` when none was free in time.
    pub(crate) async fn take(&self, until: Instant) -> Option<Slot<'_>> {
        let permit = match self.places.try_acquire() {
            Ok(permit) => permit,
            Err(_) => timeout_at(until, self.places.acquire()).await.ok()?.ok()?,
        };
        self.taken.fetch_add(1, Ordering::Relaxed);
        Some(Slot { slots: self, _permit: permit })
    }

    pub(crate) fn max(&self) -> usize {
        self.max
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
