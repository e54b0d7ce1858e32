//! Tokens that were obtained with credentials, and the leases under which they are made. This crate cannot open them.

use std::time::Duration;

use artel_domain::{CredentialId, TenantId};
use artel_store::{TokenClaim, TokenTurn};
use sqlx::SqlitePool;

use crate::error::Outcome;
use crate::values::duration_micros;
use crate::writer::Tx;

pub(crate) async fn find(reads: &SqlitePool, tenant: TenantId, credential: CredentialId) -> Outcome<Option<String>> {
    let found = sqlx::query_scalar!(
        r#"SELECT sealed AS "sealed: String" FROM connector_tokens WHERE tenant_id = ?1 AND credential_id = ?2"#,
        tenant.0,
        credential.0
    );
    Ok(found.fetch_optional(reads).await?.flatten())
}

pub(crate) async fn claim(tx: &mut Tx, claim: &TokenClaim, lease: Duration) -> Outcome<TokenTurn> {
    let lease = duration_micros(lease);
    let claimed = sqlx::query!(
        "INSERT INTO connector_tokens AS t (tenant_id, credential_id, owner, lease_until)
         SELECT ?1, ?2, ?3, CAST(unixepoch('subsec') * 1000000 AS INTEGER) + ?4
         WHERE EXISTS (SELECT 1 FROM credentials WHERE tenant_id = ?1 AND id = ?2)
         ON CONFLICT (tenant_id, credential_id) DO UPDATE SET owner = excluded.owner, lease_until = excluded.lease_until
         WHERE t.owner IS NULL OR t.owner = excluded.owner OR t.lease_until <= excluded.lease_until - ?4",
        claim.tenant_id.0,
        claim.credential_id.0,
        claim.owner,
        lease
    );
    if claimed.execute(&mut tx.conn).await?.rows_affected() == 1 {
        return Ok(TokenTurn::Claimed);
    }
    let wait = sqlx::query_scalar!(
        r#"SELECT coalesce(lease_until, 0) - CAST(unixepoch('subsec') * 1000000 AS INTEGER) AS "wait!: i64"
           FROM connector_tokens WHERE tenant_id = ?1 AND credential_id = ?2"#,
        claim.tenant_id.0,
        claim.credential_id.0
    );
    let wait = wait.fetch_optional(&mut tx.conn).await?;
    Ok(wait.map_or(TokenTurn::CredentialMissing, |micros| {
        TokenTurn::Later(Duration::from_micros(micros.max(0).unsigned_abs()))
    }))
}

pub(crate) async fn save(tx: &mut Tx, claim: &TokenClaim, sealed: &str) -> Outcome<bool> {
    let saved = sqlx::query!(
        "UPDATE connector_tokens SET sealed = ?4 WHERE tenant_id = ?1 AND credential_id = ?2 AND owner = ?3",
        claim.tenant_id.0,
        claim.credential_id.0,
        claim.owner,
        sealed
    );
    Ok(saved.execute(&mut tx.conn).await?.rows_affected() == 1)
}

pub(crate) async fn release(tx: &mut Tx, claim: &TokenClaim) -> Outcome<()> {
    sqlx::query!(
        "UPDATE connector_tokens SET owner = NULL, lease_until = NULL
         WHERE tenant_id = ?1 AND credential_id = ?2 AND owner = ?3",
        claim.tenant_id.0,
        claim.credential_id.0,
        claim.owner
    )
    .execute(&mut tx.conn)
    .await?;
    Ok(())
}

/// Takes the token away, and with it the right of whoever is making another.
pub(crate) async fn forget(tx: &mut Tx, tenant: TenantId, credential: CredentialId) -> Outcome<()> {
    sqlx::query!("DELETE FROM connector_tokens WHERE tenant_id = ?1 AND credential_id = ?2", tenant.0, credential.0)
        .execute(&mut tx.conn)
        .await?;
    Ok(())
}
