//! Where users were seen lately, and what they showed there.

use std::net::IpAddr;

use artel_domain::{ApiKeyId, Basis, ClientId, FamilyId, TenantId, Timestamp, UserId};
use artel_store::Presence;
use sqlx::PgPool;

use crate::values::{json, micros, parsed, text};

/// What is noted late changes nothing.
pub(crate) async fn note(pool: &PgPool, presence: &Presence, ip: IpAddr, at: Timestamp) -> sqlx::Result<()> {
    let Presence { basis, scopes } = presence;
    sqlx::query!(
        "INSERT INTO presences AS p
         (tenant_id, user_id, ip, credential, seen_at, api_key_id, family_id, client_id, scopes)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
         ON CONFLICT (tenant_id, user_id, ip, credential) DO UPDATE
         SET seen_at = excluded.seen_at WHERE excluded.seen_at >= p.seen_at",
        basis.tenant_id.0,
        basis.user_id.0,
        ip.to_canonical().to_string(),
        text(&presence.credential()),
        micros(at),
        basis.api_key_id.map(|key| key.0),
        basis.family_id.map(|family| family.0),
        basis.client_id.as_ref().map(|client| text(&client.0)),
        json(scopes)?,
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
) -> sqlx::Result<Vec<Presence>> {
    let seen = sqlx::query!(
        "SELECT api_key_id, family_id, client_id, scopes FROM presences
         WHERE tenant_id = $1 AND user_id = $2 AND ip = $3 AND seen_at >= $4 ORDER BY credential",
        tenant.0,
        user.0,
        ip.to_canonical().to_string(),
        micros(since),
    );
    let rows = seen.fetch_all(pool).await?;
    let presences = rows.into_iter().map(|seen| {
        let basis = Basis {
            tenant_id: tenant,
            user_id: user,
            api_key_id: seen.api_key_id.map(ApiKeyId),
            family_id: seen.family_id.map(FamilyId),
            client_id: seen.client_id.map(ClientId),
        };
        Ok(Presence { basis, scopes: parsed(&seen.scopes)? })
    });
    presences.collect()
}

pub(crate) async fn forget(pool: &PgPool, before: Timestamp) -> sqlx::Result<u64> {
    let forgotten = sqlx::query!("DELETE FROM presences WHERE seen_at < $1", micros(before)).execute(pool).await?;
    // What an earlier release notes, or has left.
    sqlx::query!("DELETE FROM presence WHERE seen_at < $1", micros(before)).execute(pool).await?;
    Ok(forgotten.rows_affected())
}
