use std::time::Duration;

use artel_domain::{CredentialId, TenantId};
use artel_store::{ConnectorTokens, Result, TokenClaim, TokenTurn};
use async_trait::async_trait;

use crate::connector_tokens;
use crate::error::{retrying, within};
use crate::store::PostgresStore;

#[async_trait]
impl ConnectorTokens for PostgresStore {
    async fn find_connector_token(&self, tenant: TenantId, credential: CredentialId) -> Result<Option<String>> {
        within(connector_tokens::find(&self.pool, tenant, credential)).await
    }

    async fn claim_connector_token(&self, claim: &TokenClaim, lease: Duration) -> Result<TokenTurn> {
        retrying(|| connector_tokens::claim(&self.pool, claim, lease)).await
    }

    async fn save_connector_token(&self, claim: &TokenClaim, sealed: String) -> Result<bool> {
        retrying(|| connector_tokens::save(&self.pool, claim, &sealed)).await
    }

    async fn release_connector_token(&self, claim: &TokenClaim) -> Result<()> {
        retrying(|| connector_tokens::release(&self.pool, claim)).await
    }
}
