use artel_domain::{AuditEntry, ClientId, Hashed, OAuthClient, TenantId};
use artel_store::{ClientRecord, OAuthClients, Result};
use async_trait::async_trait;

use crate::oauth_clients;
use crate::store::SqliteStore;

#[async_trait]
impl OAuthClients for SqliteStore {
    async fn create_client(&self, new: ClientRecord, audit: AuditEntry) -> Result<()> {
        self.write((new, audit), |(new, audit), tx| Box::pin(oauth_clients::create(tx, new, audit))).await
    }

    async fn find_client(&self, client: &ClientId) -> Result<Option<ClientRecord>> {
        Ok(oauth_clients::find(&self.reads, client).await?)
    }

    async fn list_clients(&self, tenant: TenantId) -> Result<Vec<OAuthClient>> {
        Ok(oauth_clients::list(&self.reads, tenant).await?)
    }

    async fn rotate_client_secret(
        &self,
        tenant: TenantId,
        client: &ClientId,
        secret_hash: Hashed,
        audit: AuditEntry,
    ) -> Result<bool> {
        let asked = (tenant, client.clone(), secret_hash, audit);
        self.write(asked, |(tenant, client, hash, audit), tx| {
            Box::pin(oauth_clients::rotate_secret(tx, *tenant, client, hash, audit))
        })
        .await
    }

    async fn deactivate_client(&self, tenant: TenantId, client: &ClientId, audit: AuditEntry) -> Result<bool> {
        let asked = (tenant, client.clone(), audit);
        self.write(asked, |(tenant, client, audit), tx| Box::pin(oauth_clients::deactivate(tx, *tenant, client, audit)))
            .await
    }
}
