use artel_domain::{OrganizationConnector, TenantId, UserId};
use uuid::Uuid;

use crate::values::time;

#[derive(Debug)]
pub(crate) struct OrganizationConnectorRow {
    pub(crate) tenant_id: Uuid,
    pub(crate) key: String,
    pub(crate) import_id: Uuid,
    pub(crate) definition: String,
    pub(crate) digest: String,
    pub(crate) created_by: Uuid,
    pub(crate) created_at: i64,
    pub(crate) updated_at: i64,
}

impl From<OrganizationConnectorRow> for OrganizationConnector {
    fn from(row: OrganizationConnectorRow) -> Self {
        Self {
            tenant_id: TenantId(row.tenant_id),
            key: row.key,
            import_id: row.import_id,
            definition: row.definition,
            digest: row.digest,
            created_by: UserId(row.created_by),
            created_at: time(row.created_at),
            updated_at: time(row.updated_at),
        }
    }
}
