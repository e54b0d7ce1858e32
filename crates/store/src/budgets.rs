use artel_domain::{AgentId, AuditEntry, Budget, BudgetScope, Cap, Caps, RunId, Spend, TenantId, Timestamp};
use async_trait::async_trait;

use crate::{Fence, Result, Viewer};

/// What a model call may cost at most, to be set aside before it is made.
#[derive(Debug, Clone)]
pub struct Reservation {
    pub agent_id: AgentId,
    pub amount: Spend,
    pub caps: Caps,
    /// The runs above a subagent, and the cap of each: the amount counts against them too.
    pub above: Vec<(RunId, Cap)>,
    /// Decides the UTC day that it counts against, also when it is settled after midnight.
    pub at: Timestamp,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reserved {
    Granted,
    /// Nothing was set aside: this cap would be passed.
    Exhausted(BudgetScope),
}

/// What may be spent, and what was. Sums hold what is spent and what is set aside, so that calls at once never pass a
/// cap together.
#[async_trait]
pub trait Budgets: Send + Sync {
    /// The tenant's own budget, or one agent's; an unlimited one removes it. False when the viewer sees no such agent.
    async fn put_budget(
        &self,
        viewer: &Viewer,
        agent: Option<AgentId>,
        budget: Budget,
        audit: AuditEntry,
    ) -> Result<bool>;
    /// Unlimited when none was put.
    async fn find_budget(&self, tenant: TenantId, agent: Option<AgentId>) -> Result<Budget>;
    /// Of the UTC day of `at`, with what is set aside.
    async fn spent_on_day(&self, tenant: TenantId, agent: Option<AgentId>, at: Timestamp) -> Result<Spend>;
    /// Of one run and the subagents below it, with what is set aside.
    async fn spent_by_run(&self, viewer: &Viewer, run: RunId) -> Result<Spend>;

    /// Sets the amount aside for the run's next model call, if every cap has room for it; [`crate::Step::settle`] puts
    /// what it came to in its place. What an earlier call of the run set aside and never settled (it was cut off,
    /// and nobody knows what the provider charged) stays spent. `Fenced` when the run is another worker's.
    async fn reserve_budget(&self, fence: &Fence, reservation: Reservation) -> Result<Reserved>;
}
