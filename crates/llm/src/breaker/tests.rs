use std::time::Duration;

use proptest::prelude::*;
use tokio::time::Instant;

use super::{Admission, Breaker, BreakerState, Breakers, Verdict};
use crate::BreakerLimits;
use Verdict::{Abandoned, Answered, Failed, Refused};

const OPEN_FOR: Duration = Duration::from_secs(30);

fn limits() -> BreakerLimits {
    BreakerLimits { in_a_row: 3, percent: 50, least_calls: 10, window: Duration::from_mins(1), open_for: OPEN_FOR }
}

/// A breaker after these outcomes, one a second.
fn after(verdicts: &[Verdict], start: Instant) -> (Breaker, Instant) {
    let mut breaker = Breaker::new(start);
    let mut now = start;
    for verdict in verdicts {
        now += Duration::from_secs(1);
        breaker.learn(&limits(), false, *verdict, now);
    }
    (breaker, now)
}

fn state(verdicts: &[Verdict]) -> BreakerState {
    let (breaker, now) = after(verdicts, Instant::now());
    breaker.state(now)
}

#[test]
fn it_opens_after_failures_in_a_row_and_only_after_failures() {
    let cases: [(&[Verdict], BreakerState); 7] = [
        (&[], BreakerState::Closed),
        (&[Failed, Failed], BreakerState::Closed),
        (&[Failed, Failed, Failed], BreakerState::Open),
        (&[Failed, Failed, Answered, Failed], BreakerState::Closed),
        (&[Refused; 50], BreakerState::Closed),
        (&[Abandoned; 50], BreakerState::Closed),
        // What shows nothing about the provider's health neither counts nor breaks the row.
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
fn failures_of_an_earlier_window_are_forgotten_but_a_row_is_not() {
    let start = Instant::now();
    let (mut breaker, now) = after(&[Failed, Failed, Answered, Failed, Failed, Answered, Failed, Failed, Answered], start);
    let later = now + Duration::from_mins(2);
    breaker.learn(&limits(), false, Failed, later);
    assert_eq!(breaker.state(later), BreakerState::Closed);
    let (mut slow, now) = after(&[Failed, Failed], start);
    slow.learn(&limits(), false, Failed, now + Duration::from_hours(1));
    assert_eq!(slow.state(now + Duration::from_hours(1)), BreakerState::Open);
}

#[test]
fn when_its_time_is_over_a_single_probe_decides() {
    for (verdict, expected) in [(Answered, BreakerState::Closed), (Refused, BreakerState::Closed), (Failed, BreakerState::Open)] {
        let (mut breaker, opened) = after(&[Failed; 3], Instant::now());
        assert_eq!(breaker.admit(opened), Admission::NotBefore(Some(opened + OPEN_FOR)));
        let later = opened + OPEN_FOR;
        assert_eq!(breaker.state(later), BreakerState::HalfOpen);
        assert_eq!(breaker.admit(later), Admission::Probe);
        assert_eq!(breaker.admit(later), Admission::NotBefore(None), "one at a time");
        breaker.learn(&limits(), true, verdict, later);
        assert_eq!(breaker.state(later), expected, "{verdict:?}");
    }
}

#[test]
fn a_probe_that_nobody_waited_for_leaves_the_question_to_the_next() {
    let (mut breaker, opened) = after(&[Failed; 3], Instant::now());
    let later = opened + OPEN_FOR;
    assert_eq!(breaker.admit(later), Admission::Probe);
    breaker.learn(&limits(), true, Abandoned, later);
    assert_eq!(breaker.admit(later), Admission::Probe);
}

#[test]
fn calls_from_before_it_opened_come_too_late() {
    let (mut breaker, opened) = after(&[Failed; 3], Instant::now());
    breaker.learn(&limits(), false, Answered, opened);
    assert_eq!(breaker.state(opened), BreakerState::Open);
    assert_eq!(breaker.admit(opened + OPEN_FOR), Admission::Probe);
    breaker.learn(&limits(), false, Failed, opened + OPEN_FOR);
    assert_eq!(breaker.state(opened + OPEN_FOR), BreakerState::HalfOpen);
}

#[test]
fn zero_failures_in_a_row_switch_it_off() {
    let off = BreakerLimits { in_a_row: 0, ..limits() };
    let now = Instant::now();
    let mut breaker = Breaker::new(now);
    (0..100).for_each(|_| breaker.learn(&off, false, Failed, now));
    assert_eq!(breaker.state(now), BreakerState::Closed);
}

#[test]
fn a_provider_remembers_only_models_in_trouble() {
    let breakers = Breakers::new(limits());
    let now = Instant::now();
    for number in 0..5000 {
        breakers.enter(&format!("made-up-{number}"), now).unwrap().settle(Failed, now);
        breakers.enter(&format!("good-{number}"), now).unwrap().settle(Answered, now);
    }
    assert!(breakers.len() <= 1024);
    for _ in 0..3 {
        breakers.enter("bad", now).unwrap().settle(Failed, now);
    }
    assert_eq!(breakers.troubled(now), [("bad".to_owned(), BreakerState::Open)]);
    assert_eq!(breakers.enter("bad", now).unwrap_err(), OPEN_FOR);
    assert!(breakers.enter("good", now).is_ok());
    breakers.enter("bad", now + OPEN_FOR).unwrap().settle(Answered, now + OPEN_FOR);
    assert!(breakers.troubled(now + OPEN_FOR).is_empty());
}

#[test]
fn a_dropped_probe_frees_its_place() {
    let breakers = Breakers::new(limits());
    let now = Instant::now();
    (0..3).for_each(|_| breakers.enter("m", now).unwrap().settle(Failed, now));
    let later = now + OPEN_FOR;
    let probe = breakers.enter("m", later).unwrap();
    assert!(breakers.enter("m", later).is_err());
    drop(probe);
    assert!(breakers.enter("m", later).is_ok());
}

proptest! {
    /// Whatever happens, in whatever order: never two probes at once, never a call while it is open, always a way back.
    #[test]
    fn it_never_lets_two_probes_in_and_always_recovers(steps in prop::collection::vec((0_u8..6, 0_u64..40), 1..200)) {
        let mut now = Instant::now();
        let mut breaker = Breaker::new(now);
        let mut probing = false;
        for (what, seconds) in steps {
            now += Duration::from_secs(seconds);
            let verdict = [Answered, Refused, Failed, Abandoned][usize::from(what % 4)];
            let was = breaker.state(now);
            match breaker.admit(now) {
                Admission::Go => {
                    prop_assert_eq!(was, BreakerState::Closed);
                    breaker.learn(&limits(), false, verdict, now);
                }
                Admission::Probe => {
                    prop_assert!(!probing);
                    prop_assert_eq!(was, BreakerState::HalfOpen);
                    // Some probes stay under way for a while.
                    probing = what >= 4;
                    if !probing {
                        breaker.learn(&limits(), true, verdict, now);
                    }
                }
                Admission::NotBefore(Some(moment)) => {
                    prop_assert_eq!(was, BreakerState::Open);
                    prop_assert!(moment > now && moment <= now + OPEN_FOR);
                }
                Admission::NotBefore(None) => {
                    prop_assert!(probing);
                    if what < 4 {
                        breaker.learn(&limits(), true, verdict, now);
                        probing = false;
                    }
                }
            }
        }
        if probing {
            breaker.learn(&limits(), true, Abandoned, now);
        }
        now += OPEN_FOR;
        if breaker.admit(now) == Admission::Probe {
            breaker.learn(&limits(), true, Answered, now);
        }
        prop_assert_eq!(breaker.state(now), BreakerState::Closed);
    }
}
