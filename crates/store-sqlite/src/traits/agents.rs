use artel_domain::{Agent, AgentId, AgentVersion, AuditEntry, TenantId, UserId};
use artel_store::{AgentFilter, AgentPatch, Agents, CloneAgent, Page, Result};
use async_trait::async_trait;

use crate::store::SqliteStore;
use crate::{agents, names, profiles, versions};

#[async_trait]
impl Agents for SqliteStore {
    async fn create_agent(&self, agent: Agent, audit: AuditEntry) -> Result<Agent> {
        self.write((agent, audit), |(agent, audit), tx| Box::pin(profiles::create(tx, agent, audit))).await
    }

    async fn find_agent(&self, tenant: TenantId, agent: AgentId) -> Result<Option<Agent>> {
        Ok(agents::find(&self.reads, tenant, agent).await?)
    }

    async fn list_agents(&self, tenant: TenantId, filter: AgentFilter, page: Page) -> Result<(Vec<Agent>, i64)> {
        if filter.q.is_some() {
            names::fold_stale(self, tenant).await?;
        }
        Ok(agents::list(&self.reads, tenant, &filter, page).await?)
    }

    async fn update_agent(
        &self,
        tenant: TenantId,
        agent: AgentId,
        patch: AgentPatch,
        audit: AuditEntry,
    ) -> Result<Option<Agent>> {
        let asked = (tenant, agent, patch, audit);
        self.write(asked, |(tenant, agent, patch, audit), tx| {
            Box::pin(profiles::update(tx, *tenant, *agent, patch, audit))
        })
        .await
    }

    async fn delete_agent(&self, tenant: TenantId, agent: AgentId, audit: AuditEntry) -> Result<bool> {
        self.write((tenant, agent, audit), |(tenant, agent, audit), tx| {
            Box::pin(agents::delete(tx, *tenant, *agent, audit))
        })
        .await
    }

    async fn publish_agent(
        &self,
        tenant: TenantId,
        agent: AgentId,
        by: UserId,
        audit: AuditEntry,
    ) -> Result<Option<Agent>> {
        let asked = (tenant, agent, by, audit);
        self.write(asked, |(tenant, agent, by, audit), tx| Box::pin(versions::publish(tx, *tenant, *agent, *by, audit)))
            .await
    }

    async fn list_agent_versions(&self, tenant: TenantId, agent: AgentId) -> Result<Vec<AgentVersion>> {
        Ok(versions::list(&self.reads, tenant, agent).await?)
    }

    async fn find_agent_version(&self, tenant: TenantId, agent: AgentId, version: i64) -> Result<Option<AgentVersion>> {
        Ok(versions::find(&self.reads, tenant, agent, version).await?)
    }

    async fn rollback_agent(
        &self,
        tenant: TenantId,
        agent: AgentId,
        version: i64,
        by: UserId,
        audit: AuditEntry,
    ) -> Result<Option<Agent>> {
        let target = versions::Target { tenant, agent, version };
        self.write((target, by, audit), |(target, by, audit), tx| Box::pin(versions::roll_back(tx, target, *by, audit)))
            .await
    }

    async fn clone_agent(&self, source: AgentId, copy: CloneAgent, audit: AuditEntry) -> Result<Option<Agent>> {
        self.write((source, copy, audit), |(source, copy, audit), tx| {
            Box::pin(versions::copy(tx, *source, copy, audit))
        })
        .await
    }
}
