use std::fmt::Display;
use std::net::IpAddr;

use artel_domain::{
    Actor, AgentId, ApiKeyId, AuditEntry, DailyLimit, Principal, Requester, TenantId, Timestamp, UserId,
};
use artel_identity::Scopes;
use artel_store::KeyInLine;

use crate::{Standing, trace};

/// An authenticated principal.
#[derive(Debug, Clone)]
pub struct Identity {
    pub tenant_id: TenantId,
    pub user_id: UserId,
    /// The key that was shown, or that was exchanged for the token that was.
    pub api_key_id: Option<ApiKeyId>,
    pub scopes: Scopes,
    /// The only agent that the key may run and change, if any.
    pub agent_id: Option<AgentId>,
    /// The key and those above it: what is counted for it is counted for each of them.
    pub line: Vec<KeyInLine>,
    pub shown: Shown,
    /// Whether they may go on, for answers that outlive the request's check.
    pub standing: Standing,
    pub ip: Option<IpAddr>,
    /// The user for whom a service key acts, when it is not its own.
    pub acts_as: Option<UserId>,
}

/// What a caller showed: it decides how long the keys may live that the caller makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// A key that the operator configured.
    StaticKey,
    /// A key, or a token that was issued from one.
    Key { expires_at: Option<Timestamp> },
    /// A token that no key of the platform stands behind.
    Token {
        /// When the user signed in, if the token says so.
        signed_in_at: Option<Timestamp>,
        /// Signed with the platform's own secret, by the platform or by whoever the operator gave it to.
        is_own: bool,
    },
}

impl Identity {
    /// The same caller in the name of another user of its tenant, without an administrator's rights.
    #[must_use]
    pub(crate) fn acting_as(self, user_id: UserId) -> Self {
        let (scopes, standing) = (self.scopes.acting(), self.standing.for_user(user_id));
        Self { user_id, scopes, standing, acts_as: Some(user_id), ..self }
    }

    /// The tightest of the daily limits that hold for the caller's runs.
    pub fn daily_limit(&self) -> Option<i64> {
        self.line.iter().filter_map(|key| key.daily_limit).min()
    }

    /// The name under which idempotency keys are kept: the key, else the user; of a key that acts for many, both.
    pub fn account(&self) -> String {
        match (self.api_key_id, self.acts_as) {
            (Some(key), None) => format!("key:{key}"),
            (Some(key), Some(user)) => format!("key:{key}:user:{user}"),
            (None, _) => format!("user:{}", self.user_id),
        }
    }

    /// The name under which requests are counted: the key that no key made, else the user. Keys made by keys share a
    /// count.
    pub fn payer(&self) -> String {
        match self.line.last() {
            Some(root) => format!("key:{}", root.id),
            None => format!("user:{}", self.user_id),
        }
    }

    /// What is kept with a run.
    pub fn principal(&self) -> Principal {
        Principal {
            user_id: self.user_id,
            api_key_id: self.api_key_id,
            client_id: self.standing.basis().and_then(|basis| basis.client_id.clone()),
            scopes: self.scopes.words().to_vec(),
        }
    }

    /// The same without HTTP, for the request under way.
    pub fn requester(&self) -> Requester {
        Requester {
            tenant_id: self.tenant_id,
            principal: self.principal(),
            actor: self.actor(),
            only_agent: self.agent_id,
            daily_limits: self.daily_limits(),
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

    fn daily_limits(&self) -> Vec<DailyLimit> {
        let limit = |key: &KeyInLine| key.daily_limit.map(|runs| DailyLimit { of: key.id.0, runs });
        self.line.iter().filter_map(limit).collect()
    }

    fn actor(&self) -> Actor {
        Actor { user_id: Some(self.user_id), api_key_id: self.api_key_id, ip: self.ip.map(|ip| ip.to_string()) }
    }
}
