use std::sync::Arc;

use artel_connector_engine::Executor;
use artel_connectors::{Catalogue, Connector};
use artel_identity::SecretBox;
use artel_store::ServiceStore;

/// The external services of this installation.
pub struct Services {
    pub store: Arc<dyn ServiceStore>,
    pub catalogue: Arc<Catalogue>,
    pub executor: Arc<Executor>,
    pub seal: Arc<SecretBox>,
}

impl Services {
    pub(crate) fn connector(&self, key: &str) -> Option<Arc<Connector>> {
        self.catalogue.get(key).map(|listed| Arc::clone(&listed.connector))
    }
}
