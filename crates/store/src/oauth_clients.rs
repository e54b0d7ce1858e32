use artel_domain::{AuditEntry, ClientId, Hashed, OAuthClient, TenantId};
use async_trait::async_trait;

use crate::Result;

/// A client with what is kept of its secret; a public client has none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientRecord {
    pub client: OAuthClient,
    pub secret_hash: Option<Hashed>,
}

/// Programs that ask for tokens. The time of a change is that of its audit entry.
#[async_trait]
pub trait OAuthClients: Send + Sync {
    /// Makes the client and, when they are absent, its user and tenant. `Duplicate` when the name is taken in any
    /// tenant.
    async fn create_client(&self, new: ClientRecord, audit: AuditEntry) -> Result<()>;
    /// Over all tenants; also deactivated ones.
    async fn find_client(&self, client: &ClientId) -> Result<Option<ClientRecord>>;
    /// The tenant's own, in the order of their names.
    async fn list_clients(&self, tenant: TenantId) -> Result<Vec<OAuthClient>>;
    /// The old secret stops working. False when the tenant has no such confidential client.
    async fn rotate_client_secret(
        &self,
        tenant: TenantId,
        client: &ClientId,
        secret_hash: Hashed,
        audit: AuditEntry,
    ) -> Result<bool>;
    /// Ends every login through the client. False when the tenant has no such active client.
    async fn deactivate_client(&self, tenant: TenantId, client: &ClientId, audit: AuditEntry) -> Result<bool>;
}
