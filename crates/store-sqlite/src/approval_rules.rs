//! The tenants' rules about approvals.

use artel_domain::{ApprovalRule, AuditEntry, TenantId};
use artel_store::{ApprovalRules, Result};
use async_trait::async_trait;
use sqlx::SqlitePool;

use crate::error::Outcome;
use crate::rows::{json, micros};
use crate::store::SqliteStore;
use crate::writer::Tx;

#[async_trait]
impl ApprovalRules for SqliteStore {
    async fn put_approval_rules(&self, tenant: TenantId, rules: Vec<ApprovalRule>, audit: AuditEntry) -> Result<()> {
        self.write((tenant, rules, audit), |(tenant, rules, audit), tx| Box::pin(put(tx, *tenant, rules, audit))).await
    }

    async fn find_approval_rules(&self, tenant: TenantId) -> Result<Vec<ApprovalRule>> {
        Ok(find(&self.reads, tenant).await?)
    }
}

async fn put(tx: &mut Tx, tenant: TenantId, rules: &[ApprovalRule], audit: &AuditEntry) -> Outcome<()> {
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
    let text = sqlx::query_scalar!(r#"SELECT rules AS "rules!: String" FROM approval_rules WHERE tenant_id = ?1"#, tenant.0);
    text.fetch_optional(reads).await?.map_or_else(|| Ok(Vec::new()), |text| json("rules", &text))
}
