//! Tools of saved tasks.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

/// The arguments of `query_tasks`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct QueryTasks {
    /// what to read
    pub action: TaskQuery,
    /// for get, list_executions and execution_summary
    #[schemars(length(min = 1, max = 100))]
    pub task_id: Option<String>,
    /// only tasks or executions of this status
    #[schemars(length(max = 50))]
    pub status: Option<String>,
    /// at most this many; 20 if absent
    #[schemars(range(min = 1, max = 100))]
    pub limit: Option<u8>,
    /// skip this many
    pub offset: Option<u32>,
}

/// What `query_tasks` reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TaskQuery {
    List,
    Get,
    ListExecutions,
    ExecutionSummary,
}

/// The arguments of `manage_task`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ManageTask {
    /// what to do
    pub action: TaskAction,
    /// for run, toggle, update and delete: which
    #[schemars(length(min = 1, max = 100))]
    pub task_id: Option<String>,
    /// for create_subtask: the task that it follows
    #[schemars(length(min = 1, max = 100))]
    pub parent_id: Option<String>,
    /// what people read
    #[schemars(length(min = 1, max = 200))]
    pub title: Option<String>,
    /// what the agent is told to do
    #[schemars(length(min = 1, max = 65_536))]
    pub prompt: Option<String>,
    /// which agent does it; this one if absent
    #[schemars(length(min = 1, max = 100))]
    pub agent_id: Option<String>,
    /// when it starts by itself
    pub schedule: Option<Schedule>,
    /// which inbound event starts it
    pub trigger: Option<ServiceEvent>,
    /// for toggle, create and update
    pub enabled: Option<bool>,
    /// what one execution may use
    pub budget: Option<TaskBudget>,
}

/// What `manage_task` does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TaskAction {
    Create,
    CreateSubtask,
    Run,
    Toggle,
    Update,
    Delete,
}

/// When a task starts.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Schedule {
    /// five or six fields
    #[schemars(length(min = 1, max = 100))]
    pub cron: String,
    /// an IANA name such as Europe/Moscow
    #[schemars(length(min = 1, max = 64))]
    pub timezone: String,
    /// what happens when the last execution still goes on; skip if absent
    pub overlap: Option<Overlap>,
    /// what happens to starts that were missed; run_once if absent
    pub misfire: Option<Misfire>,
}

/// What happens when an execution meets the one before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Overlap {
    Skip,
    Queue,
    CancelPrevious,
}

/// What happens to starts that were missed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Misfire {
    RunOnce,
    Skip,
}

/// An inbound event.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ServiceEvent {
    /// the service's id
    #[schemars(length(min = 1, max = 100))]
    pub service: String,
    /// the event's type
    #[schemars(length(min = 1, max = 200))]
    pub r#type: String,
}

/// What one execution may use.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TaskBudget {
    /// tokens
    pub run_tokens: Option<u64>,
    /// dollars
    #[schemars(range(min = 0.0))]
    pub run_cost_usd: Option<f64>,
}

/// The arguments of `task_runtime`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TaskRuntime {
    /// what to do
    pub action: RuntimeAction,
    /// for save_state: any JSON, at most 64 KiB
    pub state: Option<Value>,
    /// for suspend: an ISO 8601 time
    pub until: Option<String>,
    /// for suspend: this long
    #[schemars(range(min = 1, max = 31_536_000))]
    pub for_seconds: Option<u32>,
    /// for suspend: until this event comes
    pub event: Option<ServiceEvent>,
}

/// What `task_runtime` does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RuntimeAction {
    SaveState,
    LoadState,
    Suspend,
}
