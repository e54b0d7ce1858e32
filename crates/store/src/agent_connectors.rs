use std::collections::HashMap;

use artel_domain::{Agent, AgentId, AuditEntry, TenantId};
use async_trait::async_trait;

use crate::{Result, Viewer};

/// Which connectors an agent is given. The list belongs to no version.
#[async_trait]
pub trait AgentConnectors: Send + Sync {
    /// In place of the whole list; `keys` are distinct, and their order is kept. `None`: no such agent.
    /// `ReadOnlyAgent`: it is built in.
    async fn put_agent_connectors(
        &self,
        viewer: &Viewer,
        agent: AgentId,
        keys: Vec<String>,
        audit: AuditEntry,
    ) -> Result<Option<Agent>>;
    /// The keys in their order; none for an agent that has no list.
    async fn connectors_of_agent(&self, tenant: TenantId, agent: AgentId) -> Result<Vec<String>> {
        Ok(self.connectors_of_agents(tenant, &[agent]).await?.remove(&agent).unwrap_or_default())
    }
    /// The keys of several agents. Those without a list are absent.
    async fn connectors_of_agents(&self, tenant: TenantId, agents: &[AgentId])
    -> Result<HashMap<AgentId, Vec<String>>>;
}
