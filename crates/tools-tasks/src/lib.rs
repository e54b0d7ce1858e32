//! The tools by which agents keep tasks, `query_tasks` and `manage_task`, and the one by which an execution
//! keeps a state and sleeps, `task_runtime`.
//!
//! They are a surface whose callers are models: everything is asked of `intents`, in the name of whoever started the
//! run. This crate must never know HTTP, SQL or cron.

mod manage;
mod query;
mod refusals;
mod runtime;
mod tasks;
mod words;

use std::sync::Arc;

use artel_tools::{Builtin as _, Tool, Typed};

pub use tasks::TaskTools;

/// The names of [`tools`], for those who list them without a database.
pub const NAMES: [&str; 3] =
    [query::QueryTasksTool::NAME, manage::ManageTaskTool::NAME, runtime::TaskRuntimeTool::NAME];

/// The tools of this crate.
pub fn tools(tasks: &Arc<TaskTools>) -> Vec<Arc<dyn Tool>> {
    vec![
        Arc::new(Typed::new(query::QueryTasksTool(Arc::clone(tasks)))),
        Arc::new(Typed::new(manage::ManageTaskTool(Arc::clone(tasks)))),
        Arc::new(Typed::new(runtime::TaskRuntimeTool(Arc::clone(tasks)))),
    ]
}
