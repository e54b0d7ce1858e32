use artel_domain::{ApprovalRule, AuditEntry, TenantId};
use artel_store::{ApprovalRules, Result};
use async_trait::async_trait;

use crate::approval_rules;
use crate::store::SqliteStore;

#[async_trait]
impl ApprovalRules for SqliteStore {
    async fn put_approval_rules(&self, tenant: TenantId, rules: Vec<ApprovalRule>, audit: AuditEntry) -> Result<()> {
        self.write((tenant, rules, audit), |(tenant, rules, audit), tx| {
            Box::pin(approval_rules::put(tx, *tenant, rules, audit))
        })
        .await
    }

    async fn find_approval_rules(&self, tenant: TenantId) -> Result<Vec<ApprovalRule>> {
        Ok(approval_rules::find(&self.reads, tenant).await?)
    }
}
