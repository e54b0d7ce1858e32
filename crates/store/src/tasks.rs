use artel_domain::{
    AuditEntry, Cap, Execution, ExecutionSummary, InboundEventId, Overlap, Phase, Run, RunId, StartCause, Task, TaskId,
    TaskOfRun, TaskState, TenantId, Timestamp,
};
use async_trait::async_trait;

use crate::{Created, NewOrganizationSession, NewRun, Page, Result, Viewer};

/// Which tasks. Absent members say nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct TaskFilter {
    pub state: Option<TaskState>,
    /// Only tasks that follow this one.
    pub parent_id: Option<TaskId>,
}

/// What a due time becomes once it is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SkippedDue {
    /// The time that is taken.
    pub due_at: Timestamp,
    /// The time that is due next; `None`: none is known.
    pub next_at: Option<Timestamp>,
    pub state: TaskState,
}

/// An execution that is to be started.
#[derive(Debug, Clone)]
pub struct Firing {
    pub tenant_id: TenantId,
    pub task_id: TaskId,
    pub cause: StartCause,
    /// The due time that this execution takes. `None`: somebody asked for it, and no due time is touched.
    pub takes: Option<SkippedDue>,
    /// The event whose start this execution takes.
    pub event: Option<InboundEventId>,
    /// What happens when another execution of the task is not over.
    pub overlap: Overlap,
    /// Kept with the execution. [`NewRun`] has no place for it.
    pub budget: Cap,
    /// Made before the run, unless the run is queued behind another in that one's session.
    pub session: NewOrganizationSession,
    pub session_audit: AuditEntry,
    /// In `session`.
    pub run: NewRun,
    pub run_audit: AuditEntry,
    /// Of the cancel of an execution before it; the store puts in the run's id.
    pub cancel_audit: AuditEntry,
}

/// What came of a firing.
#[derive(Debug, Clone, PartialEq)]
pub enum Fired {
    /// The run is there: made now, or earlier by the same firing.
    Run(Box<Run>),
    /// The due time is not the task's next one any more: somebody took it, or changed the task. Nothing was written.
    Stale,
    /// An execution is not over, and [`Overlap::Skip`] was said, or too many wait in the queue. Nothing was written.
    Overlaps,
    /// The run was refused. Nothing was written.
    Refused(Created),
}

/// A start that an event asks for.
#[derive(Debug, Clone, PartialEq)]
pub struct EventStart {
    pub task: Task,
    /// What the service sent, without its payload.
    pub event_id: InboundEventId,
    pub received_at: Timestamp,
}

/// Executions of one task that may wait for each other.
pub const LONGEST_QUEUE: i64 = 100;

/// Saved tasks: work that agents do by themselves. A task is its owner's; administrators and services see those of the
/// tenant. One that was deleted is absent.
#[async_trait]
pub trait Tasks: Send + Sync {
    /// When the tenant has a task of this id (a retried request), it is returned and nothing is written.
    async fn create_task(&self, task: Task, audit: AuditEntry) -> Result<Task>;
    async fn find_task(&self, viewer: &Viewer, task: TaskId) -> Result<Option<Task>>;
    /// Newest first: the page and the number of all that match.
    async fn list_tasks(&self, viewer: &Viewer, filter: TaskFilter, page: Page) -> Result<(Vec<Task>, i64)>;
    /// Puts `task` in place of what is there under its id, and raises the version. `version` is that of the task that
    /// the change was made of: when it is another now, nothing is written. Owner, parent, skipped start and times of
    /// creation stay.
    ///
    /// # Arguments
    /// * `moves`: whether `next_run_at` is written too. Otherwise it stays what firings make of it.
    async fn update_task(&self, viewer: &Viewer, task: Task, moves: bool, audit: AuditEntry) -> Result<Option<Task>>;
    /// And the tasks that follow it. Executions under way go on. False: the viewer has no such task.
    async fn delete_task(&self, viewer: &Viewer, task: TaskId, audit: AuditEntry) -> Result<bool>;

    /// Active tasks of all tenants whose next time is `now` or earlier, the longest due first.
    async fn due_tasks(&self, now: Timestamp, limit: u32) -> Result<Vec<Task>>;
    /// Takes the due time, makes session and run, and notes the execution: in one transaction. Of several callers with
    /// the same due time one gets [`Fired::Run`], whatever becomes of it afterwards. A run of this id that is there
    /// already is the answer to a retried request.
    async fn fire_task(&self, firing: Firing) -> Result<Fired>;
    /// Takes the due time without an execution and notes why. False: it is not the task's next one any more.
    async fn skip_due(&self, tenant: TenantId, task: TaskId, taken: SkippedDue, reason: &str) -> Result<bool>;
    /// Starts of active tasks of all tenants that events ask for ([`crate::InboundJournal::record_inbound_event`]), the
    /// oldest first. [`Tasks::fire_task`] takes them.
    async fn event_starts(&self, limit: u32) -> Result<Vec<EventStart>>;
    /// Takes the start without an execution and notes why. False: it is taken already.
    async fn skip_event(&self, start: &EventStart, reason: &str) -> Result<bool>;
    /// Executions that are over become settled, and the active tasks that follow a succeeded one become due at `now`:
    /// each once. At most `limit`; how many.
    async fn settle_executions(&self, now: Timestamp, limit: u32) -> Result<u64>;

    /// Of this phase, or of any. Newest first: the page and the number of all that match. Empty when the viewer has no
    /// such task.
    async fn list_executions(
        &self,
        viewer: &Viewer,
        task: TaskId,
        phase: Option<Phase>,
        page: Page,
    ) -> Result<(Vec<Execution>, i64)>;
    /// The newest execution of each of these tasks that has one.
    async fn last_executions(&self, tenant: TenantId, tasks: &[TaskId]) -> Result<Vec<Execution>>;
    /// The task that the run executes; `None`: it executes none.
    async fn task_of_run(&self, tenant: TenantId, run: RunId) -> Result<Option<TaskOfRun>>;
    /// What executions of the task keep for each other: this is put in place of what is there.
    async fn save_task_state(&self, tenant: TenantId, task: TaskId, state: &str) -> Result<()>;
    /// What was saved last; `None` before the first.
    async fn load_task_state(&self, tenant: TenantId, task: TaskId) -> Result<Option<String>>;
    async fn summarise_executions(&self, viewer: &Viewer, task: TaskId) -> Result<ExecutionSummary>;
}
