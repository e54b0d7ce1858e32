use std::collections::HashMap;

use artel_domain::{Agent, AgentId, AuditEntry, TenantId};
use artel_store::{AgentConnectors, Result, Viewer};
use async_trait::async_trait;

use crate::error::{retrying, within};
use crate::store::PostgresStore;
use crate::{agent_connectors, agents};

#[async_trait]
impl AgentConnectors for PostgresStore {
    async fn put_agent_connectors(
        &self,
        viewer: &Viewer,
        agent: AgentId,
        keys: Vec<String>,
        audit: AuditEntry,
    ) -> Result<Option<Agent>> {
        agents::refuse_read_only(&self.pool, viewer, agent).await?;
        retrying(|| agent_connectors::put(&self.pool, viewer, agent, &keys, &audit)).await
    }

    async fn connectors_of_agents(
        &self,
        tenant: TenantId,
        agents: &[AgentId],
    ) -> Result<HashMap<AgentId, Vec<String>>> {
        within(agent_connectors::of(&self.pool, tenant, agents)).await
    }
}
