//! The auth service's signing keys, sealed; this crate cannot open them.

use artel_domain::{AuditEntry, SigningKey, SigningKeyState, TenantId, Timestamp};
use artel_store::{NewSigningKey, Result, SigningKeys};
use async_trait::async_trait;
use sqlx::{PgConnection, PgPool};

use crate::error::{retrying, store_error};
use crate::values::{json, micros, parsed, time, word};
use crate::{PostgresStore, audit};

#[derive(Debug)]
struct Row {
    kid: String,
    sealed: String,
    public_jwk: String,
    state: String,
    created_at: i64,
    not_after: Option<i64>,
}

impl TryFrom<Row> for SigningKey {
    type Error = sqlx::Error;

    fn try_from(row: Row) -> sqlx::Result<Self> {
        Ok(Self {
            kid: row.kid,
            sealed: row.sealed,
            public_jwk: parsed(&row.public_jwk)?,
            state: word(SigningKeyState::parse, &row.state)?,
            created_at: time(row.created_at),
            not_after: row.not_after.map(time),
        })
    }
}

#[async_trait]
impl SigningKeys for PostgresStore {
    async fn signing_keys(&self, now: Timestamp) -> Result<Vec<SigningKey>> {
        list(&self.pool, now).await.map_err(store_error)
    }

    async fn ensure_signing_key(&self, first: NewSigningKey, tenant: TenantId, audit: AuditEntry) -> Result<SigningKey> {
        retrying(|| ensure(&self.pool, &first, tenant, &audit)).await
    }

    async fn rotate_signing_key(&self, next: NewSigningKey, not_after: Timestamp, tenant: TenantId, audit: AuditEntry) -> Result<()> {
        retrying(|| rotate(&self.pool, &next, not_after, tenant, &audit)).await
    }

    async fn withdraw_signing_key(&self, kid: &str, tenant: TenantId, audit: AuditEntry) -> Result<bool> {
        retrying(|| withdraw(&self.pool, kid, tenant, &audit)).await
    }
}

async fn list(pool: &PgPool, now: Timestamp) -> sqlx::Result<Vec<SigningKey>> {
    let rows = sqlx::query_as!(
        Row,
        "SELECT kid, sealed, public_jwk, state, created_at, not_after FROM signing_keys
         WHERE not_after IS NULL OR not_after > $1 ORDER BY not_after IS NOT NULL, created_at DESC, kid",
        micros(now),
    )
    .fetch_all(pool)
    .await?;
    rows.into_iter().map(SigningKey::try_from).collect()
}

/// Of two that both find none, one loses at `signing_keys_active` and tries again.
async fn ensure(pool: &PgPool, first: &NewSigningKey, tenant: TenantId, audit: &AuditEntry) -> sqlx::Result<SigningKey> {
    let mut tx = pool.begin().await?;
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
    let row = sqlx::query_as!(Row, "SELECT kid, sealed, public_jwk, state, created_at, not_after FROM signing_keys WHERE state = 'active'")
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

async fn rotate(pool: &PgPool, next: &NewSigningKey, not_after: Timestamp, tenant: TenantId, audit: &AuditEntry) -> sqlx::Result<()> {
    let mut tx = pool.begin().await?;
    sqlx::query!("UPDATE signing_keys SET state = 'retiring', not_after = $1 WHERE state = 'active'", micros(not_after))
        .execute(&mut *tx)
        .await?;
    insert(&mut tx, next, audit.at).await?;
    audit::append(&mut tx, tenant, std::slice::from_ref(audit)).await?;
    tx.commit().await
}

async fn withdraw(pool: &PgPool, kid: &str, tenant: TenantId, audit: &AuditEntry) -> sqlx::Result<bool> {
    let mut tx = pool.begin().await?;
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
