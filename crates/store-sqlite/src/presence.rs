//! Where users were seen lately, and on what their access rested.

use std::net::IpAddr;

use artel_domain::{ApiKeyId, Basis, ClientId, FamilyId, TenantId, Timestamp, UserId};
use sqlx::SqlitePool;

use crate::error::Outcome;
use crate::values::micros;
use crate::writer::Tx;

/// What is noted late changes nothing.
pub(crate) async fn note(tx: &mut Tx, basis: &Basis, ip: IpAddr, at: Timestamp) -> Outcome<()> {
    let (ip, at) = (ip.to_canonical().to_string(), micros(at));
    let (key, family) = (basis.api_key_id.map(|key| key.0), basis.family_id.map(|family| family.0));
    let client = basis.client_id.as_ref().map(|client| &client.0);
    sqlx::query!(
        "INSERT INTO presence (tenant_id, user_id, ip, seen_at, api_key_id, family_id, client_id)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
         ON CONFLICT (tenant_id, user_id, ip) DO UPDATE
         SET seen_at = excluded.seen_at, api_key_id = excluded.api_key_id, family_id = excluded.family_id,
             client_id = excluded.client_id
         WHERE excluded.seen_at >= seen_at",
        basis.tenant_id.0,
        basis.user_id.0,
        ip,
        at,
        key,
        family,
        client
    )
    .execute(&mut tx.conn)
    .await?;
    Ok(())
}

pub(crate) async fn find(
    reads: &SqlitePool,
    tenant: TenantId,
    user: UserId,
    ip: IpAddr,
    since: Timestamp,
) -> Outcome<Option<Basis>> {
    let (ip, since) = (ip.to_canonical().to_string(), micros(since));
    let seen = sqlx::query!(
        r#"SELECT api_key_id AS "api_key_id?: uuid::Uuid", family_id AS "family_id?: uuid::Uuid", client_id AS "client_id?: String"
           FROM presence WHERE tenant_id = ?1 AND user_id = ?2 AND ip = ?3 AND seen_at >= ?4"#,
        tenant.0,
        user.0,
        ip,
        since
    );
    Ok(seen.fetch_optional(reads).await?.map(|seen| Basis {
        tenant_id: tenant,
        user_id: user,
        api_key_id: seen.api_key_id.map(ApiKeyId),
        family_id: seen.family_id.map(FamilyId),
        client_id: seen.client_id.map(ClientId),
    }))
}

pub(crate) async fn forget(tx: &mut Tx, before: Timestamp) -> Outcome<u64> {
    let before = micros(before);
    let forgotten = sqlx::query!("DELETE FROM presence WHERE seen_at < ?1", before).execute(&mut tx.conn).await?;
    Ok(forgotten.rows_affected())
}
