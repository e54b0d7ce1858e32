use std::fmt::Display;

use uuid::Uuid;

use crate::{Actor, AgentId, AuditEntry, Principal, TenantId, Timestamp, UserId};

/// On whose behalf something is done, whichever surface asks for it.
#[derive(Debug, Clone, PartialEq)]
pub struct Requester {
    pub tenant_id: TenantId,
    /// Kept with the runs that are started.
    pub principal: Principal,
    /// Who is named in audit rows.
    pub actor: Actor,
    /// The only agent that the API key may run, if any.
    pub only_agent: Option<AgentId>,
    /// What the runs that are started count against.
    pub daily_limits: Vec<DailyLimit>,
    /// A service of the installation that names no user: it works in whatever session it names.
    pub is_service: bool,
    /// The request, or the message on a socket, by which this is asked for.
    pub trace_id: String,
}

/// Runs that may be started in a UTC day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DailyLimit {
    /// The API key, the user or the tenant that it is set for.
    pub of: Uuid,
    pub runs: i64,
}

impl Requester {
    pub fn user_id(&self) -> UserId {
        self.principal.user_id
    }

    /// An audit row about something that succeeds with the change that it is written with.
    pub fn audit(
        &self,
        action: &'static str,
        entity_type: &'static str,
        entity_id: impl Display,
        at: Timestamp,
    ) -> AuditEntry {
        AuditEntry {
            actor: self.actor.clone(),
            action,
            entity_type,
            entity_id: entity_id.to_string(),
            trace_id: self.trace_id.clone(),
            outcome: "ok".to_owned(),
            details: None,
            at,
        }
    }
}
