//! Connectors that organisations make for themselves.

use uuid::Uuid;

use crate::{TenantId, Timestamp, UserId};

/// A connector that exists for one organisation alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrganizationConnector {
    pub tenant_id: TenantId,
    /// What agents and credentials name it by; unique within its tenant.
    pub key: String,
    /// Of the import that made it what it is.
    pub import_id: Uuid,
    /// The connector as JSON.
    pub definition: String,
    /// Hex SHA-256 of the definition: tells its versions apart.
    pub digest: String,
    /// Who imported it first, and when.
    pub created_by: UserId,
    pub created_at: Timestamp,
    /// When it became what it is.
    pub updated_at: Timestamp,
}
