//! The health of a provider, for operators.

use std::sync::{Mutex, PoisonError};

use artel_domain::Timestamp;
use serde::Serialize;
use tokio::time::Instant;

use super::Upstream;
use crate::{BreakerState, ModelError};

/// One provider's state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ProviderHealth {
    pub provider: String,
    /// Whether it could be asked without a tenant's own key.
    pub configured: bool,
    /// The worst of its models.
    pub breaker: BreakerState,
    /// Models whose breaker is not closed.
    pub troubled: Vec<TroubledModel>,
    pub in_flight: usize,
    pub max_concurrency: usize,
    pub last_error: Option<LastError>,
    pub last_success_at: Option<Timestamp>,
}

/// A model whose breaker is not closed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TroubledModel {
    pub model: String,
    pub breaker: BreakerState,
}

/// The latest failure. Only its code is shown, because the text may hold what readers must not see.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct LastError {
    pub code: &'static str,
    pub at: Timestamp,
}

/// The times of the last failure and the last success.
#[derive(Debug, Default)]
pub(crate) struct LastOutcomes(Mutex<(Option<LastError>, Option<Timestamp>)>);

impl LastOutcomes {
    pub(crate) fn record(&self, failure: Option<&ModelError>, now: Timestamp) {
        let mut beats = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match failure {
            Some(error) => beats.0 = Some(LastError { code: error.code(), at: now }),
            None => beats.1 = Some(now),
        }
    }

    fn read(&self) -> (Option<LastError>, Option<Timestamp>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Upstream {
    pub(crate) fn health(&self) -> ProviderHealth {
        let troubled = self.breakers.troubled(Instant::now());
        let (last_error, last_success_at) = self.last_outcomes.read();
        ProviderHealth {
            provider: self.name.clone(),
            configured: self.is_configured(),
            breaker: troubled.iter().map(|(_, state)| *state).max().unwrap_or(BreakerState::Closed),
            troubled: troubled.into_iter().map(|(model, breaker)| TroubledModel { model, breaker }).collect(),
            in_flight: self.slots.taken(),
            max_concurrency: self.slots.most(),
            last_error,
            last_success_at,
        }
    }
}
