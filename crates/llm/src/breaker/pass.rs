//! The breakers of one provider, by model, and what a call holds while it is under way.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use super::{Admission, Breaker, BreakerState, Verdict};
use crate::BreakerLimits;

/// Models with failures that are remembered at once. Names come from users, so there must be an end.
const MOST_MODELS: usize = 1024;

/// All breakers of one provider. A model has one only after it failed.
#[derive(Debug)]
pub(crate) struct Breakers {
    limits: BreakerLimits,
    by_model: Mutex<HashMap<String, Breaker>>,
}

/// The right to make one call. Dropped without a verdict, the call was abandoned.
#[derive(Debug)]
pub(crate) struct Pass<'a> {
    breakers: &'a Breakers,
    model: &'a str,
    is_probe: bool,
    is_open: bool,
}

impl Breakers {
    pub(crate) fn new(limits: BreakerLimits) -> Self {
        Self { limits, by_model: Mutex::default() }
    }

    /// A pass, or how long to stay away.
    pub(crate) fn enter<'a>(&'a self, model: &'a str, now: Instant) -> Result<Pass<'a>, Duration> {
        let admission = self.lock().get_mut(model).map_or(Admission::Go, |breaker| breaker.admit(now));
        match admission {
            Admission::Go | Admission::Probe => Ok(Pass { breakers: self, model, is_probe: admission == Admission::Probe, is_open: true }),
            Admission::NotBefore(Some(moment)) => Err(moment.saturating_duration_since(now)),
            Admission::NotBefore(None) => Err(Duration::from_secs(1)),
        }
    }

    /// Models that are not asked as usual.
    pub(crate) fn troubled(&self, now: Instant) -> Vec<(String, BreakerState)> {
        let states = self.lock().iter().map(|(model, breaker)| (model.clone(), breaker.state(now))).collect::<Vec<_>>();
        let mut troubled: Vec<_> = states.into_iter().filter(|(_, state)| *state != BreakerState::Closed).collect();
        troubled.sort();
        troubled
    }

    fn learn(&self, model: &str, was_probe: bool, verdict: Verdict, now: Instant) {
        let mut by_model = self.lock();
        if let Some(breaker) = by_model.get_mut(model) {
            breaker.learn(&self.limits, was_probe, verdict, now);
            if breaker.is_quiet(&self.limits, now) {
                by_model.remove(model);
            }
        } else if verdict == Verdict::Failed && self.limits.in_a_row > 0 {
            if by_model.len() >= MOST_MODELS {
                by_model.retain(|_, breaker| breaker.state(now) != BreakerState::Closed);
            }
            if by_model.len() < MOST_MODELS {
                let mut breaker = Breaker::new(now);
                breaker.learn(&self.limits, false, verdict, now);
                by_model.insert(model.to_owned(), breaker);
            }
        }
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.lock().len()
    }

    /// A panic elsewhere leaves counts that are still counts.
    fn lock(&self) -> MutexGuard<'_, HashMap<String, Breaker>> {
        self.by_model.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Pass<'_> {
    pub(crate) fn settle(mut self, verdict: Verdict, now: Instant) {
        self.is_open = false;
        self.breakers.learn(self.model, self.is_probe, verdict, now);
    }
}

impl Drop for Pass<'_> {
    fn drop(&mut self) {
        if self.is_open && self.is_probe {
            self.breakers.learn(self.model, true, Verdict::Abandoned, Instant::now());
        }
    }
}
