//! API keys. What a key may do is bounded by the keys above it: `api_key_ancestors` has them.

use artel_domain::{ApiKey, ApiKeyId, AuditEntry, TenantId, Timestamp};
use artel_store::{HeldKey, KeyStanding, NewApiKey, Viewer};
use sqlx::{PgConnection, PgPool};

use crate::audit;
use crate::begun::begin;
use crate::rows::ApiKeyRow;
use crate::values::{json, micros, text};

pub(crate) async fn create(pool: &PgPool, new: &NewApiKey, audit: &AuditEntry) -> sqlx::Result<()> {
    let key = &new.key;
    let mut tx = begin(pool).await?;
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
    if let Some(parent) = key.parent_id {
        put_below(&mut tx, key, parent).await?;
    }
    audit::append(&mut tx, key.tenant_id, std::slice::from_ref(audit)).await?;
    tx.commit().await
}

async fn put_below(tx: &mut PgConnection, key: &ApiKey, parent: ApiKeyId) -> sqlx::Result<()> {
    sqlx::query!(
        "INSERT INTO api_key_ancestors (key_id, ancestor_id, depth)
         SELECT $1::uuid, a.id, 1::bigint FROM api_keys a WHERE a.id = $2 AND a.tenant_id = $3
         UNION ALL
         SELECT $1::uuid, l.ancestor_id, l.depth + 1 FROM api_key_ancestors l JOIN api_keys a ON a.id = l.ancestor_id
         WHERE l.key_id = $2 AND a.tenant_id = $3",
        key.id.0,
        parent.0,
        key.tenant_id.0,
    )
    .execute(tx)
    .await?;
    Ok(())
}

macro_rules! select_held {
    ($tail:tt $(, $arg:expr)* $(,)?) => {
        sqlx::query_as!(
            ApiKeyRow,
            r#"SELECT k.id, k.tenant_id, k.user_id, k.agent_id, k.name, k.last4, k.scopes, k.daily_limit, k.created_at, k.expires_at,
                   k.revoked_at,
                   coalesce((SELECT json_agg(json_build_array(a.id, a.daily_limit, a.expires_at, a.revoked_at) ORDER BY l.depth)::text
                       FROM api_key_ancestors l JOIN api_keys a ON a.id = l.ancestor_id WHERE l.key_id = k.id), '[]') AS "above!"
               FROM api_keys k "# + $tail $(, $arg)*
        )
    };
}

pub(crate) async fn find(pool: &PgPool, hash: &str) -> sqlx::Result<Option<HeldKey>> {
    let row = select_held!("WHERE k.hash = $1", text(hash)).fetch_optional(pool).await?;
    row.map(HeldKey::try_from).transpose()
}

pub(crate) async fn find_by_id(pool: &PgPool, tenant: TenantId, key: ApiKeyId) -> sqlx::Result<Option<HeldKey>> {
    let row = select_held!("WHERE k.id = $1 AND k.tenant_id = $2", key.0, tenant.0).fetch_optional(pool).await?;
    row.map(HeldKey::try_from).transpose()
}

pub(crate) async fn standing(
    pool: &PgPool,
    tenant: TenantId,
    key: ApiKeyId,
    now: Timestamp,
) -> sqlx::Result<KeyStanding> {
    Ok(match find_by_id(pool, tenant, key).await? {
        None => KeyStanding::Unknown,
        Some(HeldKey { key, .. }) if key.revoked_at.is_some() => KeyStanding::Revoked,
        Some(HeldKey { key, .. }) if key.expires_at.is_some_and(|end| end <= now) => KeyStanding::Expired,
        Some(_) => KeyStanding::Good,
    })
}

/// Newest first.
pub(crate) async fn list(pool: &PgPool, viewer: &Viewer, include_revoked: bool) -> sqlx::Result<Vec<ApiKey>> {
    let rows = select_held!(
        "WHERE k.tenant_id = $1 AND ($2::uuid IS NULL OR k.user_id = $2)
           AND ($3 OR k.revoked_at IS NULL AND NOT EXISTS (SELECT 1 FROM api_key_ancestors l JOIN api_keys a ON a.id = l.ancestor_id
                 WHERE l.key_id = k.id AND a.revoked_at IS NOT NULL))
         ORDER BY k.id DESC",
        viewer.tenant_id.0,
        viewer.reads_only().map(|user| user.0),
        include_revoked,
    )
    .fetch_all(pool)
    .await?;
    rows.into_iter().map(|row| HeldKey::try_from(row).map(|held| held.key)).collect()
}

pub(crate) async fn revoke(pool: &PgPool, viewer: &Viewer, key: ApiKeyId, audit: &AuditEntry) -> sqlx::Result<bool> {
    let (tenant, mut tx) = (viewer.tenant_id, begin(pool).await?);
    let revoked = sqlx::query!(
        "UPDATE api_keys SET revoked_at = $4
         WHERE tenant_id = $1 AND ($2::uuid IS NULL OR user_id = $2) AND id = $3 AND revoked_at IS NULL",
        tenant.0,
        viewer.reads_only().map(|user| user.0),
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
