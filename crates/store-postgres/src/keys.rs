//! API keys.

use artel_domain::{ApiKey, ApiKeyId, AuditEntry, TenantId, Timestamp, UserId};
use artel_store::{KeyStanding, NewApiKey};
use sqlx::PgPool;

use crate::audit;
use crate::rows::ApiKeyRow;
use crate::values::{json, micros, text};

pub(crate) async fn create(pool: &PgPool, new: &NewApiKey, audit: &AuditEntry) -> sqlx::Result<()> {
    let key = &new.key;
    let mut tx = pool.begin().await?;
    sqlx::query!(
        "INSERT INTO api_keys (id, tenant_id, user_id, agent_id, name, hash, last4, scopes, daily_limit, created_at, expires_at, revoked_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        key.id.0,
        key.tenant_id.0,
        key.user_id.0,
        key.agent_id.map(|id| id.0),
        key.name.as_deref().map(text),
        new.hash,
        key.last4,
        json(&key.scopes)?,
        key.daily_limit,
        micros(key.created_at),
        key.expires_at.map(micros),
        key.revoked_at.map(micros),
    )
    .execute(&mut *tx)
    .await?;
    audit::append(&mut tx, key.tenant_id, std::slice::from_ref(audit)).await?;
    tx.commit().await
}

pub(crate) async fn find(pool: &PgPool, hash: &str) -> sqlx::Result<Option<ApiKey>> {
    let row = sqlx::query_as!(
        ApiKeyRow,
        "SELECT id, tenant_id, user_id, agent_id, name, last4, scopes, daily_limit, created_at, expires_at, revoked_at
         FROM api_keys WHERE hash = $1",
        text(hash),
    )
    .fetch_optional(pool)
    .await?;
    row.map(ApiKey::try_from).transpose()
}

pub(crate) async fn standing(
    pool: &PgPool,
    tenant: TenantId,
    key: ApiKeyId,
    now: Timestamp,
) -> sqlx::Result<KeyStanding> {
    let row =
        sqlx::query!("SELECT expires_at, revoked_at FROM api_keys WHERE tenant_id = $1 AND id = $2", tenant.0, key.0)
            .fetch_optional(pool)
            .await?;
    Ok(match row {
        None => KeyStanding::Unknown,
        Some(row) if row.revoked_at.is_some() => KeyStanding::Revoked,
        Some(row) if row.expires_at.is_some_and(|at| at <= micros(now)) => KeyStanding::Expired,
        Some(_) => KeyStanding::Good,
    })
}

pub(crate) async fn list(
    pool: &PgPool,
    tenant: TenantId,
    user: UserId,
    include_revoked: bool,
) -> sqlx::Result<Vec<ApiKey>> {
    let rows = sqlx::query_as!(
        ApiKeyRow,
        "SELECT id, tenant_id, user_id, agent_id, name, last4, scopes, daily_limit, created_at, expires_at, revoked_at
         FROM api_keys
         WHERE tenant_id = $1 AND user_id = $2 AND ($3 OR revoked_at IS NULL)
         ORDER BY id DESC",
        tenant.0,
        user.0,
        include_revoked,
    )
    .fetch_all(pool)
    .await?;
    rows.into_iter().map(ApiKey::try_from).collect()
}

pub(crate) async fn revoke(
    pool: &PgPool,
    tenant: TenantId,
    user: UserId,
    key: ApiKeyId,
    audit: &AuditEntry,
) -> sqlx::Result<bool> {
    let mut tx = pool.begin().await?;
    let revoked = sqlx::query!(
        "UPDATE api_keys SET revoked_at = $4 WHERE tenant_id = $1 AND user_id = $2 AND id = $3 AND revoked_at IS NULL",
        tenant.0,
        user.0,
        key.0,
        micros(audit.at),
    )
    .execute(&mut *tx)
    .await?;
    if revoked.rows_affected() == 0 {
        return Ok(false);
    }
    audit::append(&mut tx, tenant, std::slice::from_ref(audit)).await?;
    tx.commit().await?;
    Ok(true)
}
