//! The wrapped data keys of tenants, in the store; and what each sealed value is bound to.

use std::sync::Arc;

use artel_domain::{Clock, TenantId};
use artel_identity::DataKeys;
use artel_store::{SealedPlace, SealedValues};
use async_trait::async_trait;

use crate::{hook_secret, sealed_token, secret};

/// Data keys in the store.
pub struct StoredKeys {
    store: Arc<dyn SealedValues>,
    clock: Arc<dyn Clock>,
}

impl StoredKeys {
    pub fn new(store: Arc<dyn SealedValues>, clock: Arc<dyn Clock>) -> Self {
        Self { store, clock }
    }
}

#[async_trait]
impl DataKeys for StoredKeys {
    async fn find(&self, tenant: TenantId) -> Result<Option<String>, String> {
        self.store.find_data_key(tenant).await.map_err(|error| error.to_string())
    }

    async fn keep(&self, tenant: TenantId, wrapped: String) -> Result<String, String> {
        let kept = self.store.keep_data_key(tenant, &wrapped, self.clock.now()).await;
        kept.map_err(|error| error.to_string())
    }
}

/// What a value is bound to that this crate seals; `None` for the values of others.
pub fn bound_to(tenant: TenantId, place: &SealedPlace) -> Option<Vec<u8>> {
    match place {
        SealedPlace::Credential(credential) => Some(secret::place(tenant, *credential)),
        SealedPlace::ConnectorToken(credential) => Some(sealed_token::place(tenant, *credential)),
        SealedPlace::Hook(hook) => Some(hook_secret::place(tenant, *hook)),
        SealedPlace::DataKey | SealedPlace::Secret(_) | SealedPlace::Webhook(_) | SealedPlace::WebhookBefore(_) => None,
    }
}
