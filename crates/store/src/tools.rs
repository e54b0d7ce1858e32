use std::collections::BTreeMap;

use artel_domain::tool::{ArgumentPlace, HttpMethod};
use artel_domain::{
    AgentId, AuditEntry, AuthType, Binding, EffectClass, ExecutionType, PermissionScope, RateLimit, TenantId,
    ToolDefinition, ToolId, ToolStatus,
};
use async_trait::async_trait;
use serde_json::Value;

use crate::{Page, Result, Viewer};

/// `None` leaves a member as it is; the inner `None` clears it.
#[derive(Debug, Clone, Default)]
pub struct ToolPatch {
    pub name: Option<String>,
    pub description: Option<String>,
    pub input_schema: Option<Value>,
    pub execution_type: Option<ExecutionType>,
    pub endpoint: Option<Option<String>>,
    pub auth_type: Option<AuthType>,
    pub status: Option<ToolStatus>,
    pub http_method: Option<HttpMethod>,
    pub parameter_mapping: Option<BTreeMap<String, ArgumentPlace>>,
    pub custom_headers: Option<BTreeMap<String, String>>,
    pub response_transform: Option<Option<String>>,
    pub effect: Option<EffectClass>,
    pub status_endpoint: Option<Option<String>>,
    pub cache_ttl_seconds: Option<Option<u32>>,
}

#[derive(Debug, Clone, Default)]
pub struct BindingPatch {
    pub permission_scope: Option<PermissionScope>,
    pub timeout_ms: Option<u64>,
    pub rate_limit: Option<Option<RateLimit>>,
    pub allowed_domains: Option<Vec<String>>,
    pub secrets_ref: Option<Option<String>>,
    pub require_approval: Option<bool>,
}

/// How a binding request ended.
#[derive(Debug, Clone, PartialEq)]
pub enum BindingWrite {
    Done(Binding),
    AgentMissing,
    ToolMissing,
    /// This agent has this tool already (under another binding id).
    Duplicate,
    /// This agent has another tool whose name counts as the same, as [`artel_domain::names`] says: the other's name.
    NameTaken(String),
}

/// How the update of a tool ended.
#[derive(Debug, Clone, PartialEq)]
pub enum ToolWrite {
    Done(Box<ToolDefinition>),
    Missing,
    /// An agent that has the tool has another one, of this name, that counts as the same as the new name.
    NameTaken(String),
}

impl ToolWrite {
    /// The tool, when it was written.
    pub fn done(self) -> Option<ToolDefinition> {
        if let Self::Done(tool) = self { Some(*tool) } else { None }
    }
}

/// Tools and bindings. Deleted tools are absent, and so are their bindings. The bindings of an agent that the viewer
/// does not see are absent, as [`crate::Agents`] says.
#[async_trait]
pub trait Tools: Send + Sync {
    /// When a row with this id is there already in this tenant (a retried request), that row is returned and nothing is
    /// written.
    async fn create_tool(&self, tool: ToolDefinition, audit: AuditEntry) -> Result<ToolDefinition>;
    async fn find_tool(&self, tenant: TenantId, tool: ToolId) -> Result<Option<ToolDefinition>>;
    /// The page (newest first) and the number of all.
    async fn list_tools(&self, tenant: TenantId, page: Page) -> Result<(Vec<ToolDefinition>, i64)>;
    /// Version + 1. A new name must be no other's among the tools of each agent that has the tool.
    async fn update_tool(
        &self,
        tenant: TenantId,
        tool: ToolId,
        patch: ToolPatch,
        audit: AuditEntry,
    ) -> Result<ToolWrite>;
    /// Soft; its bindings go with it.
    async fn delete_tool(&self, tenant: TenantId, tool: ToolId, audit: AuditEntry) -> Result<bool>;

    async fn bind_tool(&self, viewer: &Viewer, binding: Binding, audit: AuditEntry) -> Result<BindingWrite>;
    /// Oldest first, with their tools. `None`: no such agent.
    async fn list_bindings(&self, viewer: &Viewer, agent: AgentId) -> Result<Option<Vec<(Binding, ToolDefinition)>>>;
    async fn update_binding(
        &self,
        viewer: &Viewer,
        agent: AgentId,
        tool: ToolId,
        patch: BindingPatch,
        audit: AuditEntry,
    ) -> Result<Option<Binding>>;
    async fn unbind_tool(&self, viewer: &Viewer, agent: AgentId, tool: ToolId, audit: AuditEntry) -> Result<bool>;
}
