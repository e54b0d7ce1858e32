use artel_domain::{
    AgentId, Execution, Misfire, Overlap, RunFailure, RunId, SessionId, SkippedStart, StartCause, Task, TaskId,
    TaskSchedule, TaskState, TaskTrigger, Timestamp, Usage, UserId, usd,
};
use artel_http::Problem;
use artel_store::Viewer;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa::openapi::schema::Schema;

use super::members::TaskBudget;
use crate::App;
use crate::document::one_of;

/// When a task starts by itself.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ScheduleView {
    cron: Option<String>,
    timezone: Option<String>,
    /// The only time.
    at: Option<Timestamp>,
    overlap: Overlap,
    misfire: Misfire,
}

/// A task.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TaskView {
    task_id: TaskId,
    title: String,
    /// In a list at most its first 2000 characters, and then `…`.
    prompt: String,
    agent_id: AgentId,
    /// The task that must succeed before this one starts.
    parent_id: Option<TaskId>,
    schedule: Option<ScheduleView>,
    trigger: Option<TaskTrigger>,
    budget: TaskBudget,
    /// `done`: its only time has come.
    state: TaskState,
    next_run_at: Option<Timestamp>,
    /// The last start that came to nothing, and why.
    skipped: Option<SkippedStart>,
    last_execution: Option<ExecutionView>,
    created_by: UserId,
    created_at: Timestamp,
    updated_at: Option<Timestamp>,
}

/// The most characters of a text in a list. A page of whole texts may have many megabytes.
const MOST_IN_LIST: usize = 2000;

/// The beginning of a text, for lists.
fn beginning(text: &mut String) {
    if let Some((at, _)) = text.char_indices().nth(MOST_IN_LIST) {
        text.truncate(at);
        text.push('…');
    }
}

impl TaskView {
    /// With the beginnings of long texts.
    fn in_list(mut self) -> Self {
        beginning(&mut self.prompt);
        self.last_execution = self.last_execution.map(ExecutionView::in_list);
        self
    }

    pub(super) fn new(task: Task, last: Option<Execution>) -> Self {
        let (cron, timezone, at) = match task.schedule.clone() {
            Some(TaskSchedule::Cron { cron, timezone }) => (Some(cron), Some(timezone), None),
            Some(TaskSchedule::Once { at }) => (None, None, Some(at)),
            None => (None, None, None),
        };
        let (overlap, misfire) = (task.overlap, task.misfire);
        Self {
            schedule: task.schedule.is_some().then_some(ScheduleView { cron, timezone, at, overlap, misfire }),
            task_id: task.id,
            title: task.title,
            prompt: task.prompt,
            agent_id: task.agent_id,
            parent_id: task.parent_id,
            trigger: task.trigger,
            budget: task.budget.into(),
            state: task.state,
            next_run_at: task.next_run_at,
            skipped: task.skipped,
            last_execution: last.map(ExecutionView::from),
            created_by: task.owner_id,
            created_at: task.created_at,
            updated_at: task.updated_at,
        }
    }
}

/// The tasks with their newest executions.
pub(super) async fn views(app: &App, viewer: &Viewer, tasks: Vec<Task>) -> Result<Vec<TaskView>, Problem> {
    let ids: Vec<TaskId> = tasks.iter().map(|task| task.id).collect();
    let mut last = app.store.last_executions(viewer, &ids).await?;
    let mut of =
        |task: TaskId| last.iter().position(|execution| execution.task_id == task).map(|at| last.swap_remove(at));
    Ok(tasks
        .into_iter()
        .map(|task| (of(task.id), task))
        .map(|(last, task)| TaskView::new(task, last).in_list())
        .collect())
}

/// One task with its newest execution.
pub(super) async fn view(app: &App, viewer: &Viewer, task: Task) -> Result<TaskView, Problem> {
    let last = app.store.last_executions(viewer, &[task.id]).await?.pop();
    Ok(TaskView::new(task, last))
}

/// An execution of a task: a run.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ExecutionView {
    /// Opens it as a run everywhere.
    run_id: RunId,
    session_id: SessionId,
    cause: StartCause,
    /// The time of the schedule, or when it was asked for.
    due_at: Timestamp,
    /// `waiting`: it sleeps until a human, an event or a time comes.
    #[schema(schema_with = status)]
    status: &'static str,
    /// In a list at most its first 2000 characters, and then `…`; the run has it whole.
    output: Option<String>,
    #[schema(value_type = Option<String>)]
    error_code: Option<RunFailure>,
    error_message: Option<String>,
    usage: Option<Usage>,
    /// Known where some budget limits the run.
    cost_usd: Option<f64>,
    /// When the run was made. It may wait behind the one before it.
    created_at: Timestamp,
    finished_at: Option<Timestamp>,
}

fn status() -> Schema {
    one_of(&["queued", "running", "waiting", "succeeded", "failed", "cancelled"])
}

impl ExecutionView {
    /// With the beginning of a long output.
    pub(super) fn in_list(mut self) -> Self {
        self.output.iter_mut().chain(&mut self.error_message).for_each(beginning);
        self
    }
}

impl From<Execution> for ExecutionView {
    fn from(execution: Execution) -> Self {
        Self {
            run_id: execution.run_id,
            status: execution.status(),
            session_id: execution.session_id.shown(),
            cause: execution.cause,
            due_at: execution.due_at,
            output: execution.output,
            error_code: execution.error_code,
            error_message: execution.error_message,
            usage: execution.usage,
            cost_usd: execution.nano_usd.map(usd),
            created_at: execution.created_at,
            finished_at: execution.finished_at,
        }
    }
}
