use artel_domain::{AgentId, AuditEntry, Budget, RunId, Spend, TenantId, Timestamp};
use artel_store::{Budgets, Fence, Reservation, Reserved, Result, Viewer};
use async_trait::async_trait;

use crate::store::SqliteStore;
use crate::{access, budgets, runs};

#[async_trait]
impl Budgets for SqliteStore {
    async fn put_budget(
        &self,
        viewer: &Viewer,
        agent: Option<AgentId>,
        budget: Budget,
        audit: AuditEntry,
    ) -> Result<bool> {
        let asked = (viewer.clone(), agent, budget, audit);
        self.write(asked, |(viewer, agent, budget, audit), tx| {
            Box::pin(budgets::put(tx, viewer, *agent, *budget, audit))
        })
        .await
    }

    async fn find_budget(&self, tenant: TenantId, agent: Option<AgentId>) -> Result<Budget> {
        Ok(budgets::find(&self.reads, tenant, agent).await?)
    }

    async fn spent_on_day(&self, tenant: TenantId, agent: Option<AgentId>, at: Timestamp) -> Result<Spend> {
        Ok(budgets::on_day(&self.reads, tenant, budgets::key(agent), budgets::day(at)).await?)
    }

    async fn spent_by_run(&self, viewer: &Viewer, run: RunId) -> Result<Spend> {
        if runs::find_seen(&self.reads, viewer, run).await?.is_none() {
            return Ok(Spend::default());
        }
        access::note_runs(self, viewer, &[run]).await?;
        Ok(budgets::by_run(&self.reads, viewer.tenant_id, run).await?)
    }

    async fn reserve_budget(&self, fence: &Fence, reservation: Reservation) -> Result<Reserved> {
        self.write((fence.clone(), reservation), |(fence, reservation), tx| {
            Box::pin(budgets::reserve(tx, fence, reservation))
        })
        .await
    }
}
