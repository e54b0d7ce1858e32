use artel_domain::{ApprovalRule, AuditEntry, TenantId};
use async_trait::async_trait;

use crate::Result;

/// Which calls a human decides about, as a tenant's administrators say.
#[async_trait]
pub trait ApprovalRules: Send + Sync {
    /// In place of all rules before; an empty list removes them.
    async fn put_approval_rules(&self, tenant: TenantId, rules: Vec<ApprovalRule>, audit: AuditEntry) -> Result<()>;
    /// In the order in which they are asked.
    async fn find_approval_rules(&self, tenant: TenantId) -> Result<Vec<ApprovalRule>>;
}
