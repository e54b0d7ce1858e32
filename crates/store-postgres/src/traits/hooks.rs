use artel_domain::{AuditEntry, Hook, HookId, TenantId, Timestamp};
use artel_store::{HookWrite, Hooks, NewHook, Page, Result, SealedHook};
use async_trait::async_trait;

use crate::error::{retrying, within};
use crate::hooks::{self, Place};
use crate::store::PostgresStore;

#[async_trait]
impl Hooks for PostgresStore {
    async fn create_hook(&self, new: NewHook, audit: AuditEntry) -> Result<HookWrite> {
        retrying(|| hooks::create(&self.pool, &new, &audit)).await
    }

    async fn list_hooks(&self, tenant: TenantId, connector: &str, page: Page) -> Result<(Vec<Hook>, i64)> {
        within(hooks::list(&self.pool, tenant, connector, page)).await
    }

    async fn find_hook_by_token(
        &self,
        tenant: TenantId,
        connector: &str,
        token_hash: &str,
    ) -> Result<Option<SealedHook>> {
        within(hooks::find_by_token(&self.pool, tenant, connector, token_hash)).await
    }

    async fn set_hook_secret(
        &self,
        tenant: TenantId,
        connector: &str,
        hook: HookId,
        sealed: String,
        audit: AuditEntry,
    ) -> Result<Option<Hook>> {
        let place = Place { tenant, connector, hook };
        retrying(|| hooks::set_secret(&self.pool, &place, &sealed, &audit)).await
    }

    async fn revoke_hook(&self, tenant: TenantId, connector: &str, hook: HookId, audit: AuditEntry) -> Result<bool> {
        let place = Place { tenant, connector, hook };
        retrying(|| hooks::revoke(&self.pool, &place, &audit)).await
    }

    async fn note_hook_refusal(&self, tenant: TenantId, hook: HookId, at: Timestamp) -> Result<()> {
        retrying(|| hooks::note_refusal(&self.pool, tenant, hook, at)).await
    }
}
