use artel_domain::{
    AuditEntry, Execution, ExecutionSummary, Phase, RunId, Task, TaskId, TaskOfRun, TenantId, Timestamp,
};
use artel_store::{EventStart, Fired, Firing, Page, Result, SkippedDue, TaskFilter, Tasks, Viewer};
use async_trait::async_trait;

use crate::store::SqliteStore;
use crate::{event_starts, executions, firing, tasks};

#[async_trait]
impl Tasks for SqliteStore {
    async fn create_task(&self, task: Task, audit: AuditEntry) -> Result<Task> {
        self.write((task, audit), |(task, audit), tx| Box::pin(tasks::create(tx, task, audit))).await
    }

    async fn find_task(&self, viewer: &Viewer, task: TaskId) -> Result<Option<Task>> {
        Ok(tasks::find(&self.reads, viewer, task).await?)
    }

    async fn list_tasks(&self, viewer: &Viewer, filter: TaskFilter, page: Page) -> Result<(Vec<Task>, i64)> {
        Ok(tasks::list(&self.reads, viewer, filter, page).await?)
    }

    async fn update_task(&self, viewer: &Viewer, task: Task, moves: bool, audit: AuditEntry) -> Result<Option<Task>> {
        self.write((viewer.clone(), task, moves, audit), |(viewer, task, moves, audit), tx| {
            Box::pin(tasks::update(tx, viewer, task, *moves, audit))
        })
        .await
    }

    async fn delete_task(&self, viewer: &Viewer, task: TaskId, audit: AuditEntry) -> Result<bool> {
        let asked = (viewer.clone(), task, audit);
        self.write(asked, |(viewer, task, audit), tx| Box::pin(tasks::delete(tx, viewer, *task, audit))).await
    }

    async fn due_tasks(&self, now: Timestamp, limit: u32) -> Result<Vec<Task>> {
        Ok(tasks::due(&self.reads, now, limit).await?)
    }

    async fn fire_task(&self, firing: Firing) -> Result<Fired> {
        self.write(firing, |firing, tx| Box::pin(firing::fire(tx, firing))).await
    }

    async fn skip_due(&self, tenant: TenantId, task: TaskId, taken: SkippedDue, reason: &str) -> Result<bool> {
        self.write((tenant, task, taken, reason.to_owned()), |(tenant, task, taken, reason), tx| {
            Box::pin(tasks::skip(tx, *tenant, *task, *taken, reason))
        })
        .await
    }

    async fn event_starts(&self, limit: u32) -> Result<Vec<EventStart>> {
        Ok(event_starts::waiting(&self.reads, limit).await?)
    }

    async fn skip_event(&self, start: &EventStart, reason: &str) -> Result<bool> {
        let asked = (start.clone(), reason.to_owned());
        self.write(asked, |(start, reason), tx| Box::pin(event_starts::skip(tx, start, reason))).await
    }

    async fn settle_executions(&self, now: Timestamp, limit: u32) -> Result<u64> {
        self.write((now, limit), |(now, limit), tx| Box::pin(firing::settle(tx, *now, *limit))).await
    }

    async fn list_executions(
        &self,
        viewer: &Viewer,
        task: TaskId,
        phase: Option<Phase>,
        page: Page,
    ) -> Result<(Vec<Execution>, i64)> {
        Ok(executions::list(&self.reads, viewer, task, phase, page).await?)
    }

    async fn last_executions(&self, tenant: TenantId, tasks: &[TaskId]) -> Result<Vec<Execution>> {
        Ok(executions::last(&self.reads, tenant, tasks).await?)
    }

    async fn task_of_run(&self, tenant: TenantId, run: RunId) -> Result<Option<TaskOfRun>> {
        Ok(executions::of_run(&self.reads, tenant, run).await?)
    }

    async fn save_task_state(&self, tenant: TenantId, task: TaskId, state: &str) -> Result<()> {
        self.write((tenant, task, state.to_owned()), |(tenant, task, state), tx| {
            Box::pin(executions::save_state(tx, *tenant, *task, state))
        })
        .await
    }

    async fn load_task_state(&self, tenant: TenantId, task: TaskId) -> Result<Option<String>> {
        Ok(executions::load_state(&self.reads, tenant, task).await?)
    }

    async fn summarise_executions(&self, viewer: &Viewer, task: TaskId) -> Result<ExecutionSummary> {
        Ok(executions::summarise(&self.reads, viewer, task).await?)
    }
}
