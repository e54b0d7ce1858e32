use artel_domain::{Agent, AgentId, AgentVersion, AuditEntry};
use artel_store::{AgentFilter, AgentPatch, Agents, CloneAgent, Page, Publication, Result, Viewer};
use async_trait::async_trait;

use crate::store::SqliteStore;
use crate::{agents, names, profiles, versions};

#[async_trait]
impl Agents for SqliteStore {
    async fn create_agent(&self, agent: Agent, audit: AuditEntry) -> Result<Agent> {
        self.write((agent, audit), |(agent, audit), tx| Box::pin(profiles::create(tx, agent, audit))).await
    }

    async fn find_agent(&self, viewer: &Viewer, agent: AgentId) -> Result<Option<Agent>> {
        Ok(agents::find_seen(&self.reads, viewer, agent).await?)
    }

    async fn list_agents(&self, viewer: &Viewer, filter: AgentFilter, page: Page) -> Result<(Vec<Agent>, i64)> {
        if filter.q.is_some() {
            names::fold_stale(self, viewer.tenant_id).await?;
        }
        Ok(agents::list(&self.reads, viewer, &filter, page).await?)
    }

    async fn update_agent(
        &self,
        viewer: &Viewer,
        agent: AgentId,
        patch: AgentPatch,
        audit: AuditEntry,
    ) -> Result<Option<Agent>> {
        let asked = (viewer.clone(), agent, patch, audit);
        self.write(asked, |(viewer, agent, patch, audit), tx| {
            Box::pin(profiles::update(tx, viewer, *agent, patch, audit))
        })
        .await
    }

    async fn delete_agent(&self, viewer: &Viewer, agent: AgentId, audit: AuditEntry) -> Result<bool> {
        self.write((viewer.clone(), agent, audit), |(viewer, agent, audit), tx| {
            Box::pin(agents::delete(tx, viewer, *agent, audit))
        })
        .await
    }

    async fn publish_agent(
        &self,
        viewer: &Viewer,
        agent: AgentId,
        publication: Publication,
        audit: AuditEntry,
    ) -> Result<Option<Agent>> {
        let asked = (viewer.clone(), agent, publication, audit);
        self.write(asked, |(viewer, agent, publication, audit), tx| {
            Box::pin(versions::publish(tx, viewer, *agent, *publication, audit))
        })
        .await
    }

    async fn list_agent_versions(&self, viewer: &Viewer, agent: AgentId) -> Result<Vec<AgentVersion>> {
        Ok(versions::list(&self.reads, viewer, agent).await?)
    }

    async fn find_agent_version(&self, viewer: &Viewer, agent: AgentId, version: i64) -> Result<Option<AgentVersion>> {
        Ok(versions::find_seen(&self.reads, viewer, agent, version).await?)
    }

    async fn rollback_agent(
        &self,
        viewer: &Viewer,
        agent: AgentId,
        version: i64,
        publication: Publication,
        audit: AuditEntry,
    ) -> Result<Option<Agent>> {
        let target = versions::Target { viewer: viewer.clone(), agent, version };
        self.write((target, publication, audit), |(target, publication, audit), tx| {
            Box::pin(versions::roll_back(tx, target, *publication, audit))
        })
        .await
    }

    async fn clone_agent(
        &self,
        viewer: &Viewer,
        source: AgentId,
        copy: CloneAgent,
        audit: AuditEntry,
    ) -> Result<Option<Agent>> {
        self.write((viewer.clone(), source, copy, audit), |(viewer, source, copy, audit), tx| {
            Box::pin(versions::copy(tx, viewer, *source, copy, audit))
        })
        .await
    }
}
