use artel_domain::{AgentId, AuditEntry, Binding, TenantId, ToolDefinition, ToolId};
use artel_store::{BindingPatch, BindingWrite, Page, Result, ToolPatch, ToolWrite, Tools, Viewer};
use async_trait::async_trait;

use crate::error::{retrying, within};
use crate::store::PostgresStore;
use crate::{agents, attachments, bindings, tools};

#[async_trait]
impl Tools for PostgresStore {
    async fn create_tool(&self, tool: ToolDefinition, audit: AuditEntry) -> Result<ToolDefinition> {
        retrying(|| tools::create(&self.pool, &tool, &audit)).await
    }

    async fn find_tool(&self, tenant: TenantId, tool: ToolId) -> Result<Option<ToolDefinition>> {
        within(tools::find(&self.pool, tenant, tool)).await
    }

    async fn list_tools(&self, tenant: TenantId, page: Page) -> Result<(Vec<ToolDefinition>, i64)> {
        within(tools::list(&self.pool, tenant, page)).await
    }

    async fn update_tool(
        &self,
        tenant: TenantId,
        tool: ToolId,
        patch: ToolPatch,
        audit: AuditEntry,
    ) -> Result<ToolWrite> {
        retrying(|| tools::update(&self.pool, tenant, tool, &patch, &audit)).await
    }

    async fn delete_tool(&self, tenant: TenantId, tool: ToolId, audit: AuditEntry) -> Result<bool> {
        retrying(|| tools::delete(&self.pool, tenant, tool, &audit)).await
    }

    async fn bind_tool(&self, viewer: &Viewer, binding: Binding, audit: AuditEntry) -> Result<BindingWrite> {
        agents::refuse_read_only(&self.pool, viewer, binding.agent_id).await?;
        retrying(|| attachments::bind(&self.pool, viewer, &binding, &audit)).await
    }

    async fn list_bindings(&self, viewer: &Viewer, agent: AgentId) -> Result<Option<Vec<(Binding, ToolDefinition)>>> {
        within(bindings::list(&self.pool, viewer, agent)).await
    }

    async fn update_binding(
        &self,
        viewer: &Viewer,
        agent: AgentId,
        tool: ToolId,
        patch: BindingPatch,
        audit: AuditEntry,
    ) -> Result<Option<Binding>> {
        agents::refuse_read_only(&self.pool, viewer, agent).await?;
        retrying(|| attachments::update(&self.pool, viewer, agent, tool, &patch, &audit)).await
    }

    async fn unbind_tool(&self, viewer: &Viewer, agent: AgentId, tool: ToolId, audit: AuditEntry) -> Result<bool> {
        agents::refuse_read_only(&self.pool, viewer, agent).await?;
        retrying(|| attachments::unbind(&self.pool, viewer, agent, tool, &audit)).await
    }
}
