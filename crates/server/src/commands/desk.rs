use std::sync::Arc;

use artel_domain::{Actor, AuditEntry, Clock, Timestamp};
use artel_store::Store;
use uuid::Uuid;

use crate::config::Config;
use crate::{logging, wiring};

/// What a command changes, and the clock by which the servers will judge what it wrote.
pub(super) struct Desk {
    pub(super) config: Config,
    pub(super) store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
}

impl Desk {
    /// Reads the configuration, starts the log, opens the store.
    pub(super) async fn open() -> anyhow::Result<Self> {
        let config = Config::load()?;
        logging::start(&config);
        let store = wiring::open_store(&config).await?;
        let clock = wiring::open_clock(&config, &store).await?;
        Ok(Self { config, store, clock })
    }

    pub(super) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub(super) fn uuid(&self) -> Uuid {
        self.clock.uuid()
    }

    /// What an operator at the command line does.
    pub(super) fn audit(&self, action: &'static str, entity_type: &'static str, entity_id: String) -> AuditEntry {
        AuditEntry {
            actor: Actor::default(),
            action,
            entity_type,
            entity_id,
            trace_id: self.uuid().to_string(),
            outcome: "ok".to_owned(),
            details: Some(serde_json::json!({ "from": "command line" })),
            at: self.now(),
        }
    }

    pub(super) fn clock(&self) -> Arc<dyn Clock> {
        self.clock.clone()
    }

    pub(super) async fn close(&self) {
        self.store.close().await;
    }
}
