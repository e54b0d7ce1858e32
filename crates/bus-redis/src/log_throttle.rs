use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

const MINUTE: Duration = Duration::from_mins(1);

/// Counts events, and decides when to log the count: at once, then at most once a minute.
#[derive(Default)]
pub(crate) struct LogThrottle {
    count: AtomicU64,
    logged: Mutex<Option<Instant>>,
}

impl LogThrottle {
    /// Adds to the count. Returns the total when it is time to log it.
    pub(crate) fn add(&self, more: u64) -> Option<u64> {
        let total = self.count.fetch_add(more, Ordering::Relaxed) + more;
        let mut logged = self.logged.lock().unwrap_or_else(PoisonError::into_inner);
        if logged.is_some_and(|at| at.elapsed() < MINUTE) {
            return None;
        }
        *logged = Some(Instant::now());
        Some(total)
    }

    pub(crate) fn total(&self) -> u64 {
        self.count.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::LogThrottle;

    #[test]
    fn a_burst_is_counted_completely_and_logged_once() {
        let lost = LogThrottle::default();
        assert_eq!((lost.add(3), lost.add(1), lost.add(1)), (Some(3), None, None));
        assert_eq!(lost.total(), 5);
    }
}
