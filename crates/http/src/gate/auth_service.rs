//! Tokens, and the auth service's keys that verify them. Another process may rotate these: they are read from the store
//! again when they are old, and when a token names one that is not known.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use artel_domain::Clock;
use artel_identity::{Claims, ServiceKey, TokenError, TokenVerifier};
use artel_store::SigningKeys;
use tokio::sync::Mutex;

use super::elsewhere::{AuthServiceElsewhere, Elsewhere};
use super::failure::AuthFailure;

/// The auth service whose access tokens are accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuthServiceTrust {
    /// The `iss` of its tokens.
    pub issuer: String,
    /// Their `aud`.
    pub audience: String,
}

/// How long a key that was withdrawn may still be believed.
const OLD: Duration = Duration::from_secs(5);
/// Strangers can name any key: the store is asked for unknown ones no more often than this.
const ANEW: Duration = Duration::from_secs(1);
const NEVER: u64 = u64::MAX;

pub(super) struct Tokens {
    store: Arc<dyn SigningKeys>,
    clock: Arc<dyn Clock>,
    verifier: Arc<TokenVerifier>,
    trust: Option<AuthServiceTrust>,
    elsewhere: Option<Elsewhere>,
    started: Instant,
    /// Milliseconds after `started` at which the keys were read last.
    read_at: AtomicU64,
    reading: Mutex<()>,
}

impl Tokens {
    pub(super) fn new(
        store: Arc<dyn SigningKeys>,
        clock: Arc<dyn Clock>,
        verifier: Arc<TokenVerifier>,
        trust: Option<AuthServiceTrust>,
        elsewhere: Option<AuthServiceElsewhere>,
    ) -> Self {
        let elsewhere = elsewhere.map(|service| Elsewhere::new(service, verifier.clone()));
        let (started, read_at) = (Instant::now(), AtomicU64::new(NEVER));
        Self { store, clock, verifier, trust, elsewhere, started, read_at, reading: Mutex::default() }
    }

    /// A key of this installation comes before one of the same name elsewhere.
    pub(super) async fn verify(&self, token: &str) -> Result<Claims, AuthFailure> {
        match (self.verify_here(token).await, &self.elsewhere) {
            (Err(TokenError::UnknownKey), Some(elsewhere)) => elsewhere.verify(token, &*self.clock).await,
            (verdict, _) => verdict.map_err(AuthFailure::Token),
        }
    }

    async fn verify_here(&self, token: &str) -> Result<Claims, TokenError> {
        let Some(trust) = &self.trust else { return self.verify_now(token) };
        self.read_when_older_than(OLD, trust).await;
        match self.verify_now(token) {
            Err(TokenError::UnknownKey) => {
                self.read_when_older_than(ANEW, trust).await;
                self.verify_now(token)
            }
            verdict => verdict,
        }
    }

    fn verify_now(&self, token: &str) -> Result<Claims, TokenError> {
        self.verifier.verify(token, self.clock.now())
    }

    /// One reads, the others wait for it.
    async fn read_when_older_than(&self, age: Duration, trust: &AuthServiceTrust) {
        if self.is_younger_than(age) {
            return;
        }
        let _reading = self.reading.lock().await;
        if !self.is_younger_than(age) {
            self.read(trust).await;
            // Also after a failure: the keys that are known go on working, and the store is left alone for a while.
            self.read_at.store(self.elapsed_ms(), Ordering::Relaxed);
        }
    }

    async fn read(&self, trust: &AuthServiceTrust) {
        match self.store.signing_keys(self.clock.now()).await {
            Ok(keys) => {
                let jwks = ServiceKey::jwks_of(keys.into_iter().map(|key| key.public_jwk));
                if let Err(error) = self.verifier.trust_jwks(&jwks, &trust.issuer, &trust.audience) {
                    tracing::error!(%error, "the auth service's keys cannot be used");
                }
            }
            Err(error) => tracing::warn!(%error, "the auth service's keys could not be read"),
        }
    }

    fn is_younger_than(&self, age: Duration) -> bool {
        let read_at = self.read_at.load(Ordering::Relaxed);
        read_at != NEVER && Duration::from_millis(self.elapsed_ms().saturating_sub(read_at)) < age
    }

    fn elapsed_ms(&self) -> u64 {
        u64::try_from(self.started.elapsed().as_millis()).unwrap_or(NEVER - 1)
    }
}
