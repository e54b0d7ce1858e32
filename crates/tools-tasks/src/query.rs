use std::sync::Arc;

use artel_catalogue::args::{QueryTasks as Args, TaskQuery};
use artel_domain::{Execution, Phase, Requester, Task, TaskId, TaskState, usd};
use artel_store::{Page, TaskFilter, Viewer};
use artel_tools::{Builtin, CallContext, ToolError, ToolOutput};
use async_trait::async_trait;
use serde_json::{Value, json};

use crate::refusals::{of_store, tell};
use crate::tasks::TaskTools;
use crate::words::{budget, execution, row};

const USUAL_LIMIT: u8 = 20;
const NEXT: usize = 5;

/// Reads the tasks of whoever started the run.
pub(crate) struct QueryTasksTool(pub(crate) Arc<TaskTools>);

#[async_trait]
impl Builtin for QueryTasksTool {
    const NAME: &'static str = "query_tasks";
    type Args = Args;

    async fn call(&self, context: &CallContext, args: Args) -> Result<ToolOutput, ToolError> {
        let requester = self.0.requester(context).await?;
        let answer = match args.action {
            TaskQuery::List => self.list(&requester, &args).await?,
            TaskQuery::Get => self.get(&requester, &args).await?,
            TaskQuery::ListExecutions => self.executions(&requester, &args).await?,
            TaskQuery::ExecutionSummary => self.summary(&requester, &args).await?,
        };
        Ok(answer.into())
    }
}

impl QueryTasksTool {
    async fn list(&self, requester: &Requester, args: &Args) -> Result<Value, ToolError> {
        let state = args.status.as_deref().map(task_status).transpose()?;
        let filter = TaskFilter { state, parent_id: None };
        let found = self.0.store.list_tasks(&Viewer::from(requester), filter, page(args)).await;
        let (tasks, total) = found.map_err(|error| of_store(&error))?;
        let ids: Vec<TaskId> = tasks.iter().map(|task| task.id).collect();
        let last = self.0.store.last_executions(&Viewer::from(requester), &ids).await;
        let last = last.map_err(|error| of_store(&error))?;
        let of = |task: &Task| last.iter().find(|execution| execution.task_id == task.id);
        let rows: Vec<Value> = tasks.iter().map(|task| row(task, of(task))).collect();
        Ok(json!({ "tasks": rows, "total": total }))
    }

    async fn get(&self, requester: &Requester, args: &Args) -> Result<Value, ToolError> {
        let task = &self.0.own(requester, args.task_id.as_deref()).await?;
        let last = self.last(requester, task).await?;
        let mut shown = row(task, last.as_ref());
        shown["prompt"] = json!(task.prompt);
        shown["budget"] = budget(task.budget);
        shown["next_five"] = json!(self.0.intents.next_times(task, NEXT));
        Ok(json!({ "task": shown }))
    }

    async fn last(&self, requester: &Requester, task: &Task) -> Result<Option<Execution>, ToolError> {
        let found = self.0.store.last_executions(&Viewer::from(requester), &[task.id]).await;
        Ok(found.map_err(|error| of_store(&error))?.pop())
    }

    async fn executions(&self, requester: &Requester, args: &Args) -> Result<Value, ToolError> {
        let task = self.0.own(requester, args.task_id.as_deref()).await?;
        let phase = args.status.as_deref().map(execution_status).transpose()?;
        let viewer = Viewer::from(requester);
        let found = self.0.store.list_executions(&viewer, task.id, phase, page(args)).await;
        let (found, total) = found.map_err(|error| of_store(&error))?;
        let rows: Vec<Value> = found.iter().map(execution).collect();
        Ok(json!({ "task_id": task.id, "executions": rows, "total": total }))
    }

    async fn summary(&self, requester: &Requester, args: &Args) -> Result<Value, ToolError> {
        let task = self.0.own(requester, args.task_id.as_deref()).await?;
        let sum = self.0.store.summarise_executions(&Viewer::from(requester), task.id).await;
        let sum = sum.map_err(|error| of_store(&error))?;
        let last = self.last(requester, &task).await?;
        Ok(json!({
            "task_id": task.id,
            "open": sum.open,
            "succeeded": sum.succeeded,
            "failed": sum.failed,
            "cancelled": sum.cancelled,
            "tokens": sum.tokens,
            "cost_usd": usd(sum.nano_usd),
            "last_execution": last.as_ref().map(execution),
            "next_run_at": task.next_run_at,
        }))
    }
}

fn page(args: &Args) -> Page {
    Page { limit: args.limit.unwrap_or(USUAL_LIMIT).into(), offset: args.offset.unwrap_or(0) }
}

fn task_status(word: &str) -> Result<TaskState, ToolError> {
    let unknown = || tell("invalid_argument", "status: tasks are active, paused or done", "give one of these");
    TaskState::parse(word).ok_or_else(unknown)
}

fn execution_status(word: &str) -> Result<Phase, ToolError> {
    let known = if word == "waiting" { Some(Phase::Waiting) } else { Phase::parse(word) };
    known.filter(|phase| word == "waiting" || *phase != Phase::Waiting).ok_or_else(|| {
        let what = "status: executions are queued, running, waiting, succeeded, failed or cancelled";
        tell("invalid_argument", what, "give one of these")
    })
}
