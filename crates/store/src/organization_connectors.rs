use artel_domain::{AuditEntry, OrganizationConnector, TenantId};
use async_trait::async_trait;

use crate::Result;

/// The most connectors of one organisation.
pub const MOST_CONNECTORS: u32 = 50;
/// The most bytes of all their definitions.
pub const MOST_CONNECTOR_BYTES: u64 = 8 * 1024 * 1024;

/// Which version of a connector is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConnectorHead {
    pub key: String,
    /// Of its definition.
    pub digest: String,
}

/// What an import takes the place of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConnectorReplacement {
    /// The digest of the version that was looked at.
    pub digest: String,
    /// The secrets of its accounts go where they went, so that it may be replaced while it has accounts.
    pub keeps_accounts: bool,
}

/// What came of an import.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ConnectorWrite {
    Done(OrganizationConnector),
    /// There is one of this key, and none was to be replaced.
    Taken,
    /// The version that was to be replaced is not there any more.
    Changed,
    /// The secrets of accounts of this service would go to places that nobody entered them for.
    HasAccounts,
    /// The organisation would have more than [`MOST_CONNECTORS`] connectors.
    TooMany,
    /// The organisation's connectors would have more than [`MOST_CONNECTOR_BYTES`] bytes.
    TooLarge,
}

/// What came of deleting a connector.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConnectorDeletion {
    Done,
    Missing,
    /// There are accounts of it; they are deleted first.
    HasAccounts,
}

/// Connectors that organisations made for themselves. The store does not read their definitions.
#[async_trait]
pub trait OrganizationConnectors: Send + Sync {
    /// Keeps a connector under its key. When the row there is of the same import (a retried request), it is returned
    /// and nothing is written. Who made the first version, and when, stays as it was.
    ///
    /// # Arguments
    /// * `replaces`: `None` for a connector that is new. A new one, and one that does not keep accounts, is refused
    ///   while there are accounts of its service.
    async fn put_organization_connector(
        &self,
        connector: OrganizationConnector,
        replaces: Option<ConnectorReplacement>,
        audit: AuditEntry,
    ) -> Result<ConnectorWrite>;
    /// In the order of their keys.
    async fn list_organization_connectors(&self, tenant: TenantId) -> Result<Vec<ConnectorHead>>;
    /// The digest of the version that is there now.
    async fn organization_connector_digest(&self, tenant: TenantId, key: &str) -> Result<Option<String>>;
    async fn find_organization_connector(&self, tenant: TenantId, key: &str) -> Result<Option<OrganizationConnector>>;
    /// It is taken from the list of every agent, so that a later one of the same key is nobody's.
    ///
    /// # Arguments
    /// * `is_hidden`: a connector of the installation has its key by now. Accounts and agents of the key are that
    ///   one's: they keep nobody from deleting this one, and stay.
    async fn delete_organization_connector(
        &self,
        tenant: TenantId,
        key: &str,
        is_hidden: bool,
        audit: AuditEntry,
    ) -> Result<ConnectorDeletion>;
}
