//! Audit entries of this surface.

use std::fmt::Display;
use std::net::IpAddr;

use artel_domain::{Actor, AuditEntry, UserId};
use artel_http::trace;
use serde_json::{Value, json};

use crate::AuthApp;

/// The actor of an audit entry and their address, as far as they are known.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct By {
    pub(crate) user: Option<UserId>,
    pub(crate) ip: Option<IpAddr>,
}

impl AuthApp {
    /// An entry about something that happens now. Its outcome is `success` unless it is changed.
    pub(crate) fn audit(
        &self,
        by: By,
        action: &'static str,
        (entity_type, entity_id): (&'static str, impl Display),
    ) -> AuditEntry {
        AuditEntry {
            actor: Actor { user_id: by.user, api_key_id: None, ip: by.ip.map(|ip| ip.to_string()) },
            action,
            entity_type,
            entity_id: entity_id.to_string(),
            trace_id: trace::current(),
            outcome: "ok".to_owned(),
            details: None,
            at: self.clock.now(),
        }
    }
}

/// Adds details to an entry.
pub(crate) trait Details {
    #[must_use]
    fn with_outcome(self, outcome: &str) -> Self;
    #[must_use]
    fn with_client(self, client: impl Display) -> Self;
}

impl Details for AuditEntry {
    fn with_outcome(mut self, outcome: &str) -> Self {
        outcome.clone_into(&mut self.outcome);
        self
    }

    fn with_client(mut self, client: impl Display) -> Self {
        let details = self.details.get_or_insert_with(|| json!({}));
        if let Value::Object(members) = details {
            members.insert("client_id".to_owned(), Value::from(client.to_string()));
        }
        self
    }
}
