use std::sync::Arc;

use artel_connector_engine::Executor;
use artel_identity::Keyring;
use artel_store::ServiceStore;

use crate::connectors::Connectors;

/// The external services of this installation.
pub struct Services {
    pub store: Arc<dyn ServiceStore>,
    pub connectors: Arc<Connectors>,
    pub executor: Arc<Executor>,
    pub keyring: Arc<Keyring>,
}
