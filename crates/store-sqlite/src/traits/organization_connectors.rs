use artel_domain::{AuditEntry, OrganizationConnector, TenantId};
use artel_store::{
    ConnectorDeletion, ConnectorHead, ConnectorReplacement, ConnectorWrite, OrganizationConnectors, Result,
};
use async_trait::async_trait;

use crate::organization_connectors;
use crate::store::SqliteStore;

#[async_trait]
impl OrganizationConnectors for SqliteStore {
    async fn put_organization_connector(
        &self,
        connector: OrganizationConnector,
        replaces: Option<ConnectorReplacement>,
        audit: AuditEntry,
    ) -> Result<ConnectorWrite> {
        self.write((connector, replaces, audit), |(connector, replaces, audit), tx| {
            Box::pin(organization_connectors::put(tx, connector, replaces.as_ref(), audit))
        })
        .await
    }

    async fn list_organization_connectors(&self, tenant: TenantId) -> Result<Vec<ConnectorHead>> {
        Ok(organization_connectors::list(&self.reads, tenant).await?)
    }

    async fn organization_connector_digest(&self, tenant: TenantId, key: &str) -> Result<Option<String>> {
        Ok(organization_connectors::digest(&self.reads, tenant, key).await?)
    }

    async fn find_organization_connector(&self, tenant: TenantId, key: &str) -> Result<Option<OrganizationConnector>> {
        Ok(organization_connectors::find(&self.reads, tenant, key).await?)
    }

    async fn delete_organization_connector(
        &self,
        tenant: TenantId,
        key: &str,
        is_hidden: bool,
        audit: AuditEntry,
    ) -> Result<ConnectorDeletion> {
        self.write((tenant, key.to_owned(), is_hidden, audit), |(tenant, key, is_hidden, audit), tx| {
            Box::pin(organization_connectors::delete(tx, *tenant, key, *is_hidden, audit))
        })
        .await
    }
}
