use artel_store::{Begun, IdempotencyKey, StoredResponse};
use uuid::Uuid;

use crate::error::{Failure, Outcome};
use crate::writer::Tx;

const LIFE_MICROS: i64 = 86_400_000_000;

pub(crate) struct Request {
    pub(crate) key: IdempotencyKey,
    pub(crate) hash: String,
    pub(crate) resource_id: Uuid,
    pub(crate) now: i64,
    pub(crate) locked_until: i64,
}

pub(crate) async fn begin(tx: &mut Tx, request: &Request) -> Outcome<Begun> {
    if insert_or_replace_expired(tx, request).await? {
        return Ok(Begun::Fresh { resource_id: request.resource_id });
    }
    let known = find(tx, &request.key).await?;
    let resource_id = known.resource_id;
    if known.request_hash != request.hash {
        return Ok(Begun::Mismatch);
    }
    if let (Some(status), Some(body)) = (known.status, known.body) {
        let status = u16::try_from(status).map_err(Failure::broken)?;
        return Ok(Begun::Replay(StoredResponse { status, body }));
    }
    if known.locked_until > request.now {
        return Ok(Begun::Running { resource_id });
    }
    lock_again(tx, request).await?;
    Ok(Begun::Retry { resource_id })
}

/// True when the key is this request's now.
async fn insert_or_replace_expired(tx: &mut Tx, request: &Request) -> Outcome<bool> {
    let IdempotencyKey { tenant_id, principal, key } = &request.key;
    let expired = request.now - LIFE_MICROS;
    let written = sqlx::query!(
        "INSERT INTO idempotency_keys (tenant_id, principal, key, request_hash, resource_id, status, body, locked_until, created_at)
         VALUES (?1, ?2, ?3, ?4, ?5, NULL, NULL, ?6, ?7)
         ON CONFLICT (tenant_id, principal, key) DO UPDATE SET request_hash = excluded.request_hash, resource_id = excluded.resource_id,
             status = NULL, body = NULL, locked_until = excluded.locked_until, created_at = excluded.created_at
         WHERE created_at <= ?8",
        tenant_id.0,
        principal,
        key,
        request.hash,
        request.resource_id,
        request.locked_until,
        request.now,
        expired
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
    locked_until: i64,
}

async fn find(tx: &mut Tx, IdempotencyKey { tenant_id, principal, key }: &IdempotencyKey) -> Outcome<Known> {
    let known = sqlx::query_as!(
        Known,
        r#"SELECT request_hash AS "request_hash!: String", resource_id AS "resource_id!: Uuid", status AS "status?: i64",
               body AS "body?: String", locked_until AS "locked_until!: i64"
           FROM idempotency_keys WHERE tenant_id = ?1 AND principal = ?2 AND key = ?3"#,
        tenant_id.0,
        principal,
        key
    );
    Ok(known.fetch_one(&mut tx.conn).await?)
}

async fn lock_again(tx: &mut Tx, request: &Request) -> Outcome<()> {
    let IdempotencyKey { tenant_id, principal, key } = &request.key;
    sqlx::query!(
        "UPDATE idempotency_keys SET locked_until = ?1 WHERE tenant_id = ?2 AND principal = ?3 AND key = ?4",
        request.locked_until,
        tenant_id.0,
        principal,
        key
    )
    .execute(&mut tx.conn)
    .await?;
    Ok(())
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

pub(crate) async fn sweep(tx: &mut Tx, now: i64) -> Outcome<u64> {
    let expired = now - LIFE_MICROS;
    Ok(sqlx::query!("DELETE FROM idempotency_keys WHERE created_at <= ?1", expired)
        .execute(&mut tx.conn)
        .await?
        .rows_affected())
}
