//! The keys that sign access tokens. The store holds them sealed; this module caches them and updates the verifier.

use std::sync::Arc;
use std::time::{Duration, Instant};

use artel_domain::{Actor, AuditEntry, Clock, SigningKey, SigningKeyState, TenantId};
use artel_http::trace;
use artel_identity::{SecretBox, ServiceKey, TokenVerifier};
use artel_store::{NewSigningKey, SigningKeys};
use secrecy::SecretString;
use serde_json::Value;
use tokio::sync::Mutex;

use crate::error::OAuthError;

/// How long a rotation by another process may stay unnoticed.
const FRESH: Duration = Duration::from_secs(5);

/// The keys of this installation, as one process knows them.
pub struct Keys {
    store: Arc<dyn SigningKeys>,
    clock: Arc<dyn Clock>,
    seal: Arc<SecretBox>,
    verifier: Arc<TokenVerifier>,
    config: KeysConfig,
    known: Mutex<Option<Known>>,
}

/// The claims of tokens signed with the keys, and the first key.
#[derive(Debug, Clone)]
pub struct KeysConfig {
    pub issuer: String,
    pub audience: String,
    /// The tenant whose audit log holds the entries about the keys.
    pub home_tenant: TenantId,
    /// The first key as PEM. Absent: one is generated.
    pub first: Option<SecretString>,
}

#[derive(Clone)]
struct Known {
    read_at: Instant,
    active: Arc<ServiceKey>,
    jwks: Value,
}

impl Keys {
    /// The keys of an installation. `verifier` is updated with every change.
    pub fn new(
        store: Arc<dyn SigningKeys>,
        clock: Arc<dyn Clock>,
        seal: Arc<SecretBox>,
        verifier: Arc<TokenVerifier>,
        config: KeysConfig,
    ) -> Self {
        Self { store, clock, seal, verifier, config, known: Mutex::new(None) }
    }

    /// The key set that verifies access tokens. Creates the first key when there is none.
    pub async fn jwks(&self) -> Result<Value, String> {
        self.known().await.map(|known| known.jwks).map_err(|error| error.description().to_owned())
    }

    /// The active signing key. The verifier knows it.
    pub(crate) async fn active(&self) -> Result<Arc<ServiceKey>, OAuthError> {
        Ok(self.known().await?.active)
    }

    /// The verifier of access tokens, with the current keys.
    pub(crate) async fn verifier(&self) -> Result<&TokenVerifier, OAuthError> {
        self.known().await?;
        Ok(&self.verifier)
    }

    async fn known(&self) -> Result<Known, OAuthError> {
        let mut known = self.known.lock().await;
        if let Some(known) = known.as_ref().filter(|known| known.read_at.elapsed() < FRESH) {
            return Ok(known.clone());
        }
        let read = self.read().await?;
        self.verifier.trust_jwks(&read.jwks, &self.config.issuer, &self.config.audience)?;
        Ok(known.insert(read).clone())
    }

    async fn read(&self) -> Result<Known, OAuthError> {
        let mut keys = self.store.signing_keys(self.clock.now()).await?;
        if !keys.iter().any(|key| key.state == SigningKeyState::Active) {
            keys.insert(0, self.make_first().await?);
        }
        let active = keys
            .iter()
            .find(|key| key.state == SigningKeyState::Active)
            .ok_or_else(|| OAuthError::internal("no key signs"))?;
        let opened = ServiceKey::open(&active.kid, &active.sealed, &self.seal)?;
        let jwks = ServiceKey::jwks_of(keys.into_iter().map(|key| key.public_jwk));
        Ok(Known { read_at: Instant::now(), active: Arc::new(opened), jwks })
    }

    async fn make_first(&self) -> Result<SigningKey, OAuthError> {
        let (given, seal) = (self.config.first.clone(), self.seal.clone());
        let make = move || match given {
            Some(pem) => ServiceKey::seal_pem(&pem, &seal),
            None => ServiceKey::generate_sealed(&seal),
        };
        let sealed = tokio::task::spawn_blocking(make).await.map_err(OAuthError::internal)??;
        let audit = AuditEntry {
            actor: Actor::default(),
            action: "signing_key.create",
            entity_type: "signing_key",
            entity_id: sealed.kid.clone(),
            trace_id: trace::current(),
            outcome: "ok".to_owned(),
            details: None,
            at: self.clock.now(),
        };
        let new = NewSigningKey { kid: sealed.kid, sealed: sealed.sealed, public_jwk: sealed.public_jwk };
        Ok(self.store.ensure_signing_key(new, self.config.home_tenant, audit).await?)
    }
}
