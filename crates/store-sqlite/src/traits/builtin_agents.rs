use artel_domain::{Agent, AgentKind, AuditEntry, BuiltinAgent, TenantId, UserId};
use artel_store::{BuiltinAgents, BuiltinPatch, Result};
use async_trait::async_trait;

use crate::builtin_agents;
use crate::store::SqliteStore;

#[async_trait]
impl BuiltinAgents for SqliteStore {
    async fn ensure_builtin_agent(
        &self,
        tenant: TenantId,
        agent: BuiltinAgent,
        owner: UserId,
        audit: AuditEntry,
    ) -> Result<Agent> {
        let asked = (tenant, agent, owner, audit);
        self.write(asked, |(tenant, agent, owner, audit), tx| {
            Box::pin(builtin_agents::ensure(tx, *tenant, *agent, *owner, audit))
        })
        .await
    }

    async fn configure_builtin_agent(
        &self,
        tenant: TenantId,
        agent: BuiltinAgent,
        patch: BuiltinPatch,
        by: UserId,
        audit: AuditEntry,
    ) -> Result<Option<Agent>> {
        let asked = (tenant, agent, patch, by, audit);
        self.write(asked, |(tenant, agent, patch, by, audit), tx| {
            Box::pin(builtin_agents::configure(tx, (*tenant, *agent), patch, *by, audit))
        })
        .await
    }

    async fn count_disabled_agents(&self, kind: AgentKind) -> Result<i64> {
        Ok(builtin_agents::count_disabled(&self.reads, kind).await?)
    }
}
