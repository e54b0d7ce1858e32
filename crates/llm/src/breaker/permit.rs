//! The breakers of one provider, and the permit that a call holds while it is under way.

use std::collections::HashMap;
use std::hash::BuildHasher as _;
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use secrecy::{ExposeSecret as _, SecretString};
use tokio::time::Instant;

use super::{Admission, Breaker, BreakerState, CallResult};
use crate::BreakerLimits;

/// The number of models whose failures are remembered under the operator's key, and the number under all other keys
/// together. Clients choose model names, so the memory must have a limit.
const MAX_MODELS: usize = 1024;

/// Whose key a call uses. A failure of a tenant's own key says nothing about the calls of others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Credential(Option<u64>);

impl Credential {
    /// The operator's key, or no key.
    pub(crate) const OPERATOR: Self = Self(None);

    /// A tenant's own key. Only a hash of it is kept, with a random seed of this process.
    pub(crate) fn of_key(key: &SecretString) -> Self {
        static SEED: LazyLock<std::hash::RandomState> = LazyLock::new(std::hash::RandomState::new);
        Self(Some(SEED.hash_one(key.expose_secret())))
    }
}

/// What a breaker belongs to: a model and a key.
type Key = (String, Credential);

/// All breakers of one provider. A model has a breaker only after its first failure.
#[derive(Debug)]
pub(crate) struct Breakers {
    limits: BreakerLimits,
    breakers: Mutex<HashMap<Key, Breaker>>,
}

/// The permission to make one call. A permit that is dropped without a result counts as an abandoned call.
#[derive(Debug)]
pub(crate) struct Permit<'a> {
    breakers: &'a Breakers,
    key: Key,
    is_probe: bool,
    is_open: bool,
}

impl Breakers {
    pub(crate) fn new(limits: BreakerLimits) -> Self {
        Self { limits, breakers: Mutex::default() }
    }

    /// A permit for a call of a model with a key.
    ///
    /// # Errors
    /// The time until the next call may be made.
    pub(crate) fn enter(&self, model: &str, credential: Credential, now: Instant) -> Result<Permit<'_>, Duration> {
        let key = (model.to_owned(), credential);
        let admission = self.lock().get_mut(&key).map_or(Admission::Go, |breaker| breaker.admit(now));
        match admission {
            Admission::Go | Admission::Probe => {
                Ok(Permit { breakers: self, key, is_probe: admission == Admission::Probe, is_open: true })
            }
            Admission::NotBefore(Some(moment)) => Err(moment.saturating_duration_since(now)),
            Admission::NotBefore(None) => Err(Duration::from_secs(1)),
        }
    }

    /// Models whose breaker for the operator's key is not closed. Breakers of tenants' keys concern only these tenants.
    pub(crate) fn troubled(&self, now: Instant) -> Vec<(String, BreakerState)> {
        let breakers = self.lock();
        let of_operator = breakers.iter().filter(|((_, credential), _)| *credential == Credential::OPERATOR);
        let states = of_operator.map(|((model, _), breaker)| (model.clone(), breaker.state(now)));
        let mut troubled: Vec<_> = states.filter(|(_, state)| *state != BreakerState::Closed).collect();
        troubled.sort();
        troubled
    }

    fn record(&self, key: &Key, was_probe: bool, result: CallResult, now: Instant) {
        let mut breakers = self.lock();
        if let Some(breaker) = breakers.get_mut(key) {
            breaker.record(&self.limits, was_probe, result, now);
            if breaker.is_quiet(&self.limits, now) {
                breakers.remove(key);
            }
        } else if result == CallResult::Failed && self.limits.in_a_row > 0 && has_room(&mut breakers, key, now) {
            let mut breaker = Breaker::new(now);
            breaker.record(&self.limits, false, result, now);
            breakers.insert(key.clone(), breaker);
        }
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.lock().len()
    }

    /// After a panic in another task the counts are still valid.
    fn lock(&self) -> MutexGuard<'_, HashMap<Key, Breaker>> {
        self.breakers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether there is room for a new breaker. Forgets closed breakers when the limit is reached.
fn has_room(breakers: &mut HashMap<Key, Breaker>, key: &Key, now: Instant) -> bool {
    let is_operators = |credential: &Credential| *credential == Credential::OPERATOR;
    let is_alike = |other: &Key| is_operators(&other.1) == is_operators(&key.1);
    let count = |breakers: &HashMap<Key, Breaker>| breakers.keys().filter(|other| is_alike(other)).count();
    if count(breakers) >= MAX_MODELS {
        breakers.retain(|other, breaker| !is_alike(other) || breaker.state(now) != BreakerState::Closed);
    }
    count(breakers) < MAX_MODELS
}

impl Permit<'_> {
    /// Tells the breaker how the call ended.
    pub(crate) fn finish(mut self, result: CallResult, now: Instant) {
        self.is_open = false;
        self.breakers.record(&self.key, self.is_probe, result, now);
    }
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        if self.is_open && self.is_probe {
            self.breakers.record(&self.key, true, CallResult::Abandoned, Instant::now());
        }
    }
}
