//! The circuit breaker: whether a failing model is called. It is a state machine without a clock, so that tests can
//! drive it.
//!
//! A failure is a result that shows bad health of the provider: unreachable, silent, 5xx, unreadable. A refusal (4xx)
//! shows that the provider works. A call that was abandoned shows nothing.

mod permit;

pub(crate) use permit::{Breakers, Credential};

use serde::Serialize;
use tokio::time::Instant;

use crate::BreakerLimits;

/// One breaker, for one model of one provider under one key.
#[derive(Debug, Clone)]
pub(crate) enum Breaker {
    Closed(Count),
    Open {
        until: Instant,
    },
    /// The open time is over. One call probes whether the model works again.
    HalfOpen {
        probing: bool,
    },
}

/// The results since the first failure.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Count {
    since: Instant,
    in_a_row: u32,
    failed: u32,
    all: u32,
}

/// Whether a call may be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Admission {
    Go,
    /// The call may be made. Its result decides the next state.
    Probe,
    /// No call before this moment; `None` while a probe is under way.
    NotBefore(Option<Instant>),
}

/// How a call ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CallResult {
    Answered,
    /// The provider works, but refused this request.
    Refused,
    Failed,
    /// The caller did not wait for the end.
    Abandoned,
}

/// A breaker's state as operators see it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum BreakerState {
    /// Calls are made.
    Closed,
    /// One call probes whether the model works again; other calls are refused.
    HalfOpen,
    /// No call is made.
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

    /// Records the result of a call that was admitted. A call that was admitted in an earlier state changes nothing.
    pub(crate) fn record(&mut self, limits: &BreakerLimits, was_probe: bool, result: CallResult, now: Instant) {
        match self {
            Self::HalfOpen { .. } if was_probe => {
                *self = match result {
                    CallResult::Answered | CallResult::Refused => Self::new(now),
                    CallResult::Failed => Self::Open { until: now + limits.open_for },
                    CallResult::Abandoned => Self::HalfOpen { probing: false },
                };
            }
            Self::Closed(count) => {
                count.add(limits, result, now);
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

    /// Whether the breaker can be forgotten without a change of behaviour.
    pub(crate) fn is_quiet(&self, limits: &BreakerLimits, now: Instant) -> bool {
        matches!(self, Self::Closed(count) if count.failed == 0 || count.is_over(limits, now))
    }
}

impl Count {
    fn add(&mut self, limits: &BreakerLimits, result: CallResult, now: Instant) {
        if matches!(result, CallResult::Refused | CallResult::Abandoned) {
            return;
        }
        if self.is_over(limits, now) {
            // Consecutive failures are counted however slowly they come.
            *self = Self { since: now, in_a_row: self.in_a_row, failed: 0, all: 0 };
        }
        self.all += 1;
        if result == CallResult::Failed {
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
        let many = self.all >= limits.least_calls.max(1)
            && u64::from(self.failed) * 100 >= u64::from(limits.percent) * u64::from(self.all);
        limits.in_a_row > 0 && (self.in_a_row >= limits.in_a_row || (many && self.failed > 0))
    }
}

#[cfg(test)]
mod tests;
