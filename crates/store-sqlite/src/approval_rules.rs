//! The tenants' rules about approvals.

use artel_domain::{ApprovalRule, AuditEntry, TenantId};
use sqlx::SqlitePool;

use crate::error::Outcome;
use crate::values::{json, micros};
use crate::writer::Tx;

pub(crate) async fn put(tx: &mut Tx, tenant: TenantId, rules: &[ApprovalRule], audit: &AuditEntry) -> Outcome<()> {
    let (text, at) = (serde_json::to_string(rules)?, micros(audit.at));
    if rules.is_empty() {
        sqlx::query!("DELETE FROM approval_rules WHERE tenant_id = ?1", tenant.0).execute(&mut tx.conn).await?;
    } else {
        sqlx::query!(
            "INSERT INTO approval_rules (tenant_id, rules, updated_at) VALUES (?1, ?2, ?3)
             ON CONFLICT (tenant_id) DO UPDATE SET rules = excluded.rules, updated_at = excluded.updated_at",
            tenant.0,
            text,
            at
        )
        .execute(&mut tx.conn)
        .await?;
    }
    tx.audit(tenant, audit);
    Ok(())
}

pub(crate) async fn find(reads: &SqlitePool, tenant: TenantId) -> Outcome<Vec<ApprovalRule>> {
    let text =
        sqlx::query_scalar!(r#"SELECT rules AS "rules!: String" FROM approval_rules WHERE tenant_id = ?1"#, tenant.0);
    text.fetch_optional(reads).await?.map_or_else(|| Ok(Vec::new()), |text| json("rules", &text))
}
