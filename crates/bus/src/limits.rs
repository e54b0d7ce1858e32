//! Rate limits within one process: GCRA, with one limiter per distinct rate.

use std::collections::HashMap;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use artel_domain::RateLimit;
use governor::clock::{Clock, DefaultClock};
use governor::middleware::StateInformationMiddleware;
use governor::state::keyed::DashMapStateStore;
use governor::{Quota, RateLimiter};

use crate::Admission;

/// The minimal number of uses between two sweeps. With more keys, a sweep waits for as many uses as it found keys, so
/// that the cost per use stays the same.
const SWEEP_EVERY: usize = 1024;

type Keyed<C> = RateLimiter<String, DashMapStateStore<String>, C, StateInformationMiddleware>;

/// The rate limits of this process. A key that has been idle until its full burst is available again is forgotten.
pub struct LocalLimits<C: Clock = DefaultClock> {
    by_rate: RwLock<HashMap<RateLimit, Arc<Keyed<C>>>>,
    until_sweep: AtomicUsize,
    clock: C,
}

impl Default for LocalLimits {
    fn default() -> Self {
        Self::with_clock(DefaultClock::default())
    }
}

impl<C: Clock + Clone> LocalLimits<C> {
    pub(crate) fn with_clock(clock: C) -> Self {
        Self { by_rate: RwLock::default(), until_sweep: AtomicUsize::new(SWEEP_EVERY), clock }
    }

    /// Counts one use of `key` against `rate`, see [`crate::Bus::admit`].
    pub fn admit(&self, key: &str, rate: RateLimit) -> Admission {
        if self.until_sweep.fetch_sub(1, Ordering::Relaxed) == 1 {
            self.sweep();
        }
        let interval = interval(rate);
        match self.limiter(rate).check_key(&key.to_owned()) {
            Ok(after) => {
                let remaining = after.remaining_burst_capacity();
                let reset_after = interval * rate.count.saturating_sub(remaining);
                Admission {
                    allowed: true,
                    limit: rate.count,
                    remaining,
                    retry_after: Duration::ZERO,
                    reset_after,
                    degraded: false,
                }
            }
            Err(until) => {
                let retry_after = until.wait_time_from(self.clock.now());
                let reset_after = retry_after + interval * rate.count.saturating_sub(1);
                Admission { allowed: false, limit: rate.count, remaining: 0, retry_after, reset_after, degraded: false }
            }
        }
    }

    fn limiter(&self, rate: RateLimit) -> Arc<Keyed<C>> {
        if let Some(limiter) = self.by_rate.read().unwrap_or_else(PoisonError::into_inner).get(&rate) {
            return Arc::clone(limiter);
        }
        let mut by_rate = self.by_rate.write().unwrap_or_else(PoisonError::into_inner);
        let fresh = || Arc::new(Keyed::new(quota(rate), DashMapStateStore::default(), self.clock.clone()));
        Arc::clone(by_rate.entry(rate).or_insert_with(fresh))
    }

    fn sweep(&self) {
        let mut by_rate = self.by_rate.write().unwrap_or_else(PoisonError::into_inner);
        by_rate.retain(|_, limiter| {
            limiter.retain_recent();
            // Another thread may hold the limiter and be about to count on it.
            !limiter.is_empty() || Arc::strong_count(limiter) > 1
        });
        let keys: usize = by_rate.values().map(|limiter| limiter.len()).sum();
        self.until_sweep.store(keys.max(SWEEP_EVERY), Ordering::Relaxed);
    }
}

/// The time after which one use is available again.
fn interval(rate: RateLimit) -> Duration {
    (rate.window() / rate.count.max(1)).max(Duration::from_nanos(1))
}

fn quota(rate: RateLimit) -> Quota {
    let burst = NonZeroU32::new(rate.count).unwrap_or(NonZeroU32::MIN);
    Quota::with_period(interval(rate)).map_or_else(|| Quota::per_second(burst), |even| even.allow_burst(burst))
}

#[cfg(test)]
mod tests;
