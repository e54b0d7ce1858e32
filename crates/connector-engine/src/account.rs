use std::sync::Arc;

use artel_connectors::{Connector, Credential, Secrets};
use artel_domain::TenantId;

use crate::tokens::TokenPlace;

/// A credential that may be used now, with the connector that it is for.
#[derive(Debug, Clone)]
pub struct Account {
    pub tenant: TenantId,
    /// Names the credential within its tenant: tokens and limits are kept by it.
    pub id: String,
    pub connector: Arc<Connector>,
    pub credential: Credential,
}

impl Account {
    pub(crate) fn secrets(&self) -> Secrets<'_> {
        Secrets::new(&self.connector, &self.credential)
    }

    pub(crate) fn place(&self) -> TokenPlace {
        TokenPlace { tenant: self.tenant, account: self.id.clone() }
    }
}
