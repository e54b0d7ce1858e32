use std::sync::Arc;

use artel_domain::{Cap, Requester, Task, TaskId};
use artel_intents::Intents;
use artel_store::{IntentStore, Viewer};
use artel_tools::{CallContext, ToolError};

use crate::refusals::{of_refusal, of_store, tell};

/// What the tools of tasks work with.
pub struct TaskTools {
    pub intents: Intents,
    pub store: Arc<dyn IntentStore>,
}

impl TaskTools {
    /// Whoever started the run, as they are now.
    pub(crate) async fn requester(&self, context: &CallContext) -> Result<Requester, ToolError> {
        let trace_id = context.trace_id.clone();
        let found = self.intents.acting_for(context.tenant_id, &context.principal, trace_id).await;
        found.map_err(of_refusal)?.ok_or_else(|| {
            let what = "the account or the key of whoever started this run has no access any more";
            tell("forbidden", what, "end your work")
        })
    }

    /// What a task may use up that this call makes or changes: an execution's own limits hold for it too, or it would
    /// get around them by another task. No limits outside of executions.
    pub(crate) async fn limits(&self, context: &CallContext) -> Result<Cap, ToolError> {
        let Some(run) = &context.run else { return Ok(Cap::default()) };
        let found =
            self.store.execution_budget(context.tenant_id, run.run_id).await.map_err(|error| of_store(&error))?;
        Ok(found.unwrap_or_default())
    }

    /// The requester's own task of that id.
    pub(crate) async fn own(&self, requester: &Requester, id: Option<&str>) -> Result<Task, ToolError> {
        let id = task_id("task_id", id)?;
        let found = self.store.find_task(&Viewer::from(requester), id).await.map_err(|error| of_store(&error))?;
        found.ok_or_else(|| tell("not_found", "task_id: there is no such task", "look for it with query_tasks"))
    }
}

/// An id that a model wrote.
pub(crate) fn task_id(name: &str, text: Option<&str>) -> Result<TaskId, ToolError> {
    let Some(text) = text else {
        let what = format!("{name} is missing");
        return Err(tell("invalid_argument", &what, "look for the task with query_tasks and give its id"));
    };
    // What is no id is the id of nothing.
    text.trim().parse().map_err(|_| {
        let what = format!("{name}: there is no such task");
        tell("not_found", &what, "look for it with query_tasks")
    })
}
