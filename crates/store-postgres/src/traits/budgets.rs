use artel_domain::{AgentId, AuditEntry, Budget, RunId, Spend, TenantId, Timestamp};
use artel_store::{Budgets, Fence, Reservation, Reserved, Result, StoreError, Viewer};
use async_trait::async_trait;

use crate::error::{retrying, within};
use crate::store::PostgresStore;
use crate::{access, agents, budgets, runs};

#[async_trait]
impl Budgets for PostgresStore {
    async fn put_budget(
        &self,
        viewer: &Viewer,
        agent: Option<AgentId>,
        budget: Budget,
        audit: AuditEntry,
    ) -> Result<bool> {
        if let Some(agent) = agent {
            agents::refuse_read_only(&self.pool, viewer, agent).await?;
        }
        retrying(|| budgets::put(&self.pool, viewer, agent, budget, &audit)).await
    }

    async fn find_budget(&self, tenant: TenantId, agent: Option<AgentId>) -> Result<Budget> {
        within(budgets::find(&self.pool, tenant, agent)).await
    }

    async fn spent_on_day(&self, tenant: TenantId, agent: Option<AgentId>, at: Timestamp) -> Result<Spend> {
        within(budgets::spent_on_day(&self.pool, tenant, agent, at)).await
    }

    async fn spent_by_run(&self, viewer: &Viewer, run: RunId) -> Result<Spend> {
        if within(runs::find_seen(&self.pool, viewer, run)).await?.is_none() {
            return Ok(Spend::default());
        }
        access::note_runs(self, viewer, &[run]).await?;
        within(budgets::spent_by_run(&self.pool, viewer.tenant_id, run)).await
    }

    async fn reserve_budget(&self, fence: &Fence, reservation: Reservation) -> Result<Reserved> {
        retrying(|| budgets::reserve(&self.pool, fence, &reservation)).await?.ok_or(StoreError::Fenced)
    }
}
