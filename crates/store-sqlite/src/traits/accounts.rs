use artel_domain::account::login_key;
use artel_domain::{Account, AuditEntry, FamilyId, Hashed, Invite, TenantId, Timestamp, UserId};
use artel_store::{Accounts, Login, NewAccount, NewInvite, Result};
use async_trait::async_trait;

use crate::rows::{accounts, one};
use crate::store::SqliteStore;
use crate::values::micros;
use crate::{accounts, invites};

#[async_trait]
impl Accounts for SqliteStore {
    async fn create_account(&self, new: NewAccount, audit: AuditEntry) -> Result<()> {
        self.write((new, audit), |(new, audit), tx| Box::pin(accounts::create(tx, new, audit))).await
    }

    async fn find_login(&self, login: &str) -> Result<Option<Login>> {
        Ok(accounts::find_login(&self.reads, &login_key(login)).await?)
    }

    async fn find_login_of(&self, tenant: TenantId, user: UserId) -> Result<Option<Login>> {
        let found =
            accounts!("WHERE tenant_id = ?1 AND user_id = ?2", tenant.0, user.0).fetch_optional(&self.reads).await;
        Ok(one(found.map_err(crate::error::Failure::from)?)?)
    }

    async fn find_account(&self, tenant: TenantId, user: UserId) -> Result<Option<Account>> {
        Ok(self.find_login_of(tenant, user).await?.map(|login| login.account))
    }

    async fn list_accounts(&self, tenant: TenantId, after: Option<String>, limit: u32) -> Result<Vec<Account>> {
        Ok(accounts::list(&self.reads, tenant, after.as_deref().map(login_key), limit).await?)
    }

    async fn set_password(
        &self,
        tenant: TenantId,
        user: UserId,
        password_hash: Hashed,
        keep: Option<FamilyId>,
        audit: AuditEntry,
    ) -> Result<bool> {
        let asked = (tenant, user, password_hash, keep, audit);
        self.write(asked, |(tenant, user, hash, keep, audit), tx| {
            Box::pin(accounts::set_password(tx, *tenant, *user, hash, *keep, audit))
        })
        .await
    }

    async fn deactivate_account(&self, tenant: TenantId, user: UserId, audit: AuditEntry) -> Result<bool> {
        self.write((tenant, user, audit), |(tenant, user, audit), tx| {
            Box::pin(accounts::deactivate(tx, *tenant, *user, audit))
        })
        .await
    }

    async fn reactivate_account(&self, tenant: TenantId, user: UserId, audit: AuditEntry) -> Result<bool> {
        self.write((tenant, user, audit), |(tenant, user, audit), tx| {
            Box::pin(accounts::reactivate(tx, *tenant, *user, audit))
        })
        .await
    }

    async fn create_invite(&self, new: NewInvite, audit: AuditEntry) -> Result<()> {
        self.write((new, audit), |(new, audit), tx| Box::pin(invites::create(tx, new, audit))).await
    }

    async fn find_invite(&self, hash: &str, now: Timestamp) -> Result<Option<Invite>> {
        Ok(invites::find(&self.reads, hash, micros(now)).await?)
    }

    async fn accept_invite(&self, hash: &str, new: NewAccount, audit: AuditEntry) -> Result<bool> {
        self.write((hash.to_owned(), new, audit), |(hash, new, audit), tx| {
            Box::pin(invites::accept(tx, hash, new, audit))
        })
        .await
    }
}
