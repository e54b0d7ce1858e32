use artel_domain::{Agent, AgentId, AgentVersion, AuditEntry, TenantId, UserId};
use artel_store::{AgentFilter, AgentPatch, Agents, CloneAgent, Page, Result};
use async_trait::async_trait;

use crate::error::{retrying, store_error};
use crate::store::PostgresStore;
use crate::{agents, copies, names, profiles, versions};

#[async_trait]
impl Agents for PostgresStore {
    async fn create_agent(&self, agent: Agent, audit: AuditEntry) -> Result<Agent> {
        retrying(|| profiles::create(&self.pool, &agent, &audit)).await
    }

    async fn find_agent(&self, tenant: TenantId, agent: AgentId) -> Result<Option<Agent>> {
        agents::find(&self.pool, tenant, agent).await.map_err(store_error)
    }

    async fn list_agents(&self, tenant: TenantId, filter: AgentFilter, page: Page) -> Result<(Vec<Agent>, i64)> {
        if filter.q.is_some() {
            names::fold_stale(&self.pool, tenant).await.map_err(store_error)?;
        }
        agents::list(&self.pool, tenant, &filter, page).await.map_err(store_error)
    }

    async fn update_agent(
        &self,
        tenant: TenantId,
        agent: AgentId,
        patch: AgentPatch,
        audit: AuditEntry,
    ) -> Result<Option<Agent>> {
        agents::refuse_read_only(&self.pool, tenant, agent).await?;
        retrying(|| profiles::update(&self.pool, tenant, agent, &patch, &audit)).await
    }

    async fn delete_agent(&self, tenant: TenantId, agent: AgentId, audit: AuditEntry) -> Result<bool> {
        agents::refuse_read_only(&self.pool, tenant, agent).await?;
        retrying(|| agents::delete(&self.pool, tenant, agent, &audit)).await
    }

    async fn publish_agent(
        &self,
        tenant: TenantId,
        agent: AgentId,
        by: UserId,
        audit: AuditEntry,
    ) -> Result<Option<Agent>> {
        agents::refuse_read_only(&self.pool, tenant, agent).await?;
        retrying(|| versions::publish(&self.pool, tenant, agent, by, &audit)).await
    }

    async fn list_agent_versions(&self, tenant: TenantId, agent: AgentId) -> Result<Vec<AgentVersion>> {
        versions::list(&self.pool, tenant, agent).await.map_err(store_error)
    }

    async fn find_agent_version(&self, tenant: TenantId, agent: AgentId, version: i64) -> Result<Option<AgentVersion>> {
        versions::find(&self.pool, tenant, agent, version).await.map_err(store_error)
    }

    async fn rollback_agent(
        &self,
        tenant: TenantId,
        agent: AgentId,
        version: i64,
        by: UserId,
        audit: AuditEntry,
    ) -> Result<Option<Agent>> {
        agents::refuse_read_only(&self.pool, tenant, agent).await?;
        retrying(|| versions::roll_back(&self.pool, tenant, agent, version, by, &audit)).await
    }

    async fn clone_agent(&self, source: AgentId, copy: CloneAgent, audit: AuditEntry) -> Result<Option<Agent>> {
        agents::refuse_read_only(&self.pool, copy.tenant_id, source).await?;
        retrying(|| copies::copy(&self.pool, source, &copy, &audit)).await
    }
}
