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
    /// The name of the provider.
    pub provider: String,
    /// Whether it can be called without a tenant's own key.
    pub configured: bool,
    /// The worst state of its models.
    pub breaker: BreakerState,
    /// Models whose breaker is not closed.
    pub troubled: Vec<TroubledModel>,
    /// Calls under way.
    pub in_flight: usize,
    /// The limit on calls under way.
    pub max_concurrency: usize,
    /// The latest failure; absent while there was none.
    pub last_error: Option<LastError>,
    /// The end of the latest successful call; absent while there was none.
    pub last_success_at: Option<Timestamp>,
}

/// A model whose breaker is not closed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TroubledModel {
    /// The provider's own name for the model.
    pub model: String,
    /// The state of its circuit breaker.
    pub breaker: BreakerState,
}

/// The latest failure. Only the code is shown, because the text may hold things that readers must not see.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct LastError {
    /// [`crate::ModelError::code`].
    pub code: &'static str,
    /// When it happened.
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
            max_concurrency: self.slots.max(),
            last_error,
            last_success_at,
        }
    }
}
