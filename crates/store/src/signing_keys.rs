use artel_domain::{AuditEntry, SigningKey, TenantId, Timestamp};
use async_trait::async_trait;

use crate::Result;

/// A key to sign with from now on.
#[derive(Debug, Clone, PartialEq)]
pub struct NewSigningKey {
    pub kid: String,
    pub sealed: String,
    pub public_jwk: serde_json::Value,
}

/// The keys of the auth service: one signs, and those before it verify for a while. They belong to the installation;
/// `tenant` is only where the audit row goes. The time of a change is that of its audit entry.
#[async_trait]
pub trait SigningKeys: Send + Sync {
    /// Those that verify at `now`, the active one first.
    async fn signing_keys(&self, now: Timestamp) -> Result<Vec<SigningKey>>;
    /// Makes `first` the active key when there is none; answers with the active key. Of many at once all get the same
    /// one.
    async fn ensure_signing_key(&self, first: NewSigningKey, tenant: TenantId, audit: AuditEntry)
    -> Result<SigningKey>;
    /// `next` signs from now on; the key before it verifies until `not_after`. `Duplicate` when the `kid` is known.
    async fn rotate_signing_key(
        &self,
        next: NewSigningKey,
        not_after: Timestamp,
        tenant: TenantId,
        audit: AuditEntry,
    ) -> Result<()>;
    /// A retiring key verifies nothing any more. False when there is no such key.
    async fn withdraw_signing_key(&self, kid: &str, tenant: TenantId, audit: AuditEntry) -> Result<bool>;
}
