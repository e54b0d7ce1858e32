//! Tenants' own keys for model providers: secrets called `llm/<provider>`, sealed like all others.

use std::sync::Arc;
use std::time::Duration;

use artel_domain::TenantId;
use artel_identity::{Keyring, NoDataKey};
use artel_llm::{KeyRing, ModelError};
use artel_store::{Identities, StoreError};
use async_trait::async_trait;
use moka::future::Cache;
use secrecy::SecretString;

use crate::secret_names::{LLM_PREFIX, place};

/// A new key is used, and a removed one is not used any more, after this time at most.
const REMEMBERED: Duration = Duration::from_secs(5);
const MOST_REMEMBERED: u64 = 10_000;

/// Keys out of the store, remembered for a moment. Accounts are tenants; a service that asks for itself has no keys.
pub(crate) struct TenantKeys {
    store: Arc<dyn Identities>,
    keyring: Arc<Keyring>,
    remembered: Cache<(TenantId, String), Option<SecretString>>,
}

impl TenantKeys {
    pub(crate) fn new(store: Arc<dyn Identities>, keyring: Arc<Keyring>) -> Self {
        let remembered = Cache::builder().time_to_live(REMEMBERED).max_capacity(MOST_REMEMBERED).build();
        Self { store, keyring, remembered }
    }

    async fn open(&self, tenant: TenantId, provider: &str) -> Result<Option<SecretString>, ModelError> {
        let name = format!("{LLM_PREFIX}{provider}");
        let sealed = self.store.find_secret(tenant, &name).await.map_err(|error| {
            tracing::error!(%tenant, name, %error, "a tenant's key for a model provider cannot be read");
            match error {
                StoreError::Unavailable(_) => ModelError::KeysUnavailable(provider.to_owned()),
                _ => ModelError::NotConfigured(format!("{provider}: the key `{name}` cannot be read")),
            }
        })?;
        let Some(sealed) = sealed else { return Ok(None) };
        let seal = self.keyring.of(tenant).await.map_err(|error| {
            tracing::error!(%tenant, name, %error, "a tenant's key for a model provider cannot be read");
            match error {
                NoDataKey::NotNow(_) => ModelError::KeysUnavailable(provider.to_owned()),
                NoDataKey::Seal(_) => ModelError::NotConfigured(format!("{provider}: the key `{name}` cannot be read")),
            }
        })?;
        seal.open_text(&place(tenant, &name), &sealed).map(Some).map_err(|error| {
            tracing::error!(%tenant, name, %error, "a tenant's key for a model provider cannot be opened; was the master key changed?");
            ModelError::NotConfigured(format!("{provider}: the key `{name}` cannot be opened; it must be stored again"))
        })
    }
}

#[async_trait]
impl KeyRing for TenantKeys {
    async fn key(&self, account: &str, provider: &str) -> Result<Option<SecretString>, ModelError> {
        let Ok(tenant) = account.parse::<TenantId>() else { return Ok(None) };
        let found = self.remembered.try_get_with((tenant, provider.to_owned()), self.open(tenant, provider)).await;
        found.map_err(|error| ModelError::clone(&error))
    }
}
