use artel_domain::{
    Agent, AgentId, AgentKind, AgentStatus, AgentVersion, AuditEntry, BindingId, TenantId, Timestamp, UserId,
};
use async_trait::async_trait;
use serde_json::Value;
use uuid::Uuid;

use crate::{Result, Viewer};

/// A window over a list, newest first.
#[derive(Debug, Clone, Copy)]
pub struct Page {
    pub limit: u32,
    pub offset: u32,
}

#[derive(Debug, Clone, Default)]
pub struct AgentFilter {
    pub status: Option<AgentStatus>,
    pub kind: Option<AgentKind>,
    /// A part of the name, compared by [`artel_domain::caseless()`].
    pub q: Option<String>,
}

/// `None` leaves a member as it is.
#[derive(Debug, Clone, Default)]
pub struct AgentPatch {
    pub name: Option<String>,
    pub system_prompt: Option<String>,
    pub model: Option<String>,
    /// `Some(None)` clears it.
    pub llm_params: Option<Option<Value>>,
    pub require_approval: Option<bool>,
    pub status: Option<AgentStatus>,
    /// Not a part of the profile: it holds at once, and no version knows it.
    pub is_enabled: Option<bool>,
    /// As [`Self::is_enabled`]: no part of the profile. `Some(None)` clears it.
    pub description: Option<Option<String>>,
    /// The same.
    pub avatar_url: Option<Option<String>>,
    /// The agent is published with what this changes, if it was published before.
    pub publishes: bool,
}

impl AgentPatch {
    /// The agent with what this names.
    pub fn apply(self, agent: Agent) -> Agent {
        Agent {
            name: self.name.unwrap_or(agent.name),
            system_prompt: self.system_prompt.unwrap_or(agent.system_prompt),
            model: self.model.unwrap_or(agent.model),
            llm_params: self.llm_params.unwrap_or(agent.llm_params),
            require_approval: self.require_approval.unwrap_or(agent.require_approval),
            status: self.status.unwrap_or(agent.status),
            is_enabled: self.is_enabled.unwrap_or(agent.is_enabled),
            description: self.description.unwrap_or(agent.description),
            avatar_url: self.avatar_url.unwrap_or(agent.avatar_url),
            ..agent
        }
    }
}

/// Agents and their published versions. Deleted agents are absent to every method here but [`crate::Runs`].
///
/// A published agent has a snapshot of its version at all times: one that is stored as published gets it at once, and
/// so does a draft whose status becomes published. Its version grows with each publication, and with each change of its
/// bindings while it has no other unpublished changes. An agent that an earlier release published without a snapshot,
/// or changed afterwards, gets one before its next run or change.
///
/// A draft is its owner's and administrators': every method answers other viewers as if it did not exist.
///
/// Every method that changes an agent, its bindings or its budget answers `ReadOnlyAgent` for a built-in one, also
/// before the tenant has a row of it: see [`crate::BuiltinAgents`].
#[async_trait]
pub trait Agents: Send + Sync {
    /// When a row with this id is there already in this tenant (a retried request), that row is returned and nothing is
    /// written.
    async fn create_agent(&self, agent: Agent, audit: AuditEntry) -> Result<Agent>;
    async fn find_agent(&self, viewer: &Viewer, agent: AgentId) -> Result<Option<Agent>>;
    /// The page and the number of all that match.
    async fn list_agents(&self, viewer: &Viewer, filter: AgentFilter, page: Page) -> Result<(Vec<Agent>, i64)>;
    /// A published agent whose profile is changed has unpublished changes from then on, until it is published or
    /// changed back.
    async fn update_agent(
        &self,
        viewer: &Viewer,
        agent: AgentId,
        patch: AgentPatch,
        audit: AuditEntry,
    ) -> Result<Option<Agent>>;
    /// Soft: runs under way finish, their records stay readable.
    async fn delete_agent(&self, viewer: &Viewer, agent: AgentId, audit: AuditEntry) -> Result<bool>;
    /// Version + 1, status published, an immutable snapshot of profile and bindings. When the agent has a version of
    /// this request already (it was retried), the agent is returned as that version has it and nothing is written.
    /// `None`: no such agent.
    async fn publish_agent(
        &self,
        viewer: &Viewer,
        agent: AgentId,
        publication: Publication,
        audit: AuditEntry,
    ) -> Result<Option<Agent>>;
    /// Newest first; empty when the agent is absent or was never published.
    async fn list_agent_versions(&self, viewer: &Viewer, agent: AgentId) -> Result<Vec<AgentVersion>>;
    async fn find_agent_version(&self, viewer: &Viewer, agent: AgentId, version: i64) -> Result<Option<AgentVersion>>;
    /// Profile (name, prompt, model, parameters, `require_approval`) and bindings become those of the snapshot; the
    /// version number grows and the result is itself a published snapshot. Bindings to tools deleted since are left
    /// out. A retried request is answered as by [`Self::publish_agent`]. `None`: no such agent or version.
    async fn rollback_agent(
        &self,
        viewer: &Viewer,
        agent: AgentId,
        version: i64,
        publication: Publication,
        audit: AuditEntry,
    ) -> Result<Option<Agent>>;
    /// `copy` carries the new id, owner, name and time; profile and bindings come from `source`, status draft, version
    /// 1. `None`: no such source.
    async fn clone_agent(
        &self,
        viewer: &Viewer,
        source: AgentId,
        copy: CloneAgent,
        audit: AuditEntry,
    ) -> Result<Option<Agent>>;
}

/// A new version of an agent that is asked for.
#[derive(Debug, Clone, Copy)]
pub struct Publication {
    pub by: UserId,
    /// The id of the request, the same for each of its tries.
    pub request_id: Uuid,
}

#[derive(Debug, Clone)]
pub struct CloneAgent {
    pub tenant_id: TenantId,
    pub id: AgentId,
    pub owner_user_id: UserId,
    /// Default: the source's name + " (copy)", cut to 200 characters.
    pub name: Option<String>,
    pub at: Timestamp,
    /// Ids for the copied bindings are made from this one (UUIDv5 of it and the tool's id).
    pub binding_namespace: BindingId,
}
