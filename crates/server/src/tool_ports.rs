//! What the registry of tools needs from the rest: secrets, rate limits, and the signature of this installation.

use std::sync::Arc;
use std::time::Duration;

use artel_bus::Bus;
use artel_domain::{Clock, RateLimit, TenantId};
use artel_identity::{ApiKeyMaker, Keyring, NoDataKey};
use artel_store::{Identities, StoreError};
use artel_tools::SecretError;
use async_trait::async_trait;
use secrecy::SecretString;
use serde_json::json;

use crate::secret_names;
use crate::vault::Vault;

/// The tenant's own secrets, sealed in the database.
pub(crate) struct StoredSecrets {
    store: Arc<dyn Identities>,
    keyring: Arc<Keyring>,
}

impl StoredSecrets {
    pub(crate) fn new(store: Arc<dyn Identities>, keyring: Arc<Keyring>) -> Self {
        Self { store, keyring }
    }
}

#[async_trait]
impl artel_tools::Secrets for StoredSecrets {
    async fn get(&self, tenant: TenantId, name: &str) -> Result<Option<SecretString>, SecretError> {
        // The author of a binding could otherwise have the key of a model provider sent to a server of theirs.
        if name.starts_with(secret_names::LLM_PREFIX) {
            return Ok(None);
        }
        let sealed = self.store.find_secret(tenant, name).await.map_err(|error| {
            tracing::error!(%tenant, name, %error, "a tenant's secret cannot be read");
            if matches!(error, StoreError::Unavailable(_)) {
                SecretError::NotNow(error.to_string())
            } else {
                SecretError::Unreadable
            }
        })?;
        let Some(sealed) = sealed else { return Ok(None) };
        let seal = self.keyring.of(tenant).await.map_err(|error| {
            tracing::error!(%tenant, name, %error, "a tenant's secret cannot be read");
            match error {
                NoDataKey::NotNow(why) => SecretError::NotNow(why),
                NoDataKey::Seal(_) => SecretError::Unreadable,
            }
        })?;
        seal.open_text(&secret_names::place(tenant, name), &sealed).map(Some).map_err(|error| {
            tracing::error!(%tenant, name, %error, "a tenant's secret cannot be opened; was the master key changed?");
            SecretError::Unreadable
        })
    }
}

/// The rate limits of bindings, counted where all rate limits are.
pub(crate) struct BusLimits {
    bus: Arc<dyn Bus>,
}

impl BusLimits {
    pub(crate) fn new(bus: Arc<dyn Bus>) -> Self {
        Self { bus }
    }
}

#[async_trait]
impl artel_tools::CallLimits for BusLimits {
    async fn admit(&self, key: &str, rate: RateLimit) -> Result<(), Duration> {
        let admission = self.bus.admit(key, rate).await;
        if admission.allowed { Ok(()) } else { Err(admission.retry_after) }
    }
}

/// Results of tools, kept where the processes share what may be lost.
pub(crate) struct BusResults {
    bus: Arc<dyn Bus>,
    keyed: ApiKeyMaker,
}

impl BusResults {
    pub(crate) fn new(bus: Arc<dyn Bus>, keyed: ApiKeyMaker) -> Self {
        Self { bus, keyed }
    }

    /// A secret of the call is part of the key. Under the pepper, nobody who sees the key can try secrets.
    fn hidden(&self, key: &str) -> String {
        format!("result:{}", self.keyed.hash(key))
    }
}

#[async_trait]
impl artel_tools::KeptResults for BusResults {
    async fn find(&self, key: &str) -> Option<Vec<u8>> {
        self.bus.recall(&self.hidden(key)).await
    }

    async fn keep(&self, key: &str, text: Vec<u8>, ttl: Duration) {
        self.bus.remember(&self.hidden(key), text, ttl).await;
    }
}

/// Signs the short-lived tokens of `auth_type: service`.
pub(crate) struct Signer {
    vault: Arc<Vault>,
    clock: Arc<dyn Clock>,
}

const SERVICE_TOKEN_SECONDS: i64 = 60;

impl Signer {
    pub(crate) fn new(vault: Arc<Vault>, clock: Arc<dyn Clock>) -> Self {
        Self { vault, clock }
    }
}

#[async_trait]
impl artel_tools::ServiceSigner for Signer {
    async fn sign(&self, audience: &str, subject: &str) -> Result<SecretString, String> {
        let key = self.vault.service_key().await.map_err(|error| format!("{error:#}"))?;
        let now = self.clock.now().as_second();
        let claims = json!({
            "iss": "artel", "aud": audience, "sub": subject, "iat": now, "nbf": now, "exp": now + SERVICE_TOKEN_SECONDS, "jti": self.clock.uuid(),
        });
        key.sign(&claims).map(SecretString::from).map_err(|error| error.to_string())
    }
}

#[async_trait]
impl artel_http::PublicKeys for Vault {
    async fn jwks(&self) -> Result<serde_json::Value, String> {
        self.service_key().await.map(|key| key.jwks()).map_err(|error| format!("{error:#}"))
    }
}
