//! Tasks and executions as a model reads them.

use artel_domain::{Cap, Execution, Task, TaskSchedule, usd};
use serde_json::{Value, json};

/// A longer answer of an execution is cut in lists: the run has all of it.
const LONGEST_OUTPUT: usize = 500;

/// A row of a list.
pub(crate) fn row(task: &Task, last: Option<&Execution>) -> Value {
    json!({
        "task_id": task.id,
        "title": task.title,
        "status": task.state,
        "agent_id": task.agent_id,
        "parent_id": task.parent_id,
        "schedule": task.schedule.as_ref().map(|schedule| schedule_of(task, schedule)),
        "trigger": task.trigger,
        "next_run_at": task.next_run_at,
        "last_execution": last.map(execution),
        "last_skipped": task.skipped,
    })
}

fn schedule_of(task: &Task, schedule: &TaskSchedule) -> Value {
    let mut shown = json!(schedule);
    shown["overlap"] = json!(task.overlap);
    shown["misfire"] = json!(task.misfire);
    shown
}

pub(crate) fn execution(execution: &Execution) -> Value {
    json!({
        "run_id": execution.run_id,
        "status": execution.status(),
        "cause": execution.cause,
        "due_at": execution.due_at,
        "created_at": execution.created_at,
        "finished_at": execution.finished_at,
        "output": execution.output.as_deref().map(beginning),
        "error": execution.error_message,
        "usage": execution.usage,
        "cost_usd": execution.nano_usd.map(usd),
    })
}

pub(crate) fn budget(cap: Cap) -> Value {
    json!({ "run_tokens": cap.tokens, "run_cost_usd": cap.nano_usd.map(usd) })
}

fn beginning(text: &str) -> String {
    match text.char_indices().nth(LONGEST_OUTPUT) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
