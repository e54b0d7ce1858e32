//! Requests that clients may send again.

use artel_store::{Begun, IdempotencyKey, StoredResponse};
use sqlx::PgPool;
use uuid::Uuid;

use crate::values::{number, text};

const LIFETIME_MICROS: i64 = 24 * 3600 * 1_000_000;

/// A request as it arrives.
pub(crate) struct Request<'a> {
    pub(crate) key: &'a IdempotencyKey,
    pub(crate) hash: &'a str,
    pub(crate) resource_id: Uuid,
    pub(crate) now: i64,
    pub(crate) locked_until: i64,
}

/// What is known of the key.
struct KnownRequest {
    request_hash: String,
    resource_id: Uuid,
    status: Option<i64>,
    body: Option<String>,
    locked_until: i64,
    created_at: i64,
}

pub(crate) async fn begin(pool: &PgPool, request: &Request<'_>) -> sqlx::Result<Begun> {
    loop {
        if insert(pool, request).await? {
            return Ok(Begun::Fresh { resource_id: request.resource_id });
        }
        if let Some(begun) = meet(pool, request).await? {
            return Ok(begun);
        }
        // The key went away between the two statements: it is free again.
    }
}

/// False when the key is known.
async fn insert(pool: &PgPool, request: &Request<'_>) -> sqlx::Result<bool> {
    let inserted = sqlx::query!(
        "INSERT INTO idempotency_keys (tenant_id, principal, key, request_hash, resource_id, locked_until, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING",
        request.key.tenant_id.0,
        request.key.principal,
        text(&request.key.key),
        request.hash,
        request.resource_id,
        request.locked_until,
        request.now,
    )
    .execute(pool)
    .await?;
    Ok(inserted.rows_affected() == 1)
}

/// Meets the earlier use of the key; `None` when it is gone.
async fn meet(pool: &PgPool, request: &Request<'_>) -> sqlx::Result<Option<Begun>> {
    let mut tx = pool.begin().await?;
    let row = sqlx::query_as!(
        KnownRequest,
        "SELECT request_hash, resource_id, status, body, locked_until, created_at FROM idempotency_keys
         WHERE tenant_id = $1 AND principal = $2 AND key = $3 FOR UPDATE",
        request.key.tenant_id.0,
        request.key.principal,
        text(&request.key.key),
    )
    .fetch_optional(&mut *tx)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let begun = judge(row, request)?;
    let (hash, resource_id, created_at) = match &begun {
        Begun::Fresh { resource_id } => (Some(request.hash), *resource_id, Some(request.now)),
        Begun::Retry { resource_id } => (None, *resource_id, None),
        Begun::Replay(_) | Begun::Running { .. } | Begun::Mismatch => return Ok(Some(begun)),
    };
    sqlx::query!(
        "UPDATE idempotency_keys
         SET request_hash = coalesce($4, request_hash), resource_id = $5, status = NULL, body = NULL, locked_until = $6,
             created_at = coalesce($7, created_at)
         WHERE tenant_id = $1 AND principal = $2 AND key = $3",
        request.key.tenant_id.0,
        request.key.principal,
        text(&request.key.key),
        hash,
        resource_id,
        request.locked_until,
        created_at,
    )
    .execute(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(Some(begun))
}

fn judge(row: KnownRequest, request: &Request<'_>) -> sqlx::Result<Begun> {
    if row.created_at <= request.now - LIFETIME_MICROS {
        return Ok(Begun::Fresh { resource_id: request.resource_id });
    }
    if row.request_hash != request.hash {
        return Ok(Begun::Mismatch);
    }
    let resource_id = row.resource_id;
    Ok(match row.status {
        Some(status) => Begun::Replay(StoredResponse { status: number(status)?, body: row.body.unwrap_or_default() }),
        None if row.locked_until > request.now => Begun::Running { resource_id },
        None => Begun::Retry { resource_id },
    })
}

pub(crate) async fn finish(pool: &PgPool, key: &IdempotencyKey, response: &StoredResponse) -> sqlx::Result<()> {
    sqlx::query!(
        "UPDATE idempotency_keys SET status = $4, body = $5 WHERE tenant_id = $1 AND principal = $2 AND key = $3",
        key.tenant_id.0,
        key.principal,
        text(&key.key),
        i64::from(response.status),
        text(&response.body),
    )
    .execute(pool)
    .await?;
    Ok(())
}

pub(crate) async fn abandon(pool: &PgPool, key: &IdempotencyKey) -> sqlx::Result<()> {
    sqlx::query!(
        "DELETE FROM idempotency_keys WHERE tenant_id = $1 AND principal = $2 AND key = $3 AND status IS NULL",
        key.tenant_id.0,
        key.principal,
        text(&key.key),
    )
    .execute(pool)
    .await?;
    Ok(())
}

pub(crate) async fn sweep(pool: &PgPool, now: i64) -> sqlx::Result<u64> {
    let swept = sqlx::query!("DELETE FROM idempotency_keys WHERE created_at <= $1", now - LIFETIME_MICROS);
    Ok(swept.execute(pool).await?.rows_affected())
}
