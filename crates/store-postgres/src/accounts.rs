//! Accounts: who signs in with a password.

use artel_domain::account::login_key;
use artel_domain::{Account, AuditEntry, FamilyId, Hashed, TenantId, UserId};
use artel_store::{Login, NewAccount};
use sqlx::{PgConnection, PgPool};

use crate::begun::begin;
use crate::rows::AccountRow;
use crate::values::{micros, text};
use crate::{audit, families, identities};

pub(crate) async fn create(pool: &PgPool, new: &NewAccount, audit: &AuditEntry) -> sqlx::Result<()> {
    let mut tx = begin(pool).await?;
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

pub(crate) async fn find_login(pool: &PgPool, key: &str) -> sqlx::Result<Option<Login>> {
    let row = sqlx::query_as!(
        AccountRow,
        "SELECT user_id, tenant_id, username, email, password_hash, is_admin, created_at, updated_at, last_login_at, deactivated_at
         FROM accounts WHERE username_key = $1 OR email_key = $1 ORDER BY username_key = $1 DESC LIMIT 1",
        text(key),
    )
    .fetch_optional(pool)
    .await?;
    Ok(row.map(Login::from))
}

pub(crate) async fn find_login_of(pool: &PgPool, tenant: TenantId, user: UserId) -> sqlx::Result<Option<Login>> {
    let row = sqlx::query_as!(
        AccountRow,
        "SELECT user_id, tenant_id, username, email, password_hash, is_admin, created_at, updated_at, last_login_at, deactivated_at
         FROM accounts WHERE tenant_id = $1 AND user_id = $2",
        tenant.0,
        user.0,
    )
    .fetch_optional(pool)
    .await?;
    Ok(row.map(Login::from))
}

pub(crate) async fn list(
    pool: &PgPool,
    tenant: TenantId,
    after: Option<String>,
    limit: u32,
) -> sqlx::Result<Vec<Account>> {
    let rows = sqlx::query_as!(
        AccountRow,
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

pub(crate) async fn set_password(
    pool: &PgPool,
    tenant: TenantId,
    user: UserId,
    hash: &Hashed,
    keep: Option<FamilyId>,
    audit: &AuditEntry,
) -> sqlx::Result<bool> {
    let mut tx = begin(pool).await?;
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

/// A login that is under way at the same time has locked the account's row: it is over before, and ended here, or finds
/// it closed.
pub(crate) async fn deactivate(
    pool: &PgPool,
    tenant: TenantId,
    user: UserId,
    audit: &AuditEntry,
) -> sqlx::Result<bool> {
    let mut tx = begin(pool).await?;
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

pub(crate) async fn reactivate(
    pool: &PgPool,
    tenant: TenantId,
    user: UserId,
    audit: &AuditEntry,
) -> sqlx::Result<bool> {
    let mut tx = begin(pool).await?;
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
