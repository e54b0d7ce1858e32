use artel_domain::{CredentialId, HookId, TenantId, Timestamp, WebhookEndpointId};
use async_trait::async_trait;

use crate::Result;

/// Where something sealed stands among a tenant's rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SealedPlace {
    /// The tenant's key itself, wrapped.
    DataKey,
    /// A secret by its name.
    Secret(String),
    Credential(CredentialId),
    ConnectorToken(CredentialId),
    Hook(HookId),
    Webhook(WebhookEndpointId),
    /// The secret of a webhook before its rotation.
    WebhookBefore(WebhookEndpointId),
}

/// Something sealed, which the store cannot open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedValue {
    pub place: SealedPlace,
    pub sealed: String,
}

/// The data keys of tenants, and what is sealed anew when a key of the installation changes.
#[async_trait]
pub trait SealedValues: Send + Sync {
    /// The tenant's wrapped key.
    async fn find_data_key(&self, tenant: TenantId) -> Result<Option<String>>;
    /// Keeps this wrapped key when the tenant has none; the one that it has then. Of many at once all get the same.
    async fn keep_data_key(&self, tenant: TenantId, wrapped: &str, at: Timestamp) -> Result<String>;
    /// All of the tenant's, its wrapped key first.
    async fn list_sealed_values(&self, tenant: TenantId) -> Result<Vec<SealedValue>>;
    /// Puts the same value sealed anew in its place. It counts as no change of its row. False, and nothing is written,
    /// when something else stands there by now.
    ///
    /// # Arguments
    /// * `value`: as it was listed.
    async fn reseal(&self, tenant: TenantId, value: &SealedValue, sealed: &str) -> Result<bool>;
    /// The same for the private half of a signing key, which belongs to the installation.
    async fn reseal_signing_key(&self, kid: &str, from: &str, sealed: &str) -> Result<bool>;
}
