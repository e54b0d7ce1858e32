//! How long to pause: after failures, and with jitter, so that processes do not ask in step.

use std::time::Duration;

use artel_domain::Clock;

const FIRST_RETRY: Duration = Duration::from_secs(1);
/// A job that comes more often than this is still retried no slower.
const SLOWEST_RETRY: Duration = Duration::from_mins(1);
const DOUBLINGS: i64 = 16;

/// The pause after a failure that `failures` others went before: it doubles, up to the job's own interval or a minute.
pub(crate) fn retry_in(failures: i64, every: Duration) -> Duration {
    let doublings = u32::try_from(failures.clamp(0, DOUBLINGS)).unwrap_or_default();
    (FIRST_RETRY * 2_u32.pow(doublings)).min(every.max(SLOWEST_RETRY))
}

/// `pause` and up to a tenth of it more.
pub(crate) fn with_jitter(pause: Duration, clock: &dyn Clock) -> Duration {
    let random = u8::try_from(clock.uuid().as_u128() & 0xff).unwrap_or_default();
    pause + pause / 10 * u32::from(random) / u32::from(u8::MAX)
}

#[cfg(test)]
mod tests {
    use artel_domain::SystemClock;

    use super::*;

    #[test]
    fn a_retry_waits_twice_as_long_as_the_one_before_up_to_a_bound() {
        let every = Duration::from_mins(10);
        assert_eq!([0, 1, 2].map(|failures| retry_in(failures, every).as_secs()), [1, 2, 4]);
        assert_eq!(retry_in(i64::MAX, every), every);
        assert_eq!(retry_in(i64::MAX, Duration::from_secs(1)), SLOWEST_RETRY);
    }

    #[test]
    fn jitter_adds_a_tenth_at_most() {
        let pause = Duration::from_secs(100);
        for _ in 0..100 {
            assert!((pause..=pause * 11 / 10).contains(&with_jitter(pause, &SystemClock)));
        }
    }
}
