use artel_domain::{AuditEntry, Hook, HookId, TenantId, Timestamp};
use artel_store::{HookWrite, Hooks, NewHook, Page, Result, SealedHook};
use async_trait::async_trait;

use crate::hooks::{self, Place};
use crate::store::SqliteStore;

#[async_trait]
impl Hooks for SqliteStore {
    async fn create_hook(&self, new: NewHook, audit: AuditEntry) -> Result<HookWrite> {
        self.write((new, audit), |(new, audit), tx| Box::pin(hooks::create(tx, new, audit))).await
    }

    async fn list_hooks(&self, tenant: TenantId, connector: &str, page: Page) -> Result<(Vec<Hook>, i64)> {
        Ok(hooks::list(&self.reads, tenant, connector, page).await?)
    }

    async fn find_hook_by_token(
        &self,
        tenant: TenantId,
        connector: &str,
        token_hash: &str,
    ) -> Result<Option<SealedHook>> {
        Ok(hooks::find_by_token(&self.reads, tenant, connector, token_hash).await?)
    }

    async fn set_hook_secret(
        &self,
        tenant: TenantId,
        connector: &str,
        hook: HookId,
        sealed: String,
        audit: AuditEntry,
    ) -> Result<Option<Hook>> {
        let place = Place { tenant, connector: connector.to_owned(), hook };
        self.write((place, sealed, audit), |(place, sealed, audit), tx| {
            Box::pin(hooks::set_secret(tx, place, sealed, audit))
        })
        .await
    }

    async fn revoke_hook(&self, tenant: TenantId, connector: &str, hook: HookId, audit: AuditEntry) -> Result<bool> {
        let place = Place { tenant, connector: connector.to_owned(), hook };
        self.write((place, audit), |(place, audit), tx| Box::pin(hooks::revoke(tx, place, audit))).await
    }

    async fn note_hook_refusal(&self, tenant: TenantId, hook: HookId, at: Timestamp) -> Result<()> {
        self.write((tenant, hook, at), |(tenant, hook, at), tx| Box::pin(hooks::note_refusal(tx, *tenant, *hook, *at)))
            .await
    }
}
