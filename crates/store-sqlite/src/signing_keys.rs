//! The auth service's signing keys, sealed; this crate cannot open them.

use artel_domain::{AuditEntry, SigningKey, TenantId};
use artel_store::NewSigningKey;
use sqlx::SqlitePool;

use crate::error::{Failure, Outcome};
use crate::rows::{all, one, signing_keys};
use crate::values::micros;
use crate::writer::Tx;

pub(crate) async fn list(reads: &SqlitePool, now: i64) -> Outcome<Vec<SigningKey>> {
    let found = signing_keys!(
        "WHERE not_after IS NULL OR not_after > ?1 ORDER BY not_after IS NOT NULL, created_at DESC, kid",
        now
    );
    all(found.fetch_all(reads).await?)
}

pub(crate) async fn ensure(
    tx: &mut Tx,
    first: &NewSigningKey,
    tenant: TenantId,
    audit: &AuditEntry,
) -> Outcome<SigningKey> {
    if let Some(active) = active(tx).await? {
        return Ok(active);
    }
    insert(tx, first, micros(audit.at)).await?;
    tx.audit(tenant, audit);
    active(tx).await?.ok_or_else(|| Failure::broken("a signing key was not kept"))
}

async fn active(tx: &mut Tx) -> Outcome<Option<SigningKey>> {
    one(signing_keys!("WHERE state = 'active'").fetch_optional(&mut tx.conn).await?)
}

async fn insert(tx: &mut Tx, new: &NewSigningKey, at: i64) -> Outcome<()> {
    let public_jwk = new.public_jwk.to_string();
    sqlx::query!(
        "INSERT INTO signing_keys (kid, sealed, public_jwk, state, created_at) VALUES (?1, ?2, ?3, 'active', ?4)",
        new.kid,
        new.sealed,
        public_jwk,
        at
    )
    .execute(&mut tx.conn)
    .await?;
    Ok(())
}

pub(crate) async fn rotate(
    tx: &mut Tx,
    next: &NewSigningKey,
    not_after: i64,
    tenant: TenantId,
    audit: &AuditEntry,
) -> Outcome<()> {
    sqlx::query!("UPDATE signing_keys SET state = 'retiring', not_after = ?1 WHERE state = 'active'", not_after)
        .execute(&mut tx.conn)
        .await?;
    insert(tx, next, micros(audit.at)).await?;
    tx.audit(tenant, audit);
    Ok(())
}

pub(crate) async fn withdraw(tx: &mut Tx, kid: &str, tenant: TenantId, audit: &AuditEntry) -> Outcome<bool> {
    let at = micros(audit.at);
    let withdrawn = sqlx::query!(
        "UPDATE signing_keys SET not_after = ?1 WHERE kid = ?2 AND state = 'retiring' AND not_after > ?1",
        at,
        kid
    );
    if withdrawn.execute(&mut tx.conn).await?.rows_affected() == 0 {
        return Ok(false);
    }
    tx.audit(tenant, audit);
    Ok(true)
}
