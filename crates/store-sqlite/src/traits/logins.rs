use artel_domain::{AuditEntry, ClientId, FamilyId, TenantId, Timestamp, TokenFamily, UserId};
use artel_store::{Logins, NewCode, NewFamily, Redeem, Redemption, Result, Rotate, Rotation, Standing};
use async_trait::async_trait;

use crate::store::SqliteStore;
use crate::values::micros;
use crate::{codes, families, revoke, rotate};

#[async_trait]
impl Logins for SqliteStore {
    async fn start_family(&self, new: NewFamily, audit: AuditEntry) -> Result<bool> {
        self.write((new, audit), |(new, audit), tx| Box::pin(families::start(tx, new, audit))).await
    }

    async fn rotate_refresh_token(&self, rotate: Rotate, audit: AuditEntry) -> Result<Rotation> {
        self.write((rotate, audit), |(rotate, audit), tx| Box::pin(rotate::rotate(tx, rotate, audit))).await
    }

    async fn note_refresh_answered(&self, tenant: TenantId, family: FamilyId, token_hash: &str) -> Result<()> {
        self.write((tenant, family, token_hash.to_owned()), |(tenant, family, hash), tx| {
            Box::pin(rotate::note_answered(tx, *tenant, *family, hash))
        })
        .await
    }

    async fn find_refresh_token(&self, hash: &str, now: Timestamp) -> Result<Option<Standing>> {
        Ok(families::find_by_token(&self.reads, hash, now).await?)
    }

    async fn find_family(&self, tenant: TenantId, family: FamilyId) -> Result<Option<TokenFamily>> {
        Ok(families::find(&self.reads, tenant, family).await?)
    }

    async fn list_families(&self, tenant: TenantId, user: UserId, now: Timestamp) -> Result<Vec<TokenFamily>> {
        Ok(families::list(&self.reads, tenant, user, micros(now)).await?)
    }

    async fn revoke_refresh_token(&self, hash: &str, client: &ClientId, audit: AuditEntry) -> Result<bool> {
        let asked = (hash.to_owned(), client.clone(), audit);
        self.write(asked, |(hash, client, audit), tx| Box::pin(revoke::by_token(tx, hash, client, audit))).await
    }

    async fn revoke_family(&self, tenant: TenantId, family: FamilyId, audit: AuditEntry) -> Result<bool> {
        self.write((tenant, family, audit), |(tenant, family, audit), tx| {
            Box::pin(revoke::one(tx, *tenant, *family, audit))
        })
        .await
    }

    async fn revoke_families(
        &self,
        tenant: TenantId,
        user: UserId,
        client: Option<ClientId>,
        audit: AuditEntry,
    ) -> Result<u64> {
        let asked = (tenant, user, client, audit);
        self.write(asked, |(tenant, user, client, audit), tx| {
            Box::pin(revoke::all(tx, *tenant, *user, client.as_ref(), audit))
        })
        .await
    }

    async fn save_code(&self, new: NewCode, audit: AuditEntry) -> Result<bool> {
        self.write((new, audit), |(new, audit), tx| Box::pin(codes::save(tx, new, audit))).await
    }

    async fn redeem_code(&self, redeem: Redeem, audit: AuditEntry) -> Result<Redemption> {
        self.write((redeem, audit), |(redeem, audit), tx| Box::pin(codes::redeem(tx, redeem, audit))).await
    }

    async fn note_code_answered(&self, hash: &str) -> Result<()> {
        self.write(hash.to_owned(), |hash, tx| Box::pin(codes::note_answered(tx, hash))).await
    }

    async fn sweep_logins(&self, before: Timestamp, limit: u32) -> Result<u64> {
        self.write((micros(before), limit), |(before, limit), tx| Box::pin(families::sweep(tx, *before, *limit))).await
    }
}
