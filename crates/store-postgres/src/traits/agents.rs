use artel_domain::{Agent, AgentId, AgentVersion, AuditEntry};
use artel_store::{AgentFilter, AgentPatch, Agents, CloneAgent, Page, Publication, Result, Viewer};
use async_trait::async_trait;

use crate::error::{retrying, within};
use crate::store::PostgresStore;
use crate::{agents, copies, names, profiles, versions};

#[async_trait]
impl Agents for PostgresStore {
    async fn create_agent(&self, agent: Agent, audit: AuditEntry) -> Result<Agent> {
        retrying(|| profiles::create(&self.pool, &agent, &audit)).await
    }

    async fn find_agent(&self, viewer: &Viewer, agent: AgentId) -> Result<Option<Agent>> {
        within(agents::find_seen(&self.pool, viewer, agent)).await
    }

    async fn list_agents(&self, viewer: &Viewer, filter: AgentFilter, page: Page) -> Result<(Vec<Agent>, i64)> {
        if filter.q.is_some() {
            within(names::fold_stale(&self.pool, viewer.tenant_id)).await?;
        }
        within(agents::list(&self.pool, viewer, &filter, page)).await
    }

    async fn update_agent(
        &self,
        viewer: &Viewer,
        agent: AgentId,
        patch: AgentPatch,
        audit: AuditEntry,
    ) -> Result<Option<Agent>> {
        agents::refuse_read_only(&self.pool, viewer, agent).await?;
        retrying(|| profiles::update(&self.pool, viewer, agent, &patch, &audit)).await
    }

    async fn delete_agent(&self, viewer: &Viewer, agent: AgentId, audit: AuditEntry) -> Result<bool> {
        agents::refuse_read_only(&self.pool, viewer, agent).await?;
        retrying(|| agents::delete(&self.pool, viewer, agent, &audit)).await
    }

    async fn publish_agent(
        &self,
        viewer: &Viewer,
        agent: AgentId,
        publication: Publication,
        audit: AuditEntry,
    ) -> Result<Option<Agent>> {
        agents::refuse_read_only(&self.pool, viewer, agent).await?;
        retrying(|| versions::publish(&self.pool, viewer, agent, publication, &audit)).await
    }

    async fn list_agent_versions(&self, viewer: &Viewer, agent: AgentId) -> Result<Vec<AgentVersion>> {
        within(versions::list(&self.pool, viewer, agent)).await
    }

    async fn find_agent_version(&self, viewer: &Viewer, agent: AgentId, version: i64) -> Result<Option<AgentVersion>> {
        within(versions::find(&self.pool, viewer, agent, version)).await
    }

    async fn rollback_agent(
        &self,
        viewer: &Viewer,
        agent: AgentId,
        version: i64,
        publication: Publication,
        audit: AuditEntry,
    ) -> Result<Option<Agent>> {
        agents::refuse_read_only(&self.pool, viewer, agent).await?;
        retrying(|| versions::roll_back(&self.pool, viewer, agent, version, publication, &audit)).await
    }

    async fn clone_agent(
        &self,
        viewer: &Viewer,
        source: AgentId,
        copy: CloneAgent,
        audit: AuditEntry,
    ) -> Result<Option<Agent>> {
        agents::refuse_read_only(&self.pool, viewer, source).await?;
        retrying(|| copies::copy(&self.pool, viewer, source, &copy, &audit)).await
    }
}
