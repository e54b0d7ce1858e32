//! Accounts: who signs in with a password.

use artel_domain::account::login_key;
use artel_domain::{Account, AuditEntry, FamilyId, Hashed, TenantId, UserId};
use artel_store::{Login, NewAccount};
use sqlx::SqlitePool;

use crate::error::Outcome;
use crate::rows::{accounts, all, one};
use crate::values::micros;
use crate::writer::Tx;
use crate::{families, identities};

pub(crate) async fn create(tx: &mut Tx, new: &NewAccount, audit: &AuditEntry) -> Outcome<()> {
    let account = &new.account;
    let (created, updated, last_login) =
        (micros(account.created_at), account.updated_at.map(micros), account.last_login_at.map(micros));
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

pub(crate) async fn find_login(reads: &SqlitePool, key: &str) -> Outcome<Option<Login>> {
    one(accounts!("WHERE username_key = ?1 OR email_key = ?1 ORDER BY username_key = ?1 DESC LIMIT 1", key)
        .fetch_optional(reads)
        .await?)
}

pub(crate) async fn list(
    reads: &SqlitePool,
    tenant: TenantId,
    after: Option<String>,
    limit: u32,
) -> Outcome<Vec<Account>> {
    let after = after.unwrap_or_default();
    let found =
        accounts!("WHERE tenant_id = ?1 AND username_key > ?2 ORDER BY username_key LIMIT ?3", tenant.0, after, limit);
    all(found.fetch_all(reads).await?)
}

pub(crate) async fn set_password(
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

pub(crate) async fn deactivate(tx: &mut Tx, tenant: TenantId, user: UserId, audit: &AuditEntry) -> Outcome<bool> {
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
    sqlx::query!(
        "UPDATE api_keys SET revoked_at = ?1 WHERE tenant_id = ?2 AND user_id = ?3 AND revoked_at IS NULL",
        at,
        tenant.0,
        user.0
    )
    .execute(&mut tx.conn)
    .await?;
    tx.audit(tenant, audit);
    Ok(true)
}

pub(crate) async fn reactivate(tx: &mut Tx, tenant: TenantId, user: UserId, audit: &AuditEntry) -> Outcome<bool> {
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
