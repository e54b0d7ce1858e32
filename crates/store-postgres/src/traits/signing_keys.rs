use artel_domain::{AuditEntry, SigningKey, TenantId, Timestamp};
use artel_store::{NewSigningKey, Result, SigningKeys};
use async_trait::async_trait;

use crate::error::{retrying, within};
use crate::signing_keys;
use crate::store::PostgresStore;

#[async_trait]
impl SigningKeys for PostgresStore {
    async fn signing_keys(&self, now: Timestamp) -> Result<Vec<SigningKey>> {
        within(signing_keys::list(&self.pool, now)).await
    }

    async fn ensure_signing_key(
        &self,
        first: NewSigningKey,
        tenant: TenantId,
        audit: AuditEntry,
    ) -> Result<SigningKey> {
        retrying(|| signing_keys::ensure(&self.pool, &first, tenant, &audit)).await
    }

    async fn rotate_signing_key(
        &self,
        next: NewSigningKey,
        not_after: Timestamp,
        tenant: TenantId,
        audit: AuditEntry,
    ) -> Result<()> {
        retrying(|| signing_keys::rotate(&self.pool, &next, not_after, tenant, &audit)).await
    }

    async fn withdraw_signing_key(&self, kid: &str, tenant: TenantId, audit: AuditEntry) -> Result<bool> {
        retrying(|| signing_keys::withdraw(&self.pool, kid, tenant, &audit)).await
    }
}
