//! Names as they are compared without case: the database folds in its own way, so that the folded name is a column that
//! this program fills.

use artel_domain::{TenantId, caseless};
use sqlx::PgPool;

/// Folds the names that an earlier release wrote. There are none but after an upgrade, or while one is under way.
pub(crate) async fn fold_stale(pool: &PgPool, tenant: TenantId) -> sqlx::Result<()> {
    let stale = sqlx::query!(
        "SELECT id, name FROM agents WHERE tenant_id = $1 AND deleted_at IS NULL AND folded_from IS DISTINCT FROM name",
        tenant.0,
    )
    .fetch_all(pool)
    .await?;
    for row in stale {
        sqlx::query!(
            "UPDATE agents SET folded_name = $1, folded_from = $2 WHERE id = $3 AND name = $2",
            caseless(&row.name),
            row.name,
            row.id,
        )
        .execute(pool)
        .await?;
    }
    Ok(())
}
