use artel_domain::{TenantId, Timestamp};
use artel_store::{Result, SealedValue, SealedValues};
use async_trait::async_trait;

use crate::error::{retrying, within};
use crate::sealed_values;
use crate::store::PostgresStore;

#[async_trait]
impl SealedValues for PostgresStore {
    async fn find_data_key(&self, tenant: TenantId) -> Result<Option<String>> {
        within(sealed_values::find_key(&self.pool, tenant)).await
    }

    async fn keep_data_key(&self, tenant: TenantId, wrapped: &str, at: Timestamp) -> Result<String> {
        retrying(|| sealed_values::keep_key(&self.pool, tenant, wrapped, at)).await
    }

    async fn list_sealed_values(&self, tenant: TenantId) -> Result<Vec<SealedValue>> {
        within(sealed_values::list(&self.pool, tenant)).await
    }

    async fn reseal(&self, tenant: TenantId, value: &SealedValue, sealed: &str) -> Result<bool> {
        retrying(|| sealed_values::reseal(&self.pool, tenant, value, sealed)).await
    }

    async fn reseal_signing_key(&self, kid: &str, from: &str, sealed: &str) -> Result<bool> {
        retrying(|| sealed_values::reseal_signing_key(&self.pool, kid, from, sealed)).await
    }
}
