use std::time::Duration;

use artel_domain::{CredentialId, TenantId};
use async_trait::async_trait;
use uuid::Uuid;

use crate::Result;

/// Who makes the token of a credential.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenClaim {
    pub tenant_id: TenantId,
    pub credential_id: CredentialId,
    /// Another one for each claim.
    pub owner: Uuid,
}

/// Whether a token can be made now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TokenTurn {
    /// The right to make the token is the caller's until the lease lapses.
    Claimed,
    /// Somebody else makes it; their lease lapses after this time.
    Later(Duration),
    CredentialMissing,
}

/// Sessions and access tokens that were obtained with credentials, sealed, and the right to make new ones. A token is
/// gone with its credential, and as soon as the credential has another secret. Leases are on the database's clock.
#[async_trait]
pub trait ConnectorTokens: Send + Sync {
    /// The sealed token, as it was saved last.
    async fn find_connector_token(&self, tenant: TenantId, credential: CredentialId) -> Result<Option<String>>;
    /// Claims the right to make the credential's token for `lease`. Of several callers at once one gets it. The same
    /// owner may ask again.
    async fn claim_connector_token(&self, claim: &TokenClaim, lease: Duration) -> Result<TokenTurn>;
    /// Keeps the token. False, and nothing changed, when the claim is void: another took it over after its lease, or
    /// the credential is gone or has another secret.
    async fn save_connector_token(&self, claim: &TokenClaim, sealed: String) -> Result<bool>;
    /// Gives the right back. Nothing happens when the claim is void.
    async fn release_connector_token(&self, claim: &TokenClaim) -> Result<()>;
}
