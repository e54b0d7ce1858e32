use artel_domain::{AuditEntry, SigningKey, TenantId, Timestamp};
use artel_store::{NewSigningKey, Result, SigningKeys};
use async_trait::async_trait;

use crate::signing_keys;
use crate::store::SqliteStore;
use crate::values::micros;

#[async_trait]
impl SigningKeys for SqliteStore {
    async fn signing_keys(&self, now: Timestamp) -> Result<Vec<SigningKey>> {
        Ok(signing_keys::list(&self.reads, micros(now)).await?)
    }

    async fn ensure_signing_key(
        &self,
        first: NewSigningKey,
        tenant: TenantId,
        audit: AuditEntry,
    ) -> Result<SigningKey> {
        self.write((first, tenant, audit), |(first, tenant, audit), tx| {
            Box::pin(signing_keys::ensure(tx, first, *tenant, audit))
        })
        .await
    }

    async fn rotate_signing_key(
        &self,
        next: NewSigningKey,
        not_after: Timestamp,
        tenant: TenantId,
        audit: AuditEntry,
    ) -> Result<()> {
        let asked = (next, micros(not_after), tenant, audit);
        self.write(asked, |(next, not_after, tenant, audit), tx| {
            Box::pin(signing_keys::rotate(tx, next, *not_after, *tenant, audit))
        })
        .await
    }

    async fn withdraw_signing_key(&self, kid: &str, tenant: TenantId, audit: AuditEntry) -> Result<bool> {
        self.write((kid.to_owned(), tenant, audit), |(kid, tenant, audit), tx| {
            Box::pin(signing_keys::withdraw(tx, kid, *tenant, audit))
        })
        .await
    }
}
