use artel_domain::{ApprovalRule, AuditEntry, TenantId};
use artel_store::{ApprovalRules, Result};
use async_trait::async_trait;

use crate::approval_rules;
use crate::error::{retrying, within};
use crate::store::PostgresStore;

#[async_trait]
impl ApprovalRules for PostgresStore {
    async fn put_approval_rules(&self, tenant: TenantId, rules: Vec<ApprovalRule>, audit: AuditEntry) -> Result<()> {
        retrying(|| approval_rules::put(&self.pool, tenant, &rules, &audit)).await
    }

    async fn find_approval_rules(&self, tenant: TenantId) -> Result<Vec<ApprovalRule>> {
        within(approval_rules::find(&self.pool, tenant)).await
    }
}
