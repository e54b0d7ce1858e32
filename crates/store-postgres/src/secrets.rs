//! A tenant's secrets, sealed above the store.

use artel_domain::{AuditEntry, TenantId};
use sqlx::PgPool;

use crate::audit;
use crate::begun::begin;
use crate::values::{micros, text};

pub(crate) async fn put(
    pool: &PgPool,
    tenant: TenantId,
    name: &str,
    sealed: &str,
    audit: &AuditEntry,
) -> sqlx::Result<()> {
    let mut tx = begin(pool).await?;
    sqlx::query!(
        "INSERT INTO secrets (tenant_id, name, sealed, updated_at) VALUES ($1, $2, $3, $4)
         ON CONFLICT (tenant_id, name) DO UPDATE SET sealed = excluded.sealed, updated_at = excluded.updated_at",
        tenant.0,
        text(name),
        sealed,
        micros(audit.at),
    )
    .execute(&mut *tx)
    .await?;
    audit::append(&mut tx, tenant, std::slice::from_ref(audit)).await?;
    tx.commit().await
}

pub(crate) async fn find(pool: &PgPool, tenant: TenantId, name: &str) -> sqlx::Result<Option<String>> {
    sqlx::query_scalar!("SELECT sealed FROM secrets WHERE tenant_id = $1 AND name = $2", tenant.0, text(name))
        .fetch_optional(pool)
        .await
}

pub(crate) async fn names(pool: &PgPool, tenant: TenantId) -> sqlx::Result<Vec<String>> {
    sqlx::query_scalar!("SELECT name FROM secrets WHERE tenant_id = $1 ORDER BY name", tenant.0).fetch_all(pool).await
}

pub(crate) async fn delete(pool: &PgPool, tenant: TenantId, name: &str, audit: &AuditEntry) -> sqlx::Result<bool> {
    let mut tx = begin(pool).await?;
    let deleted = sqlx::query!("DELETE FROM secrets WHERE tenant_id = $1 AND name = $2", tenant.0, text(name))
        .execute(&mut *tx)
        .await?;
    if deleted.rows_affected() == 0 {
        return Ok(false);
    }
    audit::append(&mut tx, tenant, std::slice::from_ref(audit)).await?;
    tx.commit().await?;
    Ok(true)
}
