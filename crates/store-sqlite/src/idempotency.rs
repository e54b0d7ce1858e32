//! Requests that clients may send again. The age of a key is told by the database's clock.

use artel_store::{Begun, IdempotencyKey, StoredResponse};
use uuid::Uuid;

use crate::error::{Failure, Outcome};
use crate::writer::Tx;

pub(crate) struct Request {
    pub(crate) key: IdempotencyKey,
    pub(crate) hash: String,
    pub(crate) resource_id: Uuid,
    pub(crate) lifetime_micros: i64,
}

pub(crate) async fn begin(tx: &mut Tx, request: &Request) -> Outcome<Begun> {
    if insert_or_replace_expired(tx, request).await? {
        return Ok(Begun::Fresh { resource_id: request.resource_id });
    }
    let known = find(tx, &request.key).await?;
    if known.request_hash != request.hash {
        return Ok(Begun::Mismatch);
    }
    let Some(status) = known.status else { return Ok(Begun::Known { resource_id: known.resource_id }) };
    let status = u16::try_from(status).map_err(Failure::broken)?;
    Ok(Begun::Replay(StoredResponse { status, body: known.body.unwrap_or_default() }))
}

/// False when the key is known. Earlier releases lock the key while they work; here nobody does.
async fn insert_or_replace_expired(tx: &mut Tx, request: &Request) -> Outcome<bool> {
    let IdempotencyKey { tenant_id, principal, key } = &request.key;
    let written = sqlx::query!(
        "INSERT INTO idempotency_keys (tenant_id, principal, key, request_hash, resource_id, status, body, locked_until, created_at)
         VALUES (?1, ?2, ?3, ?4, ?5, NULL, NULL, 0, CAST(unixepoch('subsec') * 1000000 AS INTEGER))
         ON CONFLICT (tenant_id, principal, key) DO UPDATE SET request_hash = excluded.request_hash, resource_id = excluded.resource_id,
             status = NULL, body = NULL, locked_until = 0, created_at = excluded.created_at
         WHERE created_at <= excluded.created_at - ?6",
        tenant_id.0,
        principal,
        key,
        request.hash,
        request.resource_id,
        request.lifetime_micros
    )
    .execute(&mut tx.conn)
    .await?;
    Ok(written.rows_affected() == 1)
}

struct Known {
    request_hash: String,
    resource_id: Uuid,
    status: Option<i64>,
    body: Option<String>,
}

async fn find(tx: &mut Tx, IdempotencyKey { tenant_id, principal, key }: &IdempotencyKey) -> Outcome<Known> {
    let known = sqlx::query_as!(
        Known,
        r#"SELECT request_hash AS "request_hash!: String", resource_id AS "resource_id!: Uuid", status AS "status?: i64",
               body AS "body?: String"
           FROM idempotency_keys WHERE tenant_id = ?1 AND principal = ?2 AND key = ?3"#,
        tenant_id.0,
        principal,
        key
    );
    Ok(known.fetch_one(&mut tx.conn).await?)
}

pub(crate) async fn finish(
    tx: &mut Tx,
    IdempotencyKey { tenant_id, principal, key }: &IdempotencyKey,
    response: &StoredResponse,
) -> Outcome<()> {
    sqlx::query!(
        "UPDATE idempotency_keys SET status = ?1, body = ?2 WHERE tenant_id = ?3 AND principal = ?4 AND key = ?5",
        response.status,
        response.body,
        tenant_id.0,
        principal,
        key
    )
    .execute(&mut tx.conn)
    .await?;
    Ok(())
}

/// An answer that is stored already stays.
pub(crate) async fn abandon(tx: &mut Tx, IdempotencyKey { tenant_id, principal, key }: &IdempotencyKey) -> Outcome<()> {
    sqlx::query!(
        "DELETE FROM idempotency_keys WHERE tenant_id = ?1 AND principal = ?2 AND key = ?3 AND status IS NULL",
        tenant_id.0,
        principal,
        key
    )
    .execute(&mut tx.conn)
    .await?;
    Ok(())
}

pub(crate) async fn sweep(tx: &mut Tx, lifetime_micros: i64, limit: u32) -> Outcome<u64> {
    let swept = sqlx::query!(
        "DELETE FROM idempotency_keys WHERE (tenant_id, principal, key) IN (
             SELECT tenant_id, principal, key FROM idempotency_keys
             WHERE created_at <= CAST(unixepoch('subsec') * 1000000 AS INTEGER) - ?1 ORDER BY created_at LIMIT ?2)",
        lifetime_micros,
        limit
    );
    Ok(swept.execute(&mut tx.conn).await?.rows_affected())
}
