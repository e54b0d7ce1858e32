use artel_domain::{AuditEntry, ClientId, Hashed, OAuthClient, TenantId};
use artel_store::{ClientRecord, OAuthClients, Result};
use async_trait::async_trait;

use crate::error::{retrying, within};
use crate::oauth_clients;
use crate::store::PostgresStore;

#[async_trait]
impl OAuthClients for PostgresStore {
    async fn create_client(&self, new: ClientRecord, audit: AuditEntry) -> Result<()> {
        retrying(|| oauth_clients::create(&self.pool, &new, &audit)).await
    }

    async fn find_client(&self, client: &ClientId) -> Result<Option<ClientRecord>> {
        within(oauth_clients::find(&self.pool, client)).await
    }

    async fn list_clients(&self, tenant: TenantId) -> Result<Vec<OAuthClient>> {
        within(oauth_clients::list(&self.pool, tenant)).await
    }

    async fn rotate_client_secret(
        &self,
        tenant: TenantId,
        client: &ClientId,
        secret_hash: Hashed,
        audit: AuditEntry,
    ) -> Result<bool> {
        retrying(|| oauth_clients::rotate_secret(&self.pool, tenant, client, &secret_hash, &audit)).await
    }

    async fn deactivate_client(&self, tenant: TenantId, client: &ClientId, audit: AuditEntry) -> Result<bool> {
        retrying(|| oauth_clients::deactivate(&self.pool, tenant, client, &audit)).await
    }
}
