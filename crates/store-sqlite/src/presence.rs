//! Where users were seen lately, and what they showed there.

use std::net::IpAddr;

use artel_domain::{ApiKeyId, Basis, ClientId, FamilyId, TenantId, Timestamp, UserId};
use artel_store::Presence;
use sqlx::SqlitePool;

use crate::error::Outcome;
use crate::values::{json, micros};
use crate::writer::Tx;

/// What is noted late changes nothing.
pub(crate) async fn note(tx: &mut Tx, presence: &Presence, ip: IpAddr, at: Timestamp) -> Outcome<()> {
    let Presence { basis, scopes } = presence;
    let (ip, at, credential) = (ip.to_canonical().to_string(), micros(at), presence.credential());
    let (key, family) = (basis.api_key_id.map(|key| key.0), basis.family_id.map(|family| family.0));
    let client = basis.client_id.as_ref().map(|client| &client.0);
    let scopes = serde_json::to_string(scopes)?;
    sqlx::query!(
        "INSERT INTO presences (tenant_id, user_id, ip, credential, seen_at, api_key_id, family_id, client_id, scopes)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
         ON CONFLICT (tenant_id, user_id, ip, credential) DO UPDATE
         SET seen_at = excluded.seen_at WHERE excluded.seen_at >= seen_at",
        basis.tenant_id.0,
        basis.user_id.0,
        ip,
        credential,
        at,
        key,
        family,
        client,
        scopes
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
) -> Outcome<Vec<Presence>> {
    let (ip, since) = (ip.to_canonical().to_string(), micros(since));
    let seen = sqlx::query!(
        r#"SELECT api_key_id AS "api_key_id?: uuid::Uuid", family_id AS "family_id?: uuid::Uuid",
                  client_id AS "client_id?: String", scopes AS "scopes!: String"
           FROM presences WHERE tenant_id = ?1 AND user_id = ?2 AND ip = ?3 AND seen_at >= ?4 ORDER BY credential"#,
        tenant.0,
        user.0,
        ip,
        since
    );
    let rows = seen.fetch_all(reads).await?;
    let presences = rows.into_iter().map(|seen| {
        let basis = Basis {
            tenant_id: tenant,
            user_id: user,
            api_key_id: seen.api_key_id.map(ApiKeyId),
            family_id: seen.family_id.map(FamilyId),
            client_id: seen.client_id.map(ClientId),
        };
        Ok(Presence { basis, scopes: json("scopes", &seen.scopes)? })
    });
    presences.collect()
}

pub(crate) async fn forget(tx: &mut Tx, before: Timestamp) -> Outcome<u64> {
    let before = micros(before);
    let forgotten = sqlx::query!("DELETE FROM presences WHERE seen_at < ?1", before).execute(&mut tx.conn).await?;
    // What an earlier release notes, or has left.
    sqlx::query!("DELETE FROM presence WHERE seen_at < ?1", before).execute(&mut tx.conn).await?;
    Ok(forgotten.rows_affected())
}
