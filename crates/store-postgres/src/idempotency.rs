//! Requests that clients may send again. The age of a key is told by the database's clock.

use artel_store::{Begun, IdempotencyKey, StoredResponse};
use sqlx::PgPool;
use uuid::Uuid;

use crate::values::{number, text};

/// A request as it arrives.
pub(crate) struct Request<'a> {
    pub(crate) key: &'a IdempotencyKey,
    pub(crate) hash: &'a str,
    pub(crate) resource_id: Uuid,
    pub(crate) lifetime_micros: i64,
}

/// What is known of the key.
struct KnownRequest {
    request_hash: String,
    resource_id: Uuid,
    status: Option<i64>,
    body: Option<String>,
}

pub(crate) async fn begin(pool: &PgPool, request: &Request<'_>) -> sqlx::Result<Begun> {
    loop {
        if insert_or_replace_expired(pool, request).await? {
            return Ok(Begun::Fresh { resource_id: request.resource_id });
        }
        if let Some(known) = find(pool, request.key).await? {
            return judge(known, request);
        }
        // The key went away between the two statements: it is free again.
    }
}

/// False when the key is known. Earlier releases lock the key while they work; here nobody does.
async fn insert_or_replace_expired(pool: &PgPool, request: &Request<'_>) -> sqlx::Result<bool> {
    let written = sqlx::query!(
        "INSERT INTO idempotency_keys AS k (tenant_id, principal, key, request_hash, resource_id, locked_until, created_at)
         VALUES ($1, $2, $3, $4, $5, 0, (extract(epoch FROM clock_timestamp()) * 1000000)::bigint)
         ON CONFLICT (tenant_id, principal, key) DO UPDATE
         SET request_hash = excluded.request_hash, resource_id = excluded.resource_id, status = NULL, body = NULL, locked_until = 0,
             created_at = excluded.created_at
         WHERE k.created_at <= excluded.created_at - $6::bigint",
        request.key.tenant_id.0,
        request.key.principal,
        text(&request.key.key),
        request.hash,
        request.resource_id,
        request.lifetime_micros,
    )
    .execute(pool)
    .await?;
    Ok(written.rows_affected() == 1)
}

async fn find(pool: &PgPool, key: &IdempotencyKey) -> sqlx::Result<Option<KnownRequest>> {
    sqlx::query_as!(
        KnownRequest,
        "SELECT request_hash, resource_id, status, body FROM idempotency_keys
         WHERE tenant_id = $1 AND principal = $2 AND key = $3",
        key.tenant_id.0,
        key.principal,
        text(&key.key),
    )
    .fetch_optional(pool)
    .await
}

fn judge(known: KnownRequest, request: &Request<'_>) -> sqlx::Result<Begun> {
    if known.request_hash != request.hash {
        return Ok(Begun::Mismatch);
    }
    Ok(match known.status {
        Some(status) => Begun::Replay(StoredResponse { status: number(status)?, body: known.body.unwrap_or_default() }),
        None => Begun::Known { resource_id: known.resource_id },
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

pub(crate) async fn sweep(pool: &PgPool, lifetime_micros: i64, limit: u32) -> sqlx::Result<u64> {
    let swept = sqlx::query!(
        "DELETE FROM idempotency_keys WHERE ctid = ANY (ARRAY(
           SELECT ctid FROM idempotency_keys
           WHERE created_at <= (extract(epoch FROM clock_timestamp()) * 1000000)::bigint - $1::bigint
           ORDER BY created_at LIMIT $2))",
        lifetime_micros,
        i64::from(limit),
    );
    Ok(swept.execute(pool).await?.rows_affected())
}
