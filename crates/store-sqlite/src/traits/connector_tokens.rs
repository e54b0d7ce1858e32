use std::time::Duration;

use artel_domain::{CredentialId, TenantId};
use artel_store::{ConnectorTokens, Result, TokenClaim, TokenTurn};
use async_trait::async_trait;

use crate::connector_tokens;
use crate::store::SqliteStore;

#[async_trait]
impl ConnectorTokens for SqliteStore {
    async fn find_connector_token(&self, tenant: TenantId, credential: CredentialId) -> Result<Option<String>> {
        Ok(connector_tokens::find(&self.reads, tenant, credential).await?)
    }

    async fn claim_connector_token(&self, claim: &TokenClaim, lease: Duration) -> Result<TokenTurn> {
        self.write((claim.clone(), lease), |(claim, lease), tx| Box::pin(connector_tokens::claim(tx, claim, *lease)))
            .await
    }

    async fn save_connector_token(&self, claim: &TokenClaim, sealed: String) -> Result<bool> {
        self.write((claim.clone(), sealed), |(claim, sealed), tx| Box::pin(connector_tokens::save(tx, claim, sealed)))
            .await
    }

    async fn release_connector_token(&self, claim: &TokenClaim) -> Result<()> {
        self.write(claim.clone(), |claim, tx| Box::pin(connector_tokens::release(tx, claim))).await
    }
}
