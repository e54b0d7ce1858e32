use std::collections::HashMap;

use artel_domain::{Agent, AgentId, AuditEntry, TenantId};
use artel_store::{AgentConnectors, Result, Viewer};
use async_trait::async_trait;

use crate::agent_connectors;
use crate::store::SqliteStore;

#[async_trait]
impl AgentConnectors for SqliteStore {
    async fn put_agent_connectors(
        &self,
        viewer: &Viewer,
        agent: AgentId,
        keys: Vec<String>,
        audit: AuditEntry,
    ) -> Result<Option<Agent>> {
        self.write((viewer.clone(), agent, keys, audit), |(viewer, agent, keys, audit), tx| {
            Box::pin(agent_connectors::put(tx, viewer, *agent, keys, audit))
        })
        .await
    }

    async fn connectors_of_agents(
        &self,
        tenant: TenantId,
        agents: &[AgentId],
    ) -> Result<HashMap<AgentId, Vec<String>>> {
        Ok(agent_connectors::of(&self.reads, tenant, agents).await?)
    }
}
