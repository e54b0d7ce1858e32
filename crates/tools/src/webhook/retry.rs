//! May a call be repeated, and when? Decided without I/O.
//!
//! | how the attempt ended | `read_only`, `idempotent` | `verifiable` | `at_most_once` |
//! |---|---|---|---|
//! | no connection could be made | repeat | repeat | repeat: nothing was sent |
//! | 429 | repeat | repeat | repeat: the receiver says it did not take the call |
//! | 503 with `Retry-After` | repeat | repeat | repeat: a deliberate refusal |
//! | other 5xx, 503 without it | repeat | ask the status operation first | never |
//! | timeout, connection lost | repeat | ask the status operation first | never: outcome unknown |
//! | other 4xx, refused by a guard | never | never | never |

use std::time::Duration;

use artel_domain::{EffectClass, Timestamp};
use reqwest::StatusCode;

const FIRST_DELAY: Duration = Duration::from_millis(200);
const LONGEST_DELAY: Duration = Duration::from_secs(5);
/// A receiver that wants more patience than this is not waited for: a run would be stuck, and calling earlier is not
/// honouring it.
const LONGEST_RETRY_AFTER: Duration = Duration::from_secs(15);

/// How an attempt ended, as far as repeating it is concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ending {
    /// Not worth repeating: success, a refusal, a client error.
    Settled,
    /// Certainly without effect.
    NotAccepted,
    /// Nobody here knows whether there was an effect.
    Uncertain,
}

impl Ending {
    pub(crate) fn of_status(status: StatusCode, has_retry_after: bool) -> Self {
        match status.as_u16() {
            429 => Self::NotAccepted,
            503 if has_retry_after => Self::NotAccepted,
            500..=599 => Self::Uncertain,
            _ => Self::Settled,
        }
    }
}

/// What to do after an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Next {
    Stop,
    Repeat,
    /// Ask the status operation, and repeat only if the call never arrived.
    Ask,
}

pub(crate) fn next(effect: EffectClass, ending: Ending) -> Next {
    match (ending, effect) {
        (Ending::Settled, _) | (Ending::Uncertain, EffectClass::AtMostOnce) => Next::Stop,
        (Ending::Uncertain, EffectClass::Verifiable) => Next::Ask,
        _ => Next::Repeat,
    }
}

/// How long to wait before the attempt after number `attempt` (from 1); `None`: longer than we are willing to.
pub(crate) fn delay(attempt: u32, retry_after: Option<Duration>, jitter: f64) -> Option<Duration> {
    if let Some(asked) = retry_after {
        return (asked <= LONGEST_RETRY_AFTER).then_some(asked);
    }
    let full = FIRST_DELAY.saturating_mul(1 << attempt.saturating_sub(1).min(8)).min(LONGEST_DELAY);
    // Between half and all of it: spread out, and never at once.
    Some(full.mul_f64(0.5 + jitter.clamp(0.0, 1.0) / 2.0))
}

/// The longest that a call can take with all its attempts, its pauses, and the questions to a status operation between.
///
/// # Arguments
/// * `repeats`: attempts after the first.
/// * `timeout`: of one attempt.
pub(crate) fn longest(effect: EffectClass, repeats: u32, timeout: Duration) -> Duration {
    let attempts = repeats.saturating_add(1);
    let one_round = timeout.saturating_add(LONGEST_RETRY_AFTER).saturating_mul(attempts);
    // A verifiable tool's status operation is asked after each attempt, with attempts of its own.
    let questions = if effect == EffectClass::Verifiable { one_round.saturating_mul(attempts) } else { Duration::ZERO };
    one_round.saturating_add(questions)
}

/// `Retry-After` as seconds, whole or not, or as a date. A negative number says nothing.
pub(crate) fn retry_after(text: &str, now: Timestamp) -> Option<Duration> {
    if let Ok(seconds) = text.trim().parse::<f64>() {
        let is_told = seconds.is_finite() && seconds >= 0.0;
        return is_told.then(|| Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX));
    }
    let date = jiff::fmt::rfc2822::parse(text.trim()).ok()?;
    Some(Duration::try_from(date.timestamp().duration_since(now)).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use artel_domain::{EffectClass, Timestamp};
    use reqwest::StatusCode;

    use super::{Ending, Next, delay, longest, next, retry_after};

    #[test]
    fn only_an_answer_that_says_so_means_that_a_call_was_not_taken() {
        let ending = |status, hint| Ending::of_status(StatusCode::from_u16(status).unwrap(), hint);
        assert_eq!(ending(429, false), Ending::NotAccepted);
        assert_eq!(ending(503, true), Ending::NotAccepted);
        for status in [500, 502, 503, 504] {
            assert_eq!(ending(status, false), Ending::Uncertain, "{status}");
        }
        for status in [200, 302, 400, 401, 404, 408, 409, 422] {
            assert_eq!(ending(status, true), Ending::Settled, "{status}");
        }
    }

    #[test]
    fn a_tool_that_must_run_at_most_once_is_repeated_only_when_nothing_happened() {
        assert_eq!(next(EffectClass::AtMostOnce, Ending::Uncertain), Next::Stop);
        assert_eq!(next(EffectClass::AtMostOnce, Ending::NotAccepted), Next::Repeat);
        assert_eq!(next(EffectClass::Verifiable, Ending::Uncertain), Next::Ask);
        assert_eq!(next(EffectClass::Idempotent, Ending::Uncertain), Next::Repeat);
        assert_eq!(next(EffectClass::ReadOnly, Ending::Settled), Next::Stop);
    }

    #[test]
    fn delays_grow_are_spread_and_honour_what_the_receiver_asks() {
        assert_eq!(delay(1, None, 0.0), Some(Duration::from_millis(100)));
        assert_eq!(delay(1, None, 1.0), Some(Duration::from_millis(200)));
        assert_eq!(delay(3, None, 1.0), Some(Duration::from_millis(800)));
        assert_eq!(delay(60, None, 1.0), Some(Duration::from_secs(5)));
        assert_eq!(delay(1, Some(Duration::from_secs(3)), 0.0), Some(Duration::from_secs(3)));
        assert_eq!(delay(1, Some(Duration::from_hours(1)), 0.0), None);
    }

    #[test]
    fn retry_after_is_read_as_seconds_or_as_a_date() {
        let now: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
        assert_eq!(retry_after(" 7 ", now), Some(Duration::from_secs(7)));
        assert_eq!(retry_after("Thu, 01 Jan 2026 00:00:09 GMT", now), Some(Duration::from_secs(9)));
        assert_eq!(retry_after("Wed, 31 Dec 2025 23:00:00 GMT", now), Some(Duration::ZERO));
        assert_eq!(retry_after("0.5", now), Some(Duration::from_millis(500)));
        for nothing in ["soon", "-1", "NaN", "inf"] {
            assert_eq!(retry_after(nothing, now), None, "{nothing}");
        }
        for endless in ["99999999999999999999999", "1e300", "Thu, 30 Dec 9999 12:00:00 GMT"] {
            assert_eq!(delay(1, retry_after(endless, now), 0.0), None, "{endless}");
        }
    }

    #[test]
    fn the_longest_call_leaves_room_for_every_attempt_pause_and_question() {
        let second = Duration::from_secs(1);
        assert_eq!(longest(EffectClass::ReadOnly, 0, second), Duration::from_secs(16));
        assert_eq!(longest(EffectClass::AtMostOnce, 2, second), Duration::from_secs(48));
        assert_eq!(longest(EffectClass::Verifiable, 2, second), Duration::from_secs(192));
    }
}
