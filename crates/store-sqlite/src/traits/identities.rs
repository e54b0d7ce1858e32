use artel_domain::{ApiKey, ApiKeyId, AuditEntry, AuditRow, TenantId, Timestamp, UserId};
use artel_store::{AuditFilter, HeldKey, Identities, KeyStanding, NewApiKey, Result, Viewer};
use async_trait::async_trait;

use crate::store::SqliteStore;
use crate::values::micros;
use crate::{audit, identities, keys, secrets};

#[async_trait]
impl Identities for SqliteStore {
    async fn ensure_principal(&self, tenant: TenantId, user: UserId, at: Timestamp) -> Result<()> {
        if identities::is_known(&self.reads, tenant, user).await? {
            return Ok(());
        }
        self.write((tenant, user, micros(at)), |(tenant, user, at), tx| {
            Box::pin(identities::ensure(tx, *tenant, *user, *at))
        })
        .await
    }

    async fn create_api_key(&self, new: NewApiKey, audit: AuditEntry) -> Result<()> {
        self.write((new, audit), |(new, audit), tx| Box::pin(keys::create(tx, new, audit))).await
    }

    async fn find_api_key(&self, hash: &str) -> Result<Option<HeldKey>> {
        Ok(keys::find(&self.reads, hash).await?)
    }

    async fn find_api_key_by_id(&self, tenant: TenantId, key: ApiKeyId) -> Result<Option<HeldKey>> {
        Ok(keys::find_by_id(&self.reads, tenant, key).await?)
    }

    async fn api_key_standing(&self, tenant: TenantId, key: ApiKeyId, now: Timestamp) -> Result<KeyStanding> {
        Ok(keys::standing(&self.reads, tenant, key, micros(now)).await?)
    }

    async fn list_api_keys(&self, viewer: &Viewer, include_revoked: bool) -> Result<Vec<ApiKey>> {
        Ok(keys::list(&self.reads, viewer, include_revoked).await?)
    }

    async fn revoke_api_key(&self, viewer: &Viewer, key: ApiKeyId, audit: AuditEntry) -> Result<bool> {
        self.write((viewer.clone(), key, audit), |(viewer, key, audit), tx| {
            Box::pin(keys::revoke(tx, viewer, *key, audit))
        })
        .await
    }

    async fn put_secret(&self, tenant: TenantId, name: &str, sealed: &str, audit: AuditEntry) -> Result<()> {
        let asked = (tenant, name.to_owned(), sealed.to_owned(), audit);
        self.write(asked, |(tenant, name, sealed, audit), tx| Box::pin(secrets::put(tx, *tenant, name, sealed, audit)))
            .await
    }

    async fn find_secret(&self, tenant: TenantId, name: &str) -> Result<Option<String>> {
        Ok(secrets::find(&self.reads, tenant, name).await?)
    }

    async fn list_secret_names(&self, tenant: TenantId) -> Result<Vec<String>> {
        Ok(secrets::list_names(&self.reads, tenant).await?)
    }

    async fn delete_secret(&self, tenant: TenantId, name: &str, audit: AuditEntry) -> Result<bool> {
        self.write((tenant, name.to_owned(), audit), |(tenant, name, audit), tx| {
            Box::pin(secrets::delete(tx, *tenant, name, audit))
        })
        .await
    }

    async fn record_audit(&self, tenant: TenantId, audit: AuditEntry) -> Result<()> {
        self.write((tenant, audit), |(tenant, audit), tx| {
            tx.audit(*tenant, audit);
            Box::pin(async { Ok(()) })
        })
        .await
    }

    async fn list_audit(&self, viewer: &Viewer, filter: AuditFilter) -> Result<Vec<AuditRow>> {
        Ok(audit::list(&self.reads, viewer, &filter).await?)
    }

    async fn audit_chain(&self, tenant: TenantId, after_seq: i64, limit: u32) -> Result<Vec<AuditRow>> {
        Ok(audit::chain(&self.reads, tenant, after_seq, limit).await?)
    }

    async fn audit_head(&self, tenant: TenantId) -> Result<Option<(i64, String)>> {
        Ok(audit::head(&self.reads, tenant).await?)
    }

    async fn list_tenants(&self) -> Result<Vec<TenantId>> {
        Ok(identities::list_tenants(&self.reads).await?)
    }
}
