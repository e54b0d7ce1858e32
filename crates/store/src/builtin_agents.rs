use artel_domain::{Agent, AgentKind, AuditEntry, Budget, BuiltinAgent, TenantId, UserId};
use async_trait::async_trait;

use crate::Result;

/// What a tenant sets of a built-in agent. `None` leaves a setting as it is.
#[derive(Debug, Clone, Default)]
pub struct BuiltinPatch {
    /// False: no run of it can be started until it is true again.
    pub is_enabled: Option<bool>,
    /// `provider:model`, or [`BuiltinAgent::default_model`].
    pub model: Option<String>,
    /// An unlimited one removes it.
    pub budget: Option<Budget>,
}

/// The agents that every tenant has without making them.
#[async_trait]
pub trait BuiltinAgents: Send + Sync {
    /// The tenant's row of the agent, made when it is absent. A row that was deleted, renamed, given a prompt or
    /// withdrawn (earlier releases allowed that) becomes what it was again; its model, parameters and switch stay.
    /// `audit` is written when something was changed, with the action `agent.create` or `agent.restore`. `owner` is
    /// recorded with a new row.
    async fn ensure_builtin_agent(
        &self,
        tenant: TenantId,
        agent: BuiltinAgent,
        owner: UserId,
        audit: AuditEntry,
    ) -> Result<Agent>;
    /// All settings at once, or none. Another model is a new version. `None`: the tenant has no row of the agent yet.
    async fn configure_builtin_agent(
        &self,
        tenant: TenantId,
        agent: BuiltinAgent,
        patch: BuiltinPatch,
        by: UserId,
        audit: AuditEntry,
    ) -> Result<Option<Agent>>;
    /// In how many tenants an agent of this kind is switched off.
    async fn count_disabled_agents(&self, kind: AgentKind) -> Result<i64>;
}
