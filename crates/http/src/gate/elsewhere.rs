//! The keys of an auth service that is another installation: asked for over the network, believed for a while, asked
//! for again when a token names one that is not known. Whether its keys are at hand is never confused with whether a
//! token is good: a service that is away is a 503.

use std::fmt;
use std::sync::{Arc, Mutex as Lock, PoisonError};
use std::time::{Duration, Instant};

use artel_domain::{Clock, TenantId};
use artel_identity::{Claims, KeySetVerifier, TokenError, TokenVerifier};
use tokio::sync::Mutex;

use super::failure::AuthFailure;
use crate::PublicKeys;

/// An auth service whose users, logins and keys are not in this database.
#[derive(Clone)]
pub struct AuthServiceElsewhere {
    /// Fetches its key set.
    pub keys: Arc<dyn PublicKeys>,
    /// The `iss` of its tokens.
    pub issuer: String,
    /// Their `aud`.
    pub audience: String,
    /// The tenant of its tokens that name none.
    pub home_tenant: TenantId,
    /// How long a set is used before it is fetched again: a withdrawn key is believed for no longer while the service
    /// answers.
    pub life: Duration,
}

impl fmt::Debug for AuthServiceElsewhere {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AuthServiceElsewhere").field("issuer", &self.issuer).finish_non_exhaustive()
    }
}

/// While the service does not answer, its last set is believed for so many lives, so that a restart of it signs nobody
/// out.
const LIVES_WITHOUT_ANSWER: u32 = 12;
/// Strangers can name any key: a service is asked for unknown ones, and after a failure, no more often than this.
const AGAIN: Duration = Duration::from_secs(5);
/// The same while it does not answer and its last set is still believed, because each attempt may take seconds.
const AGAIN_WITH_KEYS: Duration = Duration::from_secs(30);

pub(super) struct Elsewhere {
    service: AuthServiceElsewhere,
    verifier: KeySetVerifier,
    /// Names of its keys belong to this installation, also when the two share a database.
    own: Arc<TokenVerifier>,
    fetches: Lock<Fetches>,
    fetching: Mutex<()>,
}

/// When the set was asked for.
#[derive(Clone, Copy, Default)]
struct Fetches {
    good: Option<Instant>,
    last: Option<Instant>,
}

impl Fetches {
    fn is_older(at: Option<Instant>, age: Duration) -> bool {
        at.is_none_or(|at| at.elapsed() >= age)
    }

    /// Whether the last one failed, or there was none.
    fn failed(self) -> bool {
        self.good.is_none() || self.good != self.last
    }
}

impl Elsewhere {
    pub(super) fn new(service: AuthServiceElsewhere, own: Arc<TokenVerifier>) -> Self {
        let verifier = KeySetVerifier::new(&service.issuer, &service.audience, service.home_tenant);
        Self { service, verifier, own, fetches: Lock::default(), fetching: Mutex::default() }
    }

    pub(super) async fn verify(&self, token: &str, clock: &dyn Clock) -> Result<Claims, AuthFailure> {
        self.fetch_if(|fetches| self.is_due(fetches)).await;
        if !self.is_usable(self.fetches()) {
            return Err(AuthFailure::AuthServiceAway);
        }
        let verdict = match self.verifier.verify(token, clock.now()) {
            Err(TokenError::UnknownKey) => {
                self.fetch_if(|fetches| Fetches::is_older(fetches.last, AGAIN)).await;
                self.verifier.verify(token, clock.now())
            }
            verdict => verdict,
        };
        match verdict {
            // It may be a key that the service has by now.
            Err(TokenError::UnknownKey) if self.fetches().failed() => Err(AuthFailure::AuthServiceAway),
            verdict => verdict.map_err(AuthFailure::Token),
        }
    }

    /// Whether the set has come to its end and may be asked for again.
    fn is_due(&self, fetches: Fetches) -> bool {
        let pause = if self.is_usable(fetches) { AGAIN_WITH_KEYS.min(self.service.life) } else { AGAIN };
        Fetches::is_older(fetches.good, self.service.life)
            && (!fetches.failed() || Fetches::is_older(fetches.last, pause))
    }

    fn is_usable(&self, fetches: Fetches) -> bool {
        !Fetches::is_older(fetches.good, self.service.life * LIVES_WITHOUT_ANSWER)
    }

    /// One fetches, the others who need it wait for that one.
    async fn fetch_if(&self, is_wanted: impl Fn(Fetches) -> bool) {
        if !is_wanted(self.fetches()) {
            return;
        }
        let _fetching = self.fetching.lock().await;
        if !is_wanted(self.fetches()) {
            return;
        }
        let is_good = self.fetch().await;
        let now = Instant::now();
        let mut fetches = self.fetches.lock().unwrap_or_else(PoisonError::into_inner);
        fetches.last = Some(now);
        if is_good {
            fetches.good = Some(now);
        }
    }

    async fn fetch(&self) -> bool {
        let jwks = match self.service.keys.jwks().await {
            Ok(jwks) => jwks,
            Err(error) => {
                tracing::warn!(error, "the keys of the auth service (AUTH_SERVICE_URL) could not be fetched");
                return false;
            }
        };
        match self.verifier.trust(&jwks, |kid| self.own.knows(kid)) {
            Ok(count) => {
                tracing::debug!(count, "the keys of the auth service were fetched");
                true
            }
            Err(error) => {
                tracing::error!(%error, "the keys of the auth service (AUTH_SERVICE_URL) cannot be used");
                false
            }
        }
    }

    fn fetches(&self) -> Fetches {
        *self.fetches.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;
