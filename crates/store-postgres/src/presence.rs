//! Where users were seen lately.

use std::net::IpAddr;

use artel_domain::{TenantId, Timestamp, UserId};
use sqlx::PgPool;

use crate::values::micros;

pub(crate) async fn note(pool: &PgPool, tenant: TenantId, user: UserId, ip: IpAddr, at: Timestamp) -> sqlx::Result<()> {
    sqlx::query!(
        "INSERT INTO presence AS p (tenant_id, user_id, ip, seen_at) VALUES ($1, $2, $3, $4)
         ON CONFLICT (tenant_id, user_id, ip) DO UPDATE SET seen_at = greatest(p.seen_at, excluded.seen_at)",
        tenant.0,
        user.0,
        ip.to_canonical().to_string(),
        micros(at),
    )
    .execute(pool)
    .await?;
    Ok(())
}

pub(crate) async fn was(
    pool: &PgPool,
    tenant: TenantId,
    user: UserId,
    ip: IpAddr,
    since: Timestamp,
) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT 1 FROM presence WHERE tenant_id = $1 AND user_id = $2 AND ip = $3 AND seen_at >= $4) AS "seen!""#,
        tenant.0,
        user.0,
        ip.to_canonical().to_string(),
        micros(since),
    )
    .fetch_one(pool)
    .await
}

pub(crate) async fn forget(pool: &PgPool, before: Timestamp) -> sqlx::Result<u64> {
    let forgotten = sqlx::query!("DELETE FROM presence WHERE seen_at < $1", micros(before)).execute(pool).await?;
    Ok(forgotten.rows_affected())
}
