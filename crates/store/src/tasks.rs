use std::time::Duration;

use artel_domain::{
    AuditEntry, CallId, Cap, Execution, ExecutionSummary, InboundEventId, Overlap, Phase, Run, RunId, StartCause, Task,
    TaskId, TaskState, TenantId, Timestamp,
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
    /// The call of an agent that asks for it. Made again, it finds the run of the first time, whatever the run's id.
    pub call: Option<CallId>,
    /// Where an execution stands that an agent asks for. That of a start by a success is the line of the run that
    /// succeeded; the store finds it.
    pub line: Option<Line>,
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
    /// An execution is not over, and [`Overlap::Skip`] was said. Nothing was written.
    Overlaps,
    /// [`LONGEST_QUEUE`] executions are not over, and [`Overlap::Queue`] was said. Nothing was written.
    QueueIsFull,
    /// The run was refused. Nothing was written.
    Refused(Created),
}

/// A start that an event asks for, or a success of the task that this one follows.
#[derive(Debug, Clone, PartialEq)]
pub struct EventStart {
    pub task: Task,
    /// What the service sent, without its payload; of a task that follows another, the id of the run that succeeded.
    pub event_id: InboundEventId,
    pub received_at: Timestamp,
}

/// Where an execution stands in a line of executions that start executions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Line {
    /// The run that the line began with.
    pub of: RunId,
    /// Of an execution that no agent asked for: 0. Of what it asks for: 1, and so on.
    pub depth: i64,
}

/// What is known of the line that a run stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LineOfRun {
    /// The task that the run executes, or that the run above a subagent's executes.
    pub task_id: Option<TaskId>,
    pub line: Line,
    /// Executions that agents of the line asked for.
    pub started: i64,
}

/// Executions of one task that may wait for each other.
pub const LONGEST_QUEUE: i64 = 100;
/// Starts of one task, by events or by successes, that may wait to be made.
pub const MOST_WAITING: i64 = 100;
/// Such starts of one tenant.
pub const MOST_WAITING_OF_TENANT: i64 = 10_000;
/// What a task says of a start that was left out because so many wait.
pub const TOO_MANY_WAIT: &str = "missed: as many starts wait already as may";
/// A task that misses starts all the time says so once in this time.
pub const SAID_ONCE_IN: Duration = Duration::from_mins(1);
/// For how long a row that cannot be read is left alone, so that it keeps no place from others.
pub const UNREADABLE_FOR: Duration = Duration::from_mins(1);

/// Saved tasks: work that agents do by themselves. A task is its owner's; administrators and services see those of the
/// tenant. One that was deleted is absent.
#[async_trait]
pub trait Tasks: Send + Sync {
    /// When the tenant has a task of this id (a retried request), also one that was deleted, it is returned and nothing
    /// is written. `None`: the owner has `most` tasks, also when others make some at the same time.
    async fn create_task(&self, task: Task, most: i64, audit: AuditEntry) -> Result<Option<Task>>;
    async fn find_task(&self, viewer: &Viewer, task: TaskId) -> Result<Option<Task>>;
    /// Newest first: the page and the number of all that match.
    async fn list_tasks(&self, viewer: &Viewer, filter: TaskFilter, page: Page) -> Result<(Vec<Task>, i64)>;
    /// Puts `task` in place of what is there under its id, and raises the version. `version` is that of the task that
    /// the change was made of: when it is another now, nothing is written. A start that ends or pauses the task raises
    /// it too. Owner, parent, skipped start and times of creation stay.
    ///
    /// # Arguments
    /// * `moves`: whether `next_run_at` is written too. Otherwise it stays what firings make of it.
    async fn update_task(&self, viewer: &Viewer, task: Task, moves: bool, audit: AuditEntry) -> Result<Option<Task>>;
    /// And the tasks that follow it. Executions under way go on. False: the viewer has no such task.
    async fn delete_task(&self, viewer: &Viewer, task: TaskId, audit: AuditEntry) -> Result<bool>;
    /// The tasks that follow it, directly and through others.
    async fn following_tasks(&self, viewer: &Viewer, task: TaskId) -> Result<Vec<Task>>;
    /// A task of the viewer's that was deleted: for who asks again for what is done.
    async fn find_deleted_task(&self, viewer: &Viewer, task: TaskId) -> Result<Option<Task>>;

    /// Active tasks of all tenants whose next time is `now` or earlier: of each tenant one, then the second one of
    /// each, and so on; within a tenant the users take turns in the same way; else the longest due first. A row that
    /// cannot be read is told in the log and put back for [`UNREADABLE_FOR`].
    async fn due_tasks(&self, now: Timestamp, limit: u32) -> Result<Vec<Task>>;
    /// [`Tasks::due_tasks`] leaves the task out until then. Its due time stays what it is.
    async fn put_back_task(&self, tenant: TenantId, task: TaskId, until: Timestamp) -> Result<()>;
    /// Takes the due time, makes session and run, and notes the execution: in one transaction. Of several callers with
    /// the same due time one gets [`Fired::Run`], whatever becomes of it afterwards. A run of this id or of this call
    /// that is there already is the answer to a retried request.
    async fn fire_task(&self, firing: Firing) -> Result<Fired>;
    /// The run of an execution that an earlier try of the same request made: of this id, or asked for by this call.
    async fn find_started_execution(&self, tenant: TenantId, run: RunId, call: Option<CallId>) -> Result<Option<Run>>;
    /// What the execution may use up that this run is, or that a subagent's run is part of. `None`: it is of no task.
    async fn execution_budget(&self, tenant: TenantId, run: RunId) -> Result<Option<Cap>>;
    /// The line that the run stands in. A run that is no execution begins one.
    async fn line_of_run(&self, tenant: TenantId, run: RunId) -> Result<LineOfRun>;
    /// Keeps a text for this and the next executions of the task that the run is an execution of, in place of what was
    /// kept. False: the run is none.
    async fn save_task_state(&self, tenant: TenantId, run: RunId, state: &str) -> Result<bool>;
    /// What was kept last, inside `Some`. `None`: the run is no execution.
    async fn load_task_state(&self, tenant: TenantId, run: RunId) -> Result<Option<Option<String>>>;
    /// Takes the due time without an execution and notes why. False: it is not the task's next one any more.
    async fn skip_due(&self, tenant: TenantId, task: TaskId, taken: SkippedDue, reason: &str) -> Result<bool>;
    /// Starts of tasks of all tenants that events ask for ([`crate::InboundJournal::record_inbound_event`]); tenants
    /// take turns, else the oldest first. Of a task at most [`MOST_WAITING`] wait and of a tenant about
    /// [`MOST_WAITING_OF_TENANT`]: beyond them a start is left out and the task says [`TOO_MANY_WAIT`].
    /// [`Tasks::fire_task`] takes them. A task that cannot be read is treated as in [`Tasks::due_tasks`].
    async fn event_starts(&self, now: Timestamp, limit: u32) -> Result<Vec<EventStart>>;
    /// [`Tasks::event_starts`] leaves the start out until then.
    async fn put_back_event(&self, start: &EventStart, until: Timestamp) -> Result<()>;
    /// Takes the start without an execution and notes why. False: it is taken already.
    ///
    /// # Arguments
    /// * `pauses`: the task is paused, and all its other starts are dropped without a word.
    async fn skip_event(&self, start: &EventStart, reason: &str, pauses: bool) -> Result<bool>;
    /// Executions that are over become settled, and each success asks for a start of the active tasks that follow:
    /// each once. At most `limit`; how many.
    async fn settle_executions(&self, now: Timestamp, limit: u32) -> Result<u64>;

    /// Of this phase, or of any. Newest first: the page and the number of all that match. Empty when the viewer has no
    /// such task. Executions are in private sessions: an administrator who reads those of others leaves a row for each.
    async fn list_executions(
        &self,
        viewer: &Viewer,
        task: TaskId,
        phase: Option<Phase>,
        page: Page,
    ) -> Result<(Vec<Execution>, i64)>;
    /// The newest execution of each of these tasks that has one and is the viewer's to see. Rows as for
    /// [`Tasks::list_executions`].
    async fn last_executions(&self, viewer: &Viewer, tasks: &[TaskId]) -> Result<Vec<Execution>>;
    async fn summarise_executions(&self, viewer: &Viewer, task: TaskId) -> Result<ExecutionSummary>;
}
