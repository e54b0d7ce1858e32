//! The tenants' rules about approvals.

use artel_domain::{ApprovalRule, AuditEntry, TenantId};
use sqlx::PgPool;

use crate::audit;
use crate::begun::begin;
use crate::values::{json, micros, parsed};

pub(crate) async fn put(
    pool: &PgPool,
    tenant: TenantId,
    rules: &[ApprovalRule],
    audit: &AuditEntry,
) -> sqlx::Result<()> {
    let mut tx = begin(pool).await?;
    if rules.is_empty() {
        sqlx::query!("DELETE FROM approval_rules WHERE tenant_id = $1", tenant.0).execute(&mut *tx).await?;
    } else {
        sqlx::query!(
            "INSERT INTO approval_rules (tenant_id, rules, updated_at) VALUES ($1, $2, $3)
             ON CONFLICT (tenant_id) DO UPDATE SET rules = excluded.rules, updated_at = excluded.updated_at",
            tenant.0,
            json(rules)?,
            micros(audit.at),
        )
        .execute(&mut *tx)
        .await?;
    }
    audit::append(&mut tx, tenant, std::slice::from_ref(audit)).await?;
    tx.commit().await
}

pub(crate) async fn find(pool: &PgPool, tenant: TenantId) -> sqlx::Result<Vec<ApprovalRule>> {
    let text = sqlx::query_scalar!("SELECT rules FROM approval_rules WHERE tenant_id = $1", tenant.0)
        .fetch_optional(pool)
        .await?;
    text.map_or_else(|| Ok(Vec::new()), |text| parsed(&text))
}
