//! Where users were seen lately.

use std::net::IpAddr;

use artel_domain::{TenantId, Timestamp, UserId};
use sqlx::SqlitePool;

use crate::error::Outcome;
use crate::values::micros;
use crate::writer::Tx;

pub(crate) async fn note(tx: &mut Tx, tenant: TenantId, user: UserId, ip: IpAddr, at: Timestamp) -> Outcome<()> {
    let (ip, at) = (ip.to_canonical().to_string(), micros(at));
    sqlx::query!(
        "INSERT INTO presence (tenant_id, user_id, ip, seen_at) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (tenant_id, user_id, ip) DO UPDATE SET seen_at = max(seen_at, excluded.seen_at)",
        tenant.0,
        user.0,
        ip,
        at
    )
    .execute(&mut tx.conn)
    .await?;
    Ok(())
}

pub(crate) async fn was(
    reads: &SqlitePool,
    tenant: TenantId,
    user: UserId,
    ip: IpAddr,
    since: Timestamp,
) -> Outcome<bool> {
    let (ip, since) = (ip.to_canonical().to_string(), micros(since));
    let seen = sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT 1 FROM presence WHERE tenant_id = ?1 AND user_id = ?2 AND ip = ?3 AND seen_at >= ?4) AS "seen!: bool""#,
        tenant.0,
        user.0,
        ip,
        since
    );
    Ok(seen.fetch_one(reads).await?)
}

pub(crate) async fn forget(tx: &mut Tx, before: Timestamp) -> Outcome<u64> {
    let before = micros(before);
    let forgotten = sqlx::query!("DELETE FROM presence WHERE seen_at < ?1", before).execute(&mut tx.conn).await?;
    Ok(forgotten.rows_affected())
}
