use std::time::Duration;

use proptest::prelude::*;
use tokio::time::Instant;

use super::{Admission, Breaker, BreakerState, Breakers, CallResult, Credential};
use crate::BreakerLimits;
use CallResult::{Abandoned, Answered, Failed, Refused};

const OPEN_FOR: Duration = Duration::from_secs(30);

fn limits() -> BreakerLimits {
    BreakerLimits { in_a_row: 3, percent: 50, least_calls: 10, window: Duration::from_mins(1), open_for: OPEN_FOR }
}

/// A breaker after these results, one per second.
fn after(verdicts: &[CallResult], start: Instant) -> (Breaker, Instant) {
    let mut breaker = Breaker::new(start);
    let mut now = start;
    for result in verdicts {
        now += Duration::from_secs(1);
        breaker.record(&limits(), false, *result, now);
    }
    (breaker, now)
}

fn state(verdicts: &[CallResult]) -> BreakerState {
    let (breaker, now) = after(verdicts, Instant::now());
    breaker.state(now)
}

#[test]
fn it_opens_after_failures_in_a_row_and_only_after_failures() {
    let cases: [(&[CallResult], BreakerState); 7] = [
        (&[], BreakerState::Closed),
        (&[Failed, Failed], BreakerState::Closed),
        (&[Failed, Failed, Failed], BreakerState::Open),
        (&[Failed, Failed, Answered, Failed], BreakerState::Closed),
        (&[Refused; 50], BreakerState::Closed),
        (&[Abandoned; 50], BreakerState::Closed),
        // A refusal or an abandoned call shows nothing about the provider's health: it does not count, and the failures
        // before and after it are still consecutive.
        (&[Failed, Refused, Failed, Abandoned, Failed], BreakerState::Open),
    ];
    for (verdicts, expected) in cases {
        assert_eq!(state(verdicts), expected, "{verdicts:?}");
    }
}

#[test]
fn it_opens_when_every_second_call_of_the_window_fails() {
    let alternating = [Failed, Answered].repeat(5);
    assert_eq!(state(&alternating[..9]), BreakerState::Closed, "too few calls to judge");
    assert_eq!(state(&alternating), BreakerState::Open);
    let rare = [Failed, Answered, Answered].repeat(10);
    assert_eq!(state(&rare), BreakerState::Closed);
}

#[test]
fn failures_of_an_earlier_window_are_forgotten_but_consecutive_failures_are_not() {
    let start = Instant::now();
    let (mut breaker, now) =
        after(&[Failed, Failed, Answered, Failed, Failed, Answered, Failed, Failed, Answered], start);
    let later = now + Duration::from_mins(2);
    breaker.record(&limits(), false, Failed, later);
    assert_eq!(breaker.state(later), BreakerState::Closed);
    let (mut slow, now) = after(&[Failed, Failed], start);
    slow.record(&limits(), false, Failed, now + Duration::from_hours(1));
    assert_eq!(slow.state(now + Duration::from_hours(1)), BreakerState::Open);
}

#[test]
fn after_the_open_time_a_single_probe_decides() {
    for (result, expected) in
        [(Answered, BreakerState::Closed), (Refused, BreakerState::Closed), (Failed, BreakerState::Open)]
    {
        let (mut breaker, opened) = after(&[Failed; 3], Instant::now());
        assert_eq!(breaker.admit(opened), Admission::NotBefore(Some(opened + OPEN_FOR)));
        let later = opened + OPEN_FOR;
        assert_eq!(breaker.state(later), BreakerState::HalfOpen);
        assert_eq!(breaker.admit(later), Admission::Probe);
        assert_eq!(breaker.admit(later), Admission::NotBefore(None), "one at a time");
        breaker.record(&limits(), true, result, later);
        assert_eq!(breaker.state(later), expected, "{result:?}");
    }
}

#[test]
fn after_an_abandoned_probe_the_next_call_probes() {
    let (mut breaker, opened) = after(&[Failed; 3], Instant::now());
    let later = opened + OPEN_FOR;
    assert_eq!(breaker.admit(later), Admission::Probe);
    breaker.record(&limits(), true, Abandoned, later);
    assert_eq!(breaker.admit(later), Admission::Probe);
}

#[test]
fn results_of_calls_from_before_it_opened_change_nothing() {
    let (mut breaker, opened) = after(&[Failed; 3], Instant::now());
    breaker.record(&limits(), false, Answered, opened);
    assert_eq!(breaker.state(opened), BreakerState::Open);
    assert_eq!(breaker.admit(opened + OPEN_FOR), Admission::Probe);
    breaker.record(&limits(), false, Failed, opened + OPEN_FOR);
    assert_eq!(breaker.state(opened + OPEN_FOR), BreakerState::HalfOpen);
}

#[test]
fn zero_failures_in_a_row_switch_it_off() {
    let off = BreakerLimits { in_a_row: 0, ..limits() };
    let now = Instant::now();
    let mut breaker = Breaker::new(now);
    (0..100).for_each(|_| breaker.record(&off, false, Failed, now));
    assert_eq!(breaker.state(now), BreakerState::Closed);
}

#[test]
fn only_failing_models_have_a_breaker() {
    let breakers = Breakers::new(limits());
    let now = Instant::now();
    for number in 0..5000 {
        breakers.enter(&format!("made-up-{number}"), Credential::OPERATOR, now).unwrap().finish(Failed, now);
        breakers.enter(&format!("good-{number}"), Credential::OPERATOR, now).unwrap().finish(Answered, now);
    }
    assert!(breakers.len() <= 1024);
    for _ in 0..3 {
        breakers.enter("bad", Credential::OPERATOR, now).unwrap().finish(Failed, now);
    }
    assert_eq!(breakers.troubled(now), [("bad".to_owned(), BreakerState::Open)]);
    assert_eq!(breakers.enter("bad", Credential::OPERATOR, now).unwrap_err(), OPEN_FOR);
    assert!(breakers.enter("good", Credential::OPERATOR, now).is_ok());
    breakers.enter("bad", Credential::OPERATOR, now + OPEN_FOR).unwrap().finish(Answered, now + OPEN_FOR);
    assert!(breakers.troubled(now + OPEN_FOR).is_empty());
}

#[test]
fn a_dropped_probe_frees_its_place() {
    let breakers = Breakers::new(limits());
    let now = Instant::now();
    (0..3).for_each(|_| breakers.enter("m", Credential::OPERATOR, now).unwrap().finish(Failed, now));
    let later = now + OPEN_FOR;
    let probe = breakers.enter("m", Credential::OPERATOR, later).unwrap();
    assert!(breakers.enter("m", Credential::OPERATOR, later).is_err());
    drop(probe);
    assert!(breakers.enter("m", Credential::OPERATOR, later).is_ok());
}

proptest! {
    /// In any order of events there are never two probes at once, no call is made while the breaker is open, and it
    /// always closes again.
    #[test]
    fn it_never_lets_two_probes_in_and_always_recovers(steps in prop::collection::vec((0_u8..6, 0_u64..40), 1..200)) {
        let mut now = Instant::now();
        let mut breaker = Breaker::new(now);
        let mut probing = false;
        for (what, seconds) in steps {
            now += Duration::from_secs(seconds);
            let result = [Answered, Refused, Failed, Abandoned][usize::from(what % 4)];
            let was = breaker.state(now);
            match breaker.admit(now) {
                Admission::Go => {
                    prop_assert_eq!(was, BreakerState::Closed);
                    breaker.record(&limits(), false, result, now);
                }
                Admission::Probe => {
                    prop_assert!(!probing);
                    prop_assert_eq!(was, BreakerState::HalfOpen);
                    // Some probes stay under way for a while.
                    probing = what >= 4;
                    if !probing {
                        breaker.record(&limits(), true, result, now);
                    }
                }
                Admission::NotBefore(Some(moment)) => {
                    prop_assert_eq!(was, BreakerState::Open);
                    prop_assert!(moment > now && moment <= now + OPEN_FOR);
                }
                Admission::NotBefore(None) => {
                    prop_assert!(probing);
                    if what < 4 {
                        breaker.record(&limits(), true, result, now);
                        probing = false;
                    }
                }
            }
        }
        if probing {
            breaker.record(&limits(), true, Abandoned, now);
        }
        now += OPEN_FOR;
        if breaker.admit(now) == Admission::Probe {
            breaker.record(&limits(), true, Answered, now);
        }
        prop_assert_eq!(breaker.state(now), BreakerState::Closed);
    }
}

#[test]
fn a_key_of_a_tenant_that_fails_opens_no_breaker_of_others() {
    let (breakers, now) = (Breakers::new(limits()), Instant::now());
    let (own, other) = (Credential::of_key(&"own".into()), Credential::of_key(&"other".into()));
    while let Ok(permit) = breakers.enter("m", own, now) {
        permit.finish(Failed, now);
    }
    assert!(breakers.enter("m", Credential::OPERATOR, now).is_ok());
    assert!(breakers.enter("m", other, now).is_ok());
    assert_eq!(breakers.troubled(now), [], "the operator's view is of the operator's key");
}
