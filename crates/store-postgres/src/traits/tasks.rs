use artel_domain::{
    AuditEntry, CallId, Cap, Execution, ExecutionSummary, Phase, Run, RunId, Task, TaskId, TenantId, Timestamp,
};
use artel_store::{EventStart, Fired, Firing, Page, Result, SkippedDue, TaskFilter, Tasks, Viewer};
use async_trait::async_trait;

use crate::error::{retrying, within};
use crate::store::PostgresStore;
use crate::{access, event_starts, executions, firing, tasks};

#[async_trait]
impl Tasks for PostgresStore {
    async fn create_task(&self, task: Task, most: i64, audit: AuditEntry) -> Result<Option<Task>> {
        retrying(|| tasks::create(&self.pool, &task, most, &audit)).await
    }

    async fn find_task(&self, viewer: &Viewer, task: TaskId) -> Result<Option<Task>> {
        within(tasks::find(&self.pool, viewer, task)).await
    }

    async fn list_tasks(&self, viewer: &Viewer, filter: TaskFilter, page: Page) -> Result<(Vec<Task>, i64)> {
        within(tasks::list(&self.pool, viewer, filter, page)).await
    }

    async fn update_task(&self, viewer: &Viewer, task: Task, moves: bool, audit: AuditEntry) -> Result<Option<Task>> {
        retrying(|| tasks::update(&self.pool, viewer, &task, moves, &audit)).await
    }

    async fn delete_task(&self, viewer: &Viewer, task: TaskId, audit: AuditEntry) -> Result<bool> {
        retrying(|| tasks::delete(&self.pool, viewer, task, &audit)).await
    }

    async fn find_deleted_task(&self, viewer: &Viewer, task: TaskId) -> Result<Option<Task>> {
        within(tasks::find_deleted(&self.pool, viewer, task)).await
    }

    async fn due_tasks(&self, now: Timestamp, limit: u32) -> Result<Vec<Task>> {
        within(tasks::due(&self.pool, now, limit)).await
    }

    async fn put_back_task(&self, tenant: TenantId, task: TaskId, until: Timestamp) -> Result<()> {
        retrying(|| tasks::put_back(&self.pool, tenant, task, until)).await
    }

    async fn fire_task(&self, firing: Firing) -> Result<Fired> {
        loop {
            if let Some(fired) = retrying(|| firing::fire(&self.pool, &firing)).await? {
                return Ok(fired);
            }
        }
    }

    async fn find_started_execution(&self, tenant: TenantId, run: RunId, call: Option<CallId>) -> Result<Option<Run>> {
        within(firing::started(&self.pool, tenant, run, call)).await
    }

    async fn execution_budget(&self, tenant: TenantId, run: RunId) -> Result<Option<Cap>> {
        within(executions::budget_of(&self.pool, tenant, run)).await
    }

    async fn skip_due(&self, tenant: TenantId, task: TaskId, taken: SkippedDue, reason: &str) -> Result<bool> {
        retrying(|| tasks::skip(&self.pool, tenant, task, taken, reason)).await
    }

    async fn event_starts(&self, now: Timestamp, limit: u32) -> Result<Vec<EventStart>> {
        within(event_starts::waiting(&self.pool, now, limit)).await
    }

    async fn put_back_event(&self, start: &EventStart, until: Timestamp) -> Result<()> {
        retrying(|| event_starts::put_back(&self.pool, start, until)).await
    }

    async fn skip_event(&self, start: &EventStart, reason: &str, pauses: bool) -> Result<bool> {
        retrying(|| event_starts::skip(&self.pool, start, reason, pauses)).await
    }

    async fn settle_executions(&self, now: Timestamp, limit: u32) -> Result<u64> {
        retrying(|| firing::settle(&self.pool, now, limit)).await
    }

    async fn list_executions(
        &self,
        viewer: &Viewer,
        task: TaskId,
        phase: Option<Phase>,
        page: Page,
    ) -> Result<(Vec<Execution>, i64)> {
        let found = within(executions::list(&self.pool, viewer, task, phase, page)).await?;
        access::note(self, viewer, found.0.iter().map(|execution| &execution.session_id)).await?;
        Ok(found)
    }

    async fn last_executions(&self, viewer: &Viewer, tasks: &[TaskId]) -> Result<Vec<Execution>> {
        let found = within(executions::last(&self.pool, viewer, tasks)).await?;
        access::note(self, viewer, found.iter().map(|execution| &execution.session_id)).await?;
        Ok(found)
    }

    async fn summarise_executions(&self, viewer: &Viewer, task: TaskId) -> Result<ExecutionSummary> {
        within(executions::summarise(&self.pool, viewer, task)).await
    }
}
