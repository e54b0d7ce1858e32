use artel_domain::{AgentId, AuditEntry, Binding, TenantId, ToolDefinition, ToolId};
use artel_store::{BindingPatch, BindingWrite, Page, Result, ToolPatch, ToolWrite, Tools, Viewer};
use async_trait::async_trait;

use crate::attachments::Place;
use crate::store::SqliteStore;
use crate::{attachments, bindings, tools};

#[async_trait]
impl Tools for SqliteStore {
    async fn create_tool(&self, tool: ToolDefinition, audit: AuditEntry) -> Result<ToolDefinition> {
        self.write((tool, audit), |(tool, audit), tx| Box::pin(tools::create(tx, tool, audit))).await
    }

    async fn find_tool(&self, tenant: TenantId, tool: ToolId) -> Result<Option<ToolDefinition>> {
        Ok(tools::find(&self.reads, tenant, tool).await?)
    }

    async fn list_tools(&self, tenant: TenantId, page: Page) -> Result<(Vec<ToolDefinition>, i64)> {
        Ok(tools::list(&self.reads, tenant, page).await?)
    }

    async fn update_tool(
        &self,
        tenant: TenantId,
        tool: ToolId,
        patch: ToolPatch,
        audit: AuditEntry,
    ) -> Result<ToolWrite> {
        let asked = (tenant, tool, patch, audit);
        self.write(asked, |(tenant, tool, patch, audit), tx| Box::pin(tools::update(tx, *tenant, *tool, patch, audit)))
            .await
    }

    async fn delete_tool(&self, tenant: TenantId, tool: ToolId, audit: AuditEntry) -> Result<bool> {
        self.write((tenant, tool, audit), |(tenant, tool, audit), tx| {
            Box::pin(tools::delete(tx, *tenant, *tool, audit))
        })
        .await
    }

    async fn bind_tool(&self, viewer: &Viewer, binding: Binding, audit: AuditEntry) -> Result<BindingWrite> {
        self.write((viewer.clone(), binding, audit), |(viewer, binding, audit), tx| {
            Box::pin(attachments::bind(tx, viewer, binding, audit))
        })
        .await
    }

    async fn list_bindings(&self, viewer: &Viewer, agent: AgentId) -> Result<Option<Vec<(Binding, ToolDefinition)>>> {
        Ok(bindings::list(&self.reads, viewer, agent).await?)
    }

    async fn update_binding(
        &self,
        viewer: &Viewer,
        agent: AgentId,
        tool: ToolId,
        patch: BindingPatch,
        audit: AuditEntry,
    ) -> Result<Option<Binding>> {
        let asked = (Place { viewer: viewer.clone(), agent, tool }, patch, audit);
        self.write(asked, |(place, patch, audit), tx| Box::pin(attachments::update(tx, place, patch, audit))).await
    }

    async fn unbind_tool(&self, viewer: &Viewer, agent: AgentId, tool: ToolId, audit: AuditEntry) -> Result<bool> {
        self.write((Place { viewer: viewer.clone(), agent, tool }, audit), |(place, audit), tx| {
            Box::pin(attachments::unbind(tx, place, audit))
        })
        .await
    }
}
