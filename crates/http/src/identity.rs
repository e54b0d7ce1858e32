use std::fmt::Display;
use std::net::IpAddr;

use artel_domain::{Actor, AgentId, ApiKeyId, AuditEntry, Principal, Requester, TenantId, Timestamp, UserId};
use artel_identity::Scopes;

use crate::trace;

/// An authenticated principal.
#[derive(Debug, Clone)]
pub struct Identity {
    pub tenant_id: TenantId,
    pub user_id: UserId,
    /// The key that was shown, or that was exchanged for the token that was.
    pub api_key_id: Option<ApiKeyId>,
    pub scopes: Scopes,
    /// The only agent that the key may run, if any.
    pub agent_id: Option<AgentId>,
    /// Runs that the key may start in a day.
    pub daily_limit: Option<i64>,
    /// When the token or key that was shown stops working.
    pub valid_until: Option<Timestamp>,
    pub ip: Option<IpAddr>,
}

impl Identity {
    /// The name under which limits and idempotency keys are kept: the key, else the user.
    pub fn account(&self) -> String {
        match self.api_key_id {
            Some(key) => format!("key:{key}"),
            None => format!("user:{}", self.user_id),
        }
    }

    /// What is kept with a run.
    pub fn principal(&self) -> Principal {
        Principal { user_id: self.user_id, api_key_id: self.api_key_id, scopes: self.scopes.words().to_vec() }
    }

    /// The same without HTTP, for the request under way.
    pub fn requester(&self) -> Requester {
        Requester {
            tenant_id: self.tenant_id,
            principal: self.principal(),
            actor: self.actor(),
            only_agent: self.agent_id,
            daily_limit: self.daily_limit,
            is_service: false,
            trace_id: trace::current(),
        }
    }

    /// An audit row about something that this caller does now and that succeeds with the change it is written with.
    pub fn audit(
        &self,
        action: &'static str,
        entity_type: &'static str,
        entity_id: impl Display,
        at: Timestamp,
    ) -> AuditEntry {
        self.requester().audit(action, entity_type, entity_id, at)
    }

    fn actor(&self) -> Actor {
        Actor { user_id: Some(self.user_id), api_key_id: self.api_key_id, ip: self.ip.map(|ip| ip.to_string()) }
    }
}
