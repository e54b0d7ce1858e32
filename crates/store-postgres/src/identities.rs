//! Tenants and people; keys, secrets and the audit chain have files of their own.

use artel_domain::{TenantId, Timestamp, UserId};
use sqlx::{PgExecutor, PgPool};

use crate::values::micros;

pub(crate) async fn ensure(
    executor: impl PgExecutor<'_>,
    tenant: TenantId,
    user: UserId,
    at: Timestamp,
) -> sqlx::Result<()> {
    sqlx::query!(
        "WITH tenant AS (INSERT INTO tenants (id, created_at) VALUES ($1, $3) ON CONFLICT DO NOTHING)
         INSERT INTO users (tenant_id, id, created_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
        tenant.0,
        user.0,
        micros(at),
    )
    .execute(executor)
    .await?;
    Ok(())
}

pub(crate) async fn list_tenants(pool: &PgPool) -> sqlx::Result<Vec<TenantId>> {
    let ids = sqlx::query_scalar!("SELECT id FROM tenants ORDER BY id").fetch_all(pool).await?;
    Ok(ids.into_iter().map(TenantId).collect())
}
