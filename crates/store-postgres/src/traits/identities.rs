use artel_domain::{ApiKey, ApiKeyId, AuditEntry, AuditRow, TenantId, Timestamp, UserId};
use artel_store::{AuditFilter, HeldKey, Identities, KeyStanding, NewApiKey, Result, Viewer};
use async_trait::async_trait;

use crate::error::{in_time, retrying, within};
use crate::store::PostgresStore;
use crate::{audit, identities, keys, secrets};

#[async_trait]
impl Identities for PostgresStore {
    async fn ensure_principal(&self, tenant: TenantId, user: UserId, at: Timestamp) -> Result<()> {
        retrying(|| identities::ensure(&self.pool, tenant, user, at)).await
    }

    async fn create_api_key(&self, new: NewApiKey, audit: AuditEntry) -> Result<()> {
        retrying(|| keys::create(&self.pool, &new, &audit)).await
    }

    async fn find_api_key(&self, hash: &str) -> Result<Option<HeldKey>> {
        within(keys::find(&self.pool, hash)).await
    }

    async fn find_api_key_by_id(&self, tenant: TenantId, key: ApiKeyId) -> Result<Option<HeldKey>> {
        within(keys::find_by_id(&self.pool, tenant, key)).await
    }

    async fn api_key_standing(&self, tenant: TenantId, key: ApiKeyId, now: Timestamp) -> Result<KeyStanding> {
        within(keys::standing(&self.pool, tenant, key, now)).await
    }

    async fn list_api_keys(&self, viewer: &Viewer, include_revoked: bool) -> Result<Vec<ApiKey>> {
        within(keys::list(&self.pool, viewer, include_revoked)).await
    }

    async fn revoke_api_key(&self, viewer: &Viewer, key: ApiKeyId, audit: AuditEntry) -> Result<bool> {
        retrying(|| keys::revoke(&self.pool, viewer, key, &audit)).await
    }

    async fn put_secret(&self, tenant: TenantId, name: &str, sealed: &str, audit: AuditEntry) -> Result<()> {
        retrying(|| secrets::put(&self.pool, tenant, name, sealed, &audit)).await
    }

    async fn find_secret(&self, tenant: TenantId, name: &str) -> Result<Option<String>> {
        within(secrets::find(&self.pool, tenant, name)).await
    }

    async fn list_secret_names(&self, tenant: TenantId) -> Result<Vec<String>> {
        within(secrets::names(&self.pool, tenant)).await
    }

    async fn delete_secret(&self, tenant: TenantId, name: &str, audit: AuditEntry) -> Result<bool> {
        retrying(|| secrets::delete(&self.pool, tenant, name, &audit)).await
    }

    async fn record_audit(&self, tenant: TenantId, audit: AuditEntry) -> Result<()> {
        in_time(self.audit.write(tenant, audit)).await
    }

    async fn list_audit(&self, viewer: &Viewer, filter: AuditFilter) -> Result<Vec<AuditRow>> {
        within(audit::list(&self.pool, viewer, &filter)).await
    }

    async fn audit_chain(&self, tenant: TenantId, after_seq: i64, limit: u32) -> Result<Vec<AuditRow>> {
        within(audit::chain(&self.pool, tenant, after_seq, limit)).await
    }

    async fn audit_head(&self, tenant: TenantId) -> Result<Option<(i64, String)>> {
        within(audit::head(&self.pool, tenant)).await
    }

    async fn list_tenants(&self) -> Result<Vec<TenantId>> {
        within(identities::list_tenants(&self.pool)).await
    }
}
