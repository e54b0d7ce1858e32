//! Accounts: who signs in with a password.

use artel_domain::account::login_key;
use artel_domain::{Account, AuditEntry, FamilyId, Hashed, Invite, TenantId, Timestamp, UserId};
use artel_store::{Accounts, Login, NewAccount, NewInvite, Result};
use async_trait::async_trait;
use sqlx::SqlitePool;

use crate::error::Outcome;
use crate::rows::{accounts, all, micros, one};
use crate::store::SqliteStore;
use crate::writer::Tx;
use crate::{families, identities, invites};

#[async_trait]
impl Accounts for SqliteStore {
    async fn create_account(&self, new: NewAccount, audit: AuditEntry) -> Result<()> {
        self.write((new, audit), |(new, audit), tx| Box::pin(create(tx, new, audit))).await
    }

    async fn find_login(&self, login: &str) -> Result<Option<Login>> {
        Ok(find_login(&self.reads, &login_key(login)).await?)
    }

    async fn find_login_of(&self, tenant: TenantId, user: UserId) -> Result<Option<Login>> {
        let found = accounts!("WHERE tenant_id = ?1 AND user_id = ?2", tenant.0, user.0).fetch_optional(&self.reads).await;
        Ok(one(found.map_err(crate::error::Failure::from)?)?)
    }

    async fn find_account(&self, tenant: TenantId, user: UserId) -> Result<Option<Account>> {
        Ok(self.find_login_of(tenant, user).await?.map(|login| login.account))
    }

    async fn list_accounts(&self, tenant: TenantId, after: Option<String>, limit: u32) -> Result<Vec<Account>> {
        Ok(list(&self.reads, tenant, after.as_deref().map(login_key), limit).await?)
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
        self.write(asked, |(tenant, user, hash, keep, audit), tx| Box::pin(set_password(tx, *tenant, *user, hash, *keep, audit))).await
    }

    async fn deactivate_account(&self, tenant: TenantId, user: UserId, audit: AuditEntry) -> Result<bool> {
        self.write((tenant, user, audit), |(tenant, user, audit), tx| Box::pin(deactivate(tx, *tenant, *user, audit))).await
    }

    async fn reactivate_account(&self, tenant: TenantId, user: UserId, audit: AuditEntry) -> Result<bool> {
        self.write((tenant, user, audit), |(tenant, user, audit), tx| Box::pin(reactivate(tx, *tenant, *user, audit))).await
    }

    async fn create_invite(&self, new: NewInvite, audit: AuditEntry) -> Result<()> {
        self.write((new, audit), |(new, audit), tx| Box::pin(invites::create(tx, new, audit))).await
    }

    async fn find_invite(&self, hash: &str, now: Timestamp) -> Result<Option<Invite>> {
        Ok(invites::find(&self.reads, hash, micros(now)).await?)
    }

    async fn accept_invite(&self, hash: &str, new: NewAccount, audit: AuditEntry) -> Result<bool> {
        self.write((hash.to_owned(), new, audit), |(hash, new, audit), tx| Box::pin(invites::accept(tx, hash, new, audit))).await
    }
}

pub(crate) async fn create(tx: &mut Tx, new: &NewAccount, audit: &AuditEntry) -> Outcome<()> {
    let account = &new.account;
    let (created, updated, last_login) = (micros(account.created_at), account.updated_at.map(micros), account.last_login_at.map(micros));
    let deactivated = account.deactivated_at.map(micros);
    let (username_key, email_key) = (login_key(&account.username), account.email.as_deref().map(login_key));
    let hash = new.password_hash.expose();
    identities::ensure(tx, account.tenant_id, account.user_id, created).await?;
    sqlx::query!(
        "INSERT INTO accounts (user_id, tenant_id, username, username_key, email, email_key, password_hash, is_admin, created_at,
             updated_at, last_login_at, deactivated_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
        account.user_id.0,
        account.tenant_id.0,
        account.username,
        username_key,
        account.email,
        email_key,
        hash,
        account.is_admin,
        created,
        updated,
        last_login,
        deactivated
    )
    .execute(&mut tx.conn)
    .await?;
    tx.audit(account.tenant_id, audit);
    Ok(())
}

async fn find_login(reads: &SqlitePool, key: &str) -> Outcome<Option<Login>> {
    one(accounts!("WHERE username_key = ?1 OR email_key = ?1 ORDER BY username_key = ?1 DESC LIMIT 1", key).fetch_optional(reads).await?)
}

async fn list(reads: &SqlitePool, tenant: TenantId, after: Option<String>, limit: u32) -> Outcome<Vec<Account>> {
    let after = after.unwrap_or_default();
    let found = accounts!("WHERE tenant_id = ?1 AND username_key > ?2 ORDER BY username_key LIMIT ?3", tenant.0, after, limit);
    all(found.fetch_all(reads).await?)
}

async fn set_password(
    tx: &mut Tx,
    tenant: TenantId,
    user: UserId,
    hash: &Hashed,
    keep: Option<FamilyId>,
    audit: &AuditEntry,
) -> Outcome<bool> {
    let (hash, at) = (hash.expose(), micros(audit.at));
    let changed = sqlx::query!(
        "UPDATE accounts SET password_hash = ?1, updated_at = ?2 WHERE tenant_id = ?3 AND user_id = ?4",
        hash,
        at,
        tenant.0,
        user.0
    );
    if changed.execute(&mut tx.conn).await?.rows_affected() == 0 {
        return Ok(false);
    }
    families::end_logins(tx, tenant, user, keep, at).await?;
    tx.audit(tenant, audit);
    Ok(true)
}

async fn deactivate(tx: &mut Tx, tenant: TenantId, user: UserId, audit: &AuditEntry) -> Outcome<bool> {
    let at = micros(audit.at);
    let changed = sqlx::query!(
        "UPDATE accounts SET deactivated_at = ?1, updated_at = ?1 WHERE tenant_id = ?2 AND user_id = ?3 AND deactivated_at IS NULL",
        at,
        tenant.0,
        user.0
    );
    if changed.execute(&mut tx.conn).await?.rows_affected() == 0 {
        return Ok(false);
    }
    families::end_logins(tx, tenant, user, None, at).await?;
    sqlx::query!("UPDATE api_keys SET revoked_at = ?1 WHERE tenant_id = ?2 AND user_id = ?3 AND revoked_at IS NULL", at, tenant.0, user.0)
        .execute(&mut tx.conn)
        .await?;
    tx.audit(tenant, audit);
    Ok(true)
}

async fn reactivate(tx: &mut Tx, tenant: TenantId, user: UserId, audit: &AuditEntry) -> Outcome<bool> {
    let at = micros(audit.at);
    let changed = sqlx::query!(
        "UPDATE accounts SET deactivated_at = NULL, updated_at = ?1 WHERE tenant_id = ?2 AND user_id = ?3 AND deactivated_at IS NOT NULL",
        at,
        tenant.0,
        user.0
    );
    if changed.execute(&mut tx.conn).await?.rows_affected() == 0 {
        return Ok(false);
    }
    tx.audit(tenant, audit);
    Ok(true)
}
