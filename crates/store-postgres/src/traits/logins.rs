use artel_domain::{AuditEntry, ClientId, FamilyId, TenantId, Timestamp, TokenFamily, UserId};
use artel_store::{Logins, NewCode, NewFamily, Redeem, Redemption, Result, Rotate, Rotation, Standing};
use async_trait::async_trait;

use crate::error::{retrying, sweeping_again, within};
use crate::store::PostgresStore;
use crate::{codes, families, revoke, rotate};

#[async_trait]
impl Logins for PostgresStore {
    async fn start_family(&self, new: NewFamily, audit: AuditEntry) -> Result<bool> {
        retrying(|| families::start(&self.pool, &new, &audit)).await
    }

    async fn rotate_refresh_token(&self, rotate: Rotate, audit: AuditEntry) -> Result<Rotation> {
        retrying(|| rotate::rotate(&self.pool, &rotate, &audit)).await
    }

    async fn note_refresh_answered(&self, tenant: TenantId, family: FamilyId, token_hash: &str) -> Result<()> {
        retrying(|| rotate::note_answered(&self.pool, tenant, family, token_hash)).await
    }

    async fn find_refresh_token(&self, hash: &str, now: Timestamp) -> Result<Option<Standing>> {
        within(families::find_by_token(&self.pool, hash, now)).await
    }

    async fn find_family(&self, tenant: TenantId, family: FamilyId) -> Result<Option<TokenFamily>> {
        within(families::find(&self.pool, tenant, family)).await
    }

    async fn list_families(&self, tenant: TenantId, user: UserId, now: Timestamp) -> Result<Vec<TokenFamily>> {
        within(families::list(&self.pool, tenant, user, now)).await
    }

    async fn revoke_refresh_token(&self, hash: &str, client: &ClientId, audit: AuditEntry) -> Result<bool> {
        retrying(|| revoke::by_token(&self.pool, hash, client, &audit)).await
    }

    async fn revoke_family(&self, tenant: TenantId, family: FamilyId, audit: AuditEntry) -> Result<bool> {
        retrying(|| revoke::one(&self.pool, tenant, family, &audit)).await
    }

    async fn revoke_families(
        &self,
        tenant: TenantId,
        user: UserId,
        client: Option<ClientId>,
        audit: AuditEntry,
    ) -> Result<u64> {
        retrying(|| revoke::all(&self.pool, tenant, user, client.as_ref(), &audit)).await
    }

    async fn save_code(&self, new: NewCode, audit: AuditEntry) -> Result<bool> {
        retrying(|| codes::save(&self.pool, &new, &audit)).await
    }

    async fn redeem_code(&self, redeem: Redeem, audit: AuditEntry) -> Result<Redemption> {
        retrying(|| codes::redeem(&self.pool, &redeem, &audit)).await
    }

    async fn note_code_answered(&self, hash: &str) -> Result<()> {
        retrying(|| codes::note_answered(&self.pool, hash)).await
    }

    async fn sweep_logins(&self, before: Timestamp, limit: u32) -> Result<u64> {
        sweeping_again(|| families::sweep(&self.pool, before, limit)).await
    }
}
