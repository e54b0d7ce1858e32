use artel_domain::{Agent, AgentKind, AuditEntry, BuiltinAgent, TenantId, UserId};
use artel_store::{BuiltinAgents, BuiltinPatch, Result, StoreError};
use async_trait::async_trait;

use crate::builtin_agents;
use crate::error::{retrying, within};
use crate::store::PostgresStore;

#[async_trait]
impl BuiltinAgents for PostgresStore {
    async fn ensure_builtin_agent(
        &self,
        tenant: TenantId,
        agent: BuiltinAgent,
        owner: UserId,
        audit: AuditEntry,
    ) -> Result<Agent> {
        let ensure = || retrying(|| builtin_agents::ensure(&self.pool, tenant, agent, owner, &audit));
        match ensure().await {
            // Another process made the row at the same time.
            Err(StoreError::Duplicate(_)) => ensure().await,
            ensured => ensured,
        }
    }

    async fn configure_builtin_agent(
        &self,
        tenant: TenantId,
        agent: BuiltinAgent,
        patch: BuiltinPatch,
        by: UserId,
        audit: AuditEntry,
    ) -> Result<Option<Agent>> {
        retrying(|| builtin_agents::configure(&self.pool, (tenant, agent), &patch, by, &audit)).await
    }

    async fn count_disabled_agents(&self, kind: AgentKind) -> Result<i64> {
        within(builtin_agents::count_disabled(&self.pool, kind)).await
    }
}
