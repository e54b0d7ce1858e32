use artel_domain::{
    AuditEntry, CallId, Cap, Execution, ExecutionSummary, Phase, Run, RunId, Task, TaskId, TenantId, Timestamp,
};
use artel_store::tasks::UNREADABLE_FOR;
use artel_store::{EventStart, Fired, Firing, Page, Result, SkippedDue, TaskFilter, Tasks, Viewer};
use async_trait::async_trait;

use crate::error::Failure;
use crate::store::SqliteStore;
use crate::values::later;
use crate::{access, event_starts, executions, firing, tasks};

#[async_trait]
impl Tasks for SqliteStore {
    async fn create_task(&self, task: Task, most: i64, audit: AuditEntry) -> Result<Option<Task>> {
        self.write((task, most, audit), |(task, most, audit), tx| Box::pin(tasks::create(tx, task, *most, audit))).await
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

    async fn find_deleted_task(&self, viewer: &Viewer, task: TaskId) -> Result<Option<Task>> {
        Ok(tasks::find_deleted(&self.reads, viewer, task).await?)
    }

    async fn due_tasks(&self, now: Timestamp, limit: u32) -> Result<Vec<Task>> {
        let (due, unreadable) = tasks::due(&self.reads, now, limit).await?;
        if !unreadable.is_empty() {
            let asked = (unreadable, later(now, UNREADABLE_FOR));
            self.write(asked, |(tasks, until), tx| Box::pin(tasks::put_back(tx, tasks, *until))).await?;
        }
        Ok(due)
    }

    async fn put_back_task(&self, tenant: TenantId, task: TaskId, until: Timestamp) -> Result<()> {
        let Some(task) = self.find_task(&Viewer::service(tenant), task).await? else { return Ok(()) };
        self.write((vec![task.id.0], until), |(tasks, until), tx| Box::pin(tasks::put_back(tx, tasks, *until))).await
    }

    async fn fire_task(&self, firing: Firing) -> Result<Fired> {
        self.write(firing, |firing, tx| Box::pin(firing::fire(tx, firing))).await
    }

    async fn find_started_execution(&self, tenant: TenantId, run: RunId, call: Option<CallId>) -> Result<Option<Run>> {
        let mut conn = self.reads.acquire().await.map_err(Failure::from)?;
        Ok(firing::started(&mut conn, tenant, run, call).await?)
    }

    async fn execution_budget(&self, tenant: TenantId, run: RunId) -> Result<Option<Cap>> {
        Ok(executions::budget_of(&self.reads, tenant, run).await?)
    }

    async fn skip_due(&self, tenant: TenantId, task: TaskId, taken: SkippedDue, reason: &str) -> Result<bool> {
        self.write((tenant, task, taken, reason.to_owned()), |(tenant, task, taken, reason), tx| {
            Box::pin(tasks::skip(tx, *tenant, *task, *taken, reason))
        })
        .await
    }

    async fn event_starts(&self, now: Timestamp, limit: u32) -> Result<Vec<EventStart>> {
        let (starts, unreadable) = event_starts::waiting(&self.reads, now, limit).await?;
        if !unreadable.is_empty() {
            let asked = (unreadable, later(now, UNREADABLE_FOR));
            self.write(asked, |(tasks, until), tx| Box::pin(event_starts::put_back_all(tx, tasks, *until))).await?;
        }
        Ok(starts)
    }

    async fn put_back_event(&self, start: &EventStart, until: Timestamp) -> Result<()> {
        let asked = (start.clone(), until);
        self.write(asked, |(start, until), tx| Box::pin(event_starts::put_back(tx, start, *until))).await
    }

    async fn skip_event(&self, start: &EventStart, reason: &str, pauses: bool) -> Result<bool> {
        let asked = (start.clone(), reason.to_owned(), pauses);
        self.write(asked, |(start, reason, pauses), tx| Box::pin(event_starts::skip(tx, start, reason, *pauses))).await
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
        let found = executions::list(&self.reads, viewer, task, phase, page).await?;
        access::note(self, viewer, found.0.iter().map(|execution| &execution.session_id)).await?;
        Ok(found)
    }

    async fn last_executions(&self, viewer: &Viewer, tasks: &[TaskId]) -> Result<Vec<Execution>> {
        let found = executions::last(&self.reads, viewer, tasks).await?;
        access::note(self, viewer, found.iter().map(|execution| &execution.session_id)).await?;
        Ok(found)
    }

    async fn summarise_executions(&self, viewer: &Viewer, task: TaskId) -> Result<ExecutionSummary> {
        Ok(executions::summarise(&self.reads, viewer, task).await?)
    }
}
