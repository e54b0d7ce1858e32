use artel_domain::{TenantId, Timestamp};
use artel_store::{Result, SealedValue, SealedValues};
use async_trait::async_trait;

use crate::sealed_values;
use crate::store::SqliteStore;
use crate::values::micros;

#[async_trait]
impl SealedValues for SqliteStore {
    async fn find_data_key(&self, tenant: TenantId) -> Result<Option<String>> {
        Ok(sealed_values::find_key(&self.reads, tenant).await?)
    }

    async fn keep_data_key(&self, tenant: TenantId, wrapped: &str, at: Timestamp) -> Result<String> {
        self.write((tenant, wrapped.to_owned(), micros(at)), |(tenant, wrapped, at), tx| {
            Box::pin(sealed_values::keep_key(tx, *tenant, wrapped, *at))
        })
        .await
    }

    async fn list_sealed_values(&self, tenant: TenantId) -> Result<Vec<SealedValue>> {
        Ok(sealed_values::list(&self.reads, tenant).await?)
    }

    async fn reseal(&self, tenant: TenantId, value: &SealedValue, sealed: &str) -> Result<bool> {
        self.write((tenant, value.clone(), sealed.to_owned()), |(tenant, value, sealed), tx| {
            Box::pin(sealed_values::reseal(tx, *tenant, value, sealed))
        })
        .await
    }

    async fn reseal_signing_key(&self, kid: &str, from: &str, sealed: &str) -> Result<bool> {
        self.write((kid.to_owned(), from.to_owned(), sealed.to_owned()), |(kid, from, sealed), tx| {
            Box::pin(sealed_values::reseal_signing_key(tx, kid, from, sealed))
        })
        .await
    }
}
