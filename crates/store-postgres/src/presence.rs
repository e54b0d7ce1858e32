//! Where users were seen lately, and on what their access rested.

use std::net::IpAddr;

use artel_domain::{ApiKeyId, Basis, ClientId, FamilyId, TenantId, Timestamp, UserId};
use sqlx::PgPool;

use crate::values::{micros, text};

/// What is noted late changes nothing.
pub(crate) async fn note(pool: &PgPool, basis: &Basis, ip: IpAddr, at: Timestamp) -> sqlx::Result<()> {
    sqlx::query!(
        "INSERT INTO presence AS p (tenant_id, user_id, ip, seen_at, api_key_id, family_id, client_id)
         VALUES ($1, $2, $3, $4, $5, $6, $7)
         ON CONFLICT (tenant_id, user_id, ip) DO UPDATE
         SET seen_at = excluded.seen_at, api_key_id = excluded.api_key_id, family_id = excluded.family_id,
             client_id = excluded.client_id
         WHERE excluded.seen_at >= p.seen_at",
        basis.tenant_id.0,
        basis.user_id.0,
        ip.to_canonical().to_string(),
        micros(at),
        basis.api_key_id.map(|key| key.0),
        basis.family_id.map(|family| family.0),
        basis.client_id.as_ref().map(|client| text(&client.0)),
    )
    .execute(pool)
    .await?;
    Ok(())
}

pub(crate) async fn find(
    pool: &PgPool,
    tenant: TenantId,
    user: UserId,
    ip: IpAddr,
    since: Timestamp,
) -> sqlx::Result<Option<Basis>> {
    let seen = sqlx::query!(
        "SELECT api_key_id, family_id, client_id FROM presence
         WHERE tenant_id = $1 AND user_id = $2 AND ip = $3 AND seen_at >= $4",
        tenant.0,
        user.0,
        ip.to_canonical().to_string(),
        micros(since),
    );
    Ok(seen.fetch_optional(pool).await?.map(|seen| Basis {
        tenant_id: tenant,
        user_id: user,
        api_key_id: seen.api_key_id.map(ApiKeyId),
        family_id: seen.family_id.map(FamilyId),
        client_id: seen.client_id.map(ClientId),
    }))
}

pub(crate) async fn forget(pool: &PgPool, before: Timestamp) -> sqlx::Result<u64> {
    let forgotten = sqlx::query!("DELETE FROM presence WHERE seen_at < $1", micros(before)).execute(pool).await?;
    Ok(forgotten.rows_affected())
}
