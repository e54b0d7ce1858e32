//! The auth service's signing keys, sealed; this crate cannot open them.

use artel_domain::{AuditEntry, SigningKey, TenantId, Timestamp};
use artel_store::NewSigningKey;
use sqlx::{PgConnection, PgPool};

use crate::audit;
use crate::begun::begin;
use crate::rows::SigningKeyRow;
use crate::values::{json, micros};

pub(crate) async fn list(pool: &PgPool, now: Timestamp) -> sqlx::Result<Vec<SigningKey>> {
    let rows = sqlx::query_as!(
        SigningKeyRow,
        "SELECT kid, sealed, public_jwk, state, created_at, not_after FROM signing_keys
         WHERE not_after IS NULL OR not_after > $1 ORDER BY not_after IS NOT NULL, created_at DESC, kid",
        micros(now),
    )
    .fetch_all(pool)
    .await?;
    rows.into_iter().map(SigningKey::try_from).collect()
}

/// Of two that both find none, one loses at `signing_keys_active` and tries again.
pub(crate) async fn ensure(
    pool: &PgPool,
    first: &NewSigningKey,
    tenant: TenantId,
    audit: &AuditEntry,
) -> sqlx::Result<SigningKey> {
    let mut tx = begin(pool).await?;
    if let Some(active) = active(&mut tx).await? {
        return Ok(active);
    }
    insert(&mut tx, first, audit.at).await?;
    audit::append(&mut tx, tenant, std::slice::from_ref(audit)).await?;
    let active = active(&mut tx).await?.ok_or(sqlx::Error::RowNotFound)?;
    tx.commit().await?;
    Ok(active)
}

async fn active(tx: &mut PgConnection) -> sqlx::Result<Option<SigningKey>> {
    let row = sqlx::query_as!(
        SigningKeyRow,
        "SELECT kid, sealed, public_jwk, state, created_at, not_after FROM signing_keys WHERE state = 'active'"
    )
    .fetch_optional(tx)
    .await?;
    row.map(SigningKey::try_from).transpose()
}

async fn insert(tx: &mut PgConnection, new: &NewSigningKey, at: Timestamp) -> sqlx::Result<()> {
    sqlx::query!(
        "INSERT INTO signing_keys (kid, sealed, public_jwk, state, created_at) VALUES ($1, $2, $3, 'active', $4)",
        new.kid,
        new.sealed,
        json(&new.public_jwk)?,
        micros(at),
    )
    .execute(tx)
    .await?;
    Ok(())
}

pub(crate) async fn rotate(
    pool: &PgPool,
    next: &NewSigningKey,
    not_after: Timestamp,
    tenant: TenantId,
    audit: &AuditEntry,
) -> sqlx::Result<()> {
    let mut tx = begin(pool).await?;
    sqlx::query!(
        "UPDATE signing_keys SET state = 'retiring', not_after = $1 WHERE state = 'active'",
        micros(not_after)
    )
    .execute(&mut *tx)
    .await?;
    insert(&mut tx, next, audit.at).await?;
    audit::append(&mut tx, tenant, std::slice::from_ref(audit)).await?;
    tx.commit().await
}

pub(crate) async fn withdraw(pool: &PgPool, kid: &str, tenant: TenantId, audit: &AuditEntry) -> sqlx::Result<bool> {
    let mut tx = begin(pool).await?;
    let withdrawn = sqlx::query!(
        "UPDATE signing_keys SET not_after = $2 WHERE kid = $1 AND state = 'retiring' AND not_after > $2",
        kid,
        micros(audit.at),
    );
    if withdrawn.execute(&mut *tx).await?.rows_affected() == 0 {
        return Ok(false);
    }
    audit::append(&mut tx, tenant, std::slice::from_ref(audit)).await?;
    tx.commit().await?;
    Ok(true)
}
