use governor::clock::FakeRelativeClock;

use super::*;

fn rate(text: &str) -> RateLimit {
    text.parse().unwrap()
}

fn limits() -> (LocalLimits<FakeRelativeClock>, FakeRelativeClock) {
    let clock = FakeRelativeClock::default();
    (LocalLimits::with_clock(clock.clone()), clock)
}

#[test]
fn a_burst_up_to_the_limit_passes_and_the_next_use_gets_a_retry_time() {
    let (limits, _) = limits();
    let answers: Vec<_> = (0..3).map(|_| limits.admit("ada", rate("3/minute"))).collect();
    assert_eq!(
        answers.iter().map(|a| (a.allowed, a.limit, a.remaining)).collect::<Vec<_>>(),
        [(true, 3, 2), (true, 3, 1), (true, 3, 0)]
    );
    assert_eq!(answers.iter().map(|a| a.reset_after.as_secs()).collect::<Vec<_>>(), [20, 40, 60]);

    let refused = limits.admit("ada", rate("3/minute"));
    let expected = Admission {
        allowed: false,
        limit: 3,
        remaining: 0,
        retry_after: Duration::from_secs(20),
        reset_after: Duration::from_mins(1),
        degraded: false,
    };
    assert_eq!(refused, expected);
}

#[test]
fn a_use_is_allowed_exactly_at_its_retry_time_and_a_refused_use_is_not_counted() {
    let (limits, clock) = limits();
    let admit = || limits.admit("ada", rate("2/second"));
    assert!(admit().allowed && admit().allowed);
    for _ in 0..100 {
        assert!(!admit().allowed);
    }
    clock.advance(admit().retry_after.saturating_sub(Duration::from_nanos(1)));
    assert!(!admit().allowed);
    clock.advance(Duration::from_nanos(1));
    assert!(admit().allowed && !admit().allowed);
}

#[test]
fn keys_and_rates_are_counted_separately() {
    let (limits, _) = limits();
    assert!(limits.admit("ada", rate("1/day")).allowed);
    assert!(limits.admit("bob", rate("1/day")).allowed);
    assert!(limits.admit("ada", rate("1/hour")).allowed);
    assert!(!limits.admit("ada", rate("1/day")).allowed);
}

#[test]
fn over_a_long_time_no_more_passes_than_the_rate_allows() {
    let (limits, clock) = limits();
    let mut passed = 0;
    for _ in 0..6000 {
        passed += u32::from(limits.admit("ada", rate("10/minute")).allowed);
        clock.advance(Duration::from_millis(100));
    }
    assert_eq!(passed, 10 + 100 - 1, "ten minutes: the burst, then one every six seconds");
}

#[test]
fn keys_that_have_been_idle_are_forgotten_and_busy_ones_are_not() {
    let (limits, clock) = limits();
    let keys = |limits: &LocalLimits<FakeRelativeClock>| {
        limits.by_rate.read().unwrap().values().map(|l| l.len()).sum::<usize>()
    };
    assert!(limits.admit("busy", rate("1/day")).allowed);
    for visitor in 0..50_000 {
        limits.admit(&format!("visitor-{visitor}"), rate("100/second"));
        clock.advance(Duration::from_millis(1));
    }
    assert!(keys(&limits) < 3 * SWEEP_EVERY, "{} keys are kept", keys(&limits));
    assert!(!limits.admit("busy", rate("1/day")).allowed);
}

#[test]
fn unused_rates_are_forgotten() {
    let (limits, clock) = limits();
    for count in 1..=2 * SWEEP_EVERY as u32 {
        limits.admit("ada", RateLimit { count, per: artel_domain::tool::RatePeriod::Second });
        clock.advance(Duration::from_secs(2));
    }
    assert!(limits.by_rate.read().unwrap().len() <= SWEEP_EVERY + 1);
}

#[test]
fn the_largest_rate_there_is_counts_without_overflow() {
    let (limits, _) = limits();
    for period in ["second", "day"] {
        let answer = limits.admit("ada", rate(&format!("{}/{period}", u32::MAX)));
        assert!(answer.allowed && answer.remaining >= u32::MAX - 1, "{answer:?}");
    }
}
