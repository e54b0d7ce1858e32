use artel_domain::{AuditEntry, OrganizationConnector, TenantId};
use artel_store::{
    ConnectorDeletion, ConnectorHead, ConnectorReplacement, ConnectorWrite, OrganizationConnectors, Result,
};
use async_trait::async_trait;

use crate::error::{retrying, within};
use crate::organization_connectors;
use crate::store::PostgresStore;

#[async_trait]
impl OrganizationConnectors for PostgresStore {
    async fn put_organization_connector(
        &self,
        connector: OrganizationConnector,
        replaces: Option<ConnectorReplacement>,
        audit: AuditEntry,
    ) -> Result<ConnectorWrite> {
        retrying(|| organization_connectors::put(&self.pool, &connector, replaces.as_ref(), &audit)).await
    }

    async fn list_organization_connectors(&self, tenant: TenantId) -> Result<Vec<ConnectorHead>> {
        within(organization_connectors::list(&self.pool, tenant)).await
    }

    async fn organization_connector_digest(&self, tenant: TenantId, key: &str) -> Result<Option<String>> {
        within(organization_connectors::digest(&self.pool, tenant, key)).await
    }

    async fn find_organization_connector(&self, tenant: TenantId, key: &str) -> Result<Option<OrganizationConnector>> {
        within(organization_connectors::find(&self.pool, tenant, key)).await
    }

    async fn delete_organization_connector(
        &self,
        tenant: TenantId,
        key: &str,
        is_hidden: bool,
        audit: AuditEntry,
    ) -> Result<ConnectorDeletion> {
        retrying(|| organization_connectors::delete(&self.pool, tenant, key, is_hidden, &audit)).await
    }
}
