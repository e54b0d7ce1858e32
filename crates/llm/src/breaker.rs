//! Whether a model that keeps failing is asked at all: a state machine without a clock, so that it can be tested as a table.
//!
//! Failures are answers that say something about the provider's health: unreachable, silent, 5xx, unreadable. A refusal (4xx) shows that it
//! lives, a call that nobody waited for shows nothing.

mod pass;

pub(crate) use pass::Breakers;

use serde::Serialize;
use tokio::time::Instant;

use crate::BreakerLimits;

/// One breaker, for one model of one provider.
#[derive(Debug, Clone)]
pub(crate) enum Breaker {
    Closed(Count),
    Open {
        until: Instant,
    },
    /// Its time is over; one call finds out whether the model is back.
    HalfOpen {
        probing: bool,
    },
}

/// What was seen since the first failure.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Count {
    since: Instant,
    in_a_row: u32,
    failed: u32,
    all: u32,
}

/// May a call be made?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Admission {
    Go,
    /// Go, and its outcome decides.
    Probe,
    /// Not before this moment; `None` while a probe is under way.
    NotBefore(Option<Instant>),
}

/// What a call showed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    Answered,
    /// The provider lives, but did not want this request.
    Refused,
    Failed,
    /// Nobody waited for the end.
    Abandoned,
}

/// A breaker's state as operators see it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum BreakerState {
    Closed,
    HalfOpen,
    Open,
}

impl Breaker {
    pub(crate) fn new(now: Instant) -> Self {
        Self::Closed(Count { since: now, in_a_row: 0, failed: 0, all: 0 })
    }

    pub(crate) fn admit(&mut self, now: Instant) -> Admission {
        match self {
            Self::Closed(_) => Admission::Go,
            Self::Open { until } if now < *until => Admission::NotBefore(Some(*until)),
            Self::HalfOpen { probing: true } => Admission::NotBefore(None),
            Self::Open { .. } | Self::HalfOpen { probing: false } => {
                *self = Self::HalfOpen { probing: true };
                Admission::Probe
            }
        }
    }

    /// Takes the outcome of a call that was admitted. Calls of an earlier state come too late to change anything.
    pub(crate) fn learn(&mut self, limits: &BreakerLimits, was_probe: bool, verdict: Verdict, now: Instant) {
        match self {
            Self::HalfOpen { .. } if was_probe => {
                *self = match verdict {
                    Verdict::Answered | Verdict::Refused => Self::new(now),
                    Verdict::Failed => Self::Open { until: now + limits.open_for },
                    Verdict::Abandoned => Self::HalfOpen { probing: false },
                };
            }
            Self::Closed(count) => {
                count.add(limits, verdict, now);
                if count.is_too_much(limits) {
                    *self = Self::Open { until: now + limits.open_for };
                }
            }
            Self::Open { .. } | Self::HalfOpen { .. } => {}
        }
    }

    pub(crate) fn state(&self, now: Instant) -> BreakerState {
        match self {
            Self::Closed(_) => BreakerState::Closed,
            Self::Open { until } if now < *until => BreakerState::Open,
            Self::Open { .. } | Self::HalfOpen { .. } => BreakerState::HalfOpen,
        }
    }

    /// Nothing would change if it were forgotten.
    pub(crate) fn is_quiet(&self, limits: &BreakerLimits, now: Instant) -> bool {
        matches!(self, Self::Closed(count) if count.failed == 0 || count.is_over(limits, now))
    }
}

impl Count {
    fn add(&mut self, limits: &BreakerLimits, verdict: Verdict, now: Instant) {
        if matches!(verdict, Verdict::Refused | Verdict::Abandoned) {
            return;
        }
        if self.is_over(limits, now) {
            // Failures in a row are counted however slowly they come.
            *self = Self { since: now, in_a_row: self.in_a_row, failed: 0, all: 0 };
        }
        self.all += 1;
        if verdict == Verdict::Failed {
            self.in_a_row += 1;
            self.failed += 1;
        } else {
            self.in_a_row = 0;
        }
    }

    fn is_over(&self, limits: &BreakerLimits, now: Instant) -> bool {
        now.saturating_duration_since(self.since) >= limits.window
    }

    fn is_too_much(&self, limits: &BreakerLimits) -> bool {
        let many = self.all >= limits.least_calls.max(1) && u64::from(self.failed) * 100 >= u64::from(limits.percent) * u64::from(self.all);
        limits.in_a_row > 0 && (self.in_a_row >= limits.in_a_row || (many && self.failed > 0))
    }
}

#[cfg(test)]
mod tests;
