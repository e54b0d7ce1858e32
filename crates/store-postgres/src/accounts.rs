//! Accounts: who signs in with a password.

use artel_domain::account::login_key;
use artel_domain::{Account, AuditEntry, FamilyId, Hashed, Invite, TenantId, Timestamp, UserId};
use artel_store::{Accounts, Login, NewAccount, NewInvite, Result};
use async_trait::async_trait;
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use crate::error::{retrying, store_error};
use crate::values::{micros, text, time};
use crate::{PostgresStore, audit, families, identities, invites};

#[derive(Debug)]
struct Row {
    user_id: Uuid,
    tenant_id: Uuid,
    username: String,
    email: Option<String>,
    password_hash: String,
    is_admin: bool,
    created_at: i64,
    updated_at: Option<i64>,
    last_login_at: Option<i64>,
    deactivated_at: Option<i64>,
}

impl From<Row> for Login {
    fn from(row: Row) -> Self {
        let account = Account {
            user_id: UserId(row.user_id),
            tenant_id: TenantId(row.tenant_id),
            username: row.username,
            email: row.email,
            is_admin: row.is_admin,
            created_at: time(row.created_at),
            updated_at: row.updated_at.map(time),
            last_login_at: row.last_login_at.map(time),
            deactivated_at: row.deactivated_at.map(time),
        };
        Self { account, password_hash: Hashed::new(row.password_hash) }
    }
}

#[async_trait]
impl Accounts for PostgresStore {
    async fn create_account(&self, new: NewAccount, audit: AuditEntry) -> Result<()> {
        retrying(|| create(&self.pool, &new, &audit)).await
    }

    async fn find_login(&self, login: &str) -> Result<Option<Login>> {
        find_login(&self.pool, &login_key(login)).await.map_err(store_error)
    }

    async fn find_login_of(&self, tenant: TenantId, user: UserId) -> Result<Option<Login>> {
        find_login_of(&self.pool, tenant, user).await.map_err(store_error)
    }

    async fn find_account(&self, tenant: TenantId, user: UserId) -> Result<Option<Account>> {
        Ok(self.find_login_of(tenant, user).await?.map(|login| login.account))
    }

    async fn list_accounts(&self, tenant: TenantId, after: Option<String>, limit: u32) -> Result<Vec<Account>> {
        list(&self.pool, tenant, after.as_deref().map(login_key), limit).await.map_err(store_error)
    }

    async fn set_password(
        &self,
        tenant: TenantId,
        user: UserId,
        password_hash: Hashed,
        keep: Option<FamilyId>,
        audit: AuditEntry,
    ) -> Result<bool> {
        retrying(|| set_password(&self.pool, tenant, user, &password_hash, keep, &audit)).await
    }

    async fn deactivate_account(&self, tenant: TenantId, user: UserId, audit: AuditEntry) -> Result<bool> {
        retrying(|| deactivate(&self.pool, tenant, user, &audit)).await
    }

    async fn reactivate_account(&self, tenant: TenantId, user: UserId, audit: AuditEntry) -> Result<bool> {
        retrying(|| reactivate(&self.pool, tenant, user, &audit)).await
    }

    async fn create_invite(&self, new: NewInvite, audit: AuditEntry) -> Result<()> {
        retrying(|| invites::create(&self.pool, &new, &audit)).await
    }

    async fn find_invite(&self, hash: &str, now: Timestamp) -> Result<Option<Invite>> {
        invites::find(&self.pool, hash, now).await.map_err(store_error)
    }

    async fn accept_invite(&self, hash: &str, new: NewAccount, audit: AuditEntry) -> Result<bool> {
        retrying(|| invites::accept(&self.pool, hash, &new, &audit)).await
    }
}

async fn create(pool: &PgPool, new: &NewAccount, audit: &AuditEntry) -> sqlx::Result<()> {
    let mut tx = pool.begin().await?;
    insert(&mut tx, new).await?;
    audit::append(&mut tx, new.account.tenant_id, std::slice::from_ref(audit)).await?;
    tx.commit().await
}

pub(crate) async fn insert(tx: &mut PgConnection, new: &NewAccount) -> sqlx::Result<()> {
    let account = &new.account;
    identities::ensure(&mut *tx, account.tenant_id, account.user_id, account.created_at).await?;
    sqlx::query!(
        "INSERT INTO accounts (user_id, tenant_id, username, username_key, email, email_key, password_hash, is_admin, created_at,
             updated_at, last_login_at, deactivated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        account.user_id.0,
        account.tenant_id.0,
        text(&account.username),
        text(&login_key(&account.username)),
        account.email.as_deref().map(text),
        account.email.as_deref().map(|email| text(&login_key(email))),
        new.password_hash.expose(),
        account.is_admin,
        micros(account.created_at),
        account.updated_at.map(micros),
        account.last_login_at.map(micros),
        account.deactivated_at.map(micros),
    )
    .execute(tx)
    .await?;
    Ok(())
}

async fn find_login(pool: &PgPool, key: &str) -> sqlx::Result<Option<Login>> {
    let row = sqlx::query_as!(
        Row,
        "SELECT user_id, tenant_id, username, email, password_hash, is_admin, created_at, updated_at, last_login_at, deactivated_at
         FROM accounts WHERE username_key = $1 OR email_key = $1 ORDER BY username_key = $1 DESC LIMIT 1",
        text(key),
    )
    .fetch_optional(pool)
    .await?;
    Ok(row.map(Login::from))
}

async fn find_login_of(pool: &PgPool, tenant: TenantId, user: UserId) -> sqlx::Result<Option<Login>> {
    let row = sqlx::query_as!(
        Row,
        "SELECT user_id, tenant_id, username, email, password_hash, is_admin, created_at, updated_at, last_login_at, deactivated_at
         FROM accounts WHERE tenant_id = $1 AND user_id = $2",
        tenant.0,
        user.0,
    )
    .fetch_optional(pool)
    .await?;
    Ok(row.map(Login::from))
}

async fn list(pool: &PgPool, tenant: TenantId, after: Option<String>, limit: u32) -> sqlx::Result<Vec<Account>> {
    let rows = sqlx::query_as!(
        Row,
        "SELECT user_id, tenant_id, username, email, password_hash, is_admin, created_at, updated_at, last_login_at, deactivated_at
         FROM accounts WHERE tenant_id = $1 AND username_key > $2 ORDER BY username_key LIMIT $3",
        tenant.0,
        text(&after.unwrap_or_default()),
        i64::from(limit),
    )
    .fetch_all(pool)
    .await?;
    Ok(rows.into_iter().map(|row| Login::from(row).account).collect())
}

async fn set_password(
    pool: &PgPool,
    tenant: TenantId,
    user: UserId,
    hash: &Hashed,
    keep: Option<FamilyId>,
    audit: &AuditEntry,
) -> sqlx::Result<bool> {
    let mut tx = pool.begin().await?;
    let changed = sqlx::query!(
        "UPDATE accounts SET password_hash = $3, updated_at = $4 WHERE tenant_id = $1 AND user_id = $2",
        tenant.0,
        user.0,
        hash.expose(),
        micros(audit.at),
    );
    if changed.execute(&mut *tx).await?.rows_affected() == 0 {
        return Ok(false);
    }
    families::end_logins(&mut tx, tenant, user, keep, audit.at).await?;
    audit::append(&mut tx, tenant, std::slice::from_ref(audit)).await?;
    tx.commit().await?;
    Ok(true)
}

/// A login that is under way at the same time has locked the account's row: it is over before, and ended here, or finds it closed.
async fn deactivate(pool: &PgPool, tenant: TenantId, user: UserId, audit: &AuditEntry) -> sqlx::Result<bool> {
    let mut tx = pool.begin().await?;
    let changed = sqlx::query!(
        "UPDATE accounts SET deactivated_at = $3, updated_at = $3 WHERE tenant_id = $1 AND user_id = $2 AND deactivated_at IS NULL",
        tenant.0,
        user.0,
        micros(audit.at),
    );
    if changed.execute(&mut *tx).await?.rows_affected() == 0 {
        return Ok(false);
    }
    families::end_logins(&mut tx, tenant, user, None, audit.at).await?;
    sqlx::query!(
        "UPDATE api_keys SET revoked_at = $3 WHERE tenant_id = $1 AND user_id = $2 AND revoked_at IS NULL",
        tenant.0,
        user.0,
        micros(audit.at),
    )
    .execute(&mut *tx)
    .await?;
    audit::append(&mut tx, tenant, std::slice::from_ref(audit)).await?;
    tx.commit().await?;
    Ok(true)
}

async fn reactivate(pool: &PgPool, tenant: TenantId, user: UserId, audit: &AuditEntry) -> sqlx::Result<bool> {
    let mut tx = pool.begin().await?;
    let changed = sqlx::query!(
        "UPDATE accounts SET deactivated_at = NULL, updated_at = $3 WHERE tenant_id = $1 AND user_id = $2 AND deactivated_at IS NOT NULL",
        tenant.0,
        user.0,
        micros(audit.at),
    );
    if changed.execute(&mut *tx).await?.rows_affected() == 0 {
        return Ok(false);
    }
    audit::append(&mut tx, tenant, std::slice::from_ref(audit)).await?;
    tx.commit().await?;
    Ok(true)
}
