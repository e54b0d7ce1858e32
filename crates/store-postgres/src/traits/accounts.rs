use artel_domain::account::login_key;
use artel_domain::{Account, AuditEntry, FamilyId, Hashed, Invite, TenantId, Timestamp, UserId};
use artel_store::{Accounts, Login, NewAccount, NewInvite, Result};
use async_trait::async_trait;

use crate::error::{retrying, within};
use crate::store::PostgresStore;
use crate::{accounts, invites};

#[async_trait]
impl Accounts for PostgresStore {
    async fn create_account(&self, new: NewAccount, audit: AuditEntry) -> Result<()> {
        retrying(|| accounts::create(&self.pool, &new, &audit)).await
    }

    async fn find_login(&self, login: &str) -> Result<Option<Login>> {
        within(accounts::find_login(&self.pool, &login_key(login))).await
    }

    async fn find_login_of(&self, tenant: TenantId, user: UserId) -> Result<Option<Login>> {
        within(accounts::find_login_of(&self.pool, tenant, user)).await
    }

    async fn find_account(&self, tenant: TenantId, user: UserId) -> Result<Option<Account>> {
        Ok(self.find_login_of(tenant, user).await?.map(|login| login.account))
    }

    async fn list_accounts(&self, tenant: TenantId, after: Option<String>, limit: u32) -> Result<Vec<Account>> {
        within(accounts::list(&self.pool, tenant, after.as_deref().map(login_key), limit)).await
    }

    async fn set_password(
        &self,
        tenant: TenantId,
        user: UserId,
        password_hash: Hashed,
        keep: Option<FamilyId>,
        audit: AuditEntry,
    ) -> Result<bool> {
        retrying(|| accounts::set_password(&self.pool, tenant, user, &password_hash, keep, &audit)).await
    }

    async fn deactivate_account(&self, tenant: TenantId, user: UserId, audit: AuditEntry) -> Result<bool> {
        retrying(|| accounts::deactivate(&self.pool, tenant, user, &audit)).await
    }

    async fn reactivate_account(&self, tenant: TenantId, user: UserId, audit: AuditEntry) -> Result<bool> {
        retrying(|| accounts::reactivate(&self.pool, tenant, user, &audit)).await
    }

    async fn create_invite(&self, new: NewInvite, audit: AuditEntry) -> Result<()> {
        retrying(|| invites::create(&self.pool, &new, &audit)).await
    }

    async fn find_invite(&self, hash: &str, now: Timestamp) -> Result<Option<Invite>> {
        within(invites::find(&self.pool, hash, now)).await
    }

    async fn accept_invite(&self, hash: &str, new: NewAccount, audit: AuditEntry) -> Result<bool> {
        retrying(|| invites::accept(&self.pool, hash, &new, &audit)).await
    }
}
