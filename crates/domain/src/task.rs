//! Work that an agent does later, again and again, or when somebody says so.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::words::words;
use crate::{AgentId, Cap, Phase, Principal, RunFailure, RunId, SessionId, TaskId, TenantId, Timestamp, Usage, UserId};

words! {
    TaskState {
        Active = "active",
        /// Nothing starts by itself.
        Paused = "paused",
        /// The only time of its schedule has come.
        Done = "done",
    }
    /// What happens when a start meets an execution that is not over.
    Overlap {
        /// Nothing starts.
        Skip = "skip",
        /// The new execution begins when the one before it is over, in the same session.
        Queue = "queue",
        /// The one before it is cancelled.
        CancelPrevious = "cancel_previous",
    }
    /// What happens to times that came while nobody could start anything.
    Misfire {
        /// One execution makes up for all of them.
        RunOnce = "run_once",
        /// They are left out.
        Skip = "skip",
    }
    /// Why an execution was started.
    StartCause {
        /// A time of the schedule came.
        Schedule = "schedule",
        /// Somebody asked for it.
        Hand = "hand",
        /// The task that this one follows succeeded.
        Parent = "parent",
        /// A service sent an event.
        Event = "event",
    }
}

/// Something that an agent of an organisation does by itself. Each time is a run of its own.
#[derive(Debug, Clone, PartialEq)]
pub struct Task {
    pub id: TaskId,
    pub tenant_id: TenantId,
    pub owner_id: UserId,
    /// The task that must succeed before this one starts.
    pub parent_id: Option<TaskId>,
    pub agent_id: AgentId,
    pub title: String,
    /// What the agent is told.
    pub prompt: String,
    pub schedule: Option<TaskSchedule>,
    pub trigger: Option<TaskTrigger>,
    pub overlap: Overlap,
    pub misfire: Misfire,
    /// What one execution may cost.
    pub budget: Cap,
    pub state: TaskState,
    /// The time that is due next. `None`: none is known, or the task does not start by itself.
    pub next_run_at: Option<Timestamp>,
    /// The last start that came to nothing.
    pub skipped: Option<SkippedStart>,
    /// In whose name the executions are: whoever said last what the task does.
    pub acts_for: Principal,
    /// Raised by every change that somebody asked for.
    pub version: i64,
    pub created_at: Timestamp,
    pub updated_at: Option<Timestamp>,
}

/// When a task starts by itself.
///
/// FROZEN: the names of members. They are stored with the task.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum TaskSchedule {
    /// Again and again.
    Cron {
        /// Five fields, or six with seconds first.
        cron: String,
        /// An IANA name.
        timezone: String,
    },
    /// Once.
    Once { at: Timestamp },
}

/// An event of a service that starts a task.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TaskTrigger {
    /// The connector of the service.
    pub service: String,
    /// The service's word for what happened.
    #[serde(rename = "type")]
    #[schema(rename = "type")]
    pub kind: String,
}

/// A start that came to nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SkippedStart {
    /// When it was due.
    pub due_at: Timestamp,
    /// Why, for people.
    pub reason: String,
}

/// An execution of a task: a run, and why it was started.
#[derive(Debug, Clone, PartialEq)]
pub struct Execution {
    pub run_id: RunId,
    pub task_id: TaskId,
    pub session_id: SessionId,
    pub cause: StartCause,
    /// The time of the schedule, or when it was asked for.
    pub due_at: Timestamp,
    pub phase: Phase,
    pub output: Option<String>,
    pub error_code: Option<RunFailure>,
    pub error_message: Option<String>,
    pub usage: Option<Usage>,
    /// Known where some budget limits the run.
    pub nano_usd: Option<i64>,
    /// When the run was made. It may have waited behind another one.
    pub created_at: Timestamp,
    pub finished_at: Option<Timestamp>,
}

/// How many executions of a task ended how, and what they used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ExecutionSummary {
    /// Neither over nor cancelled.
    pub open: i64,
    pub succeeded: i64,
    pub failed: i64,
    pub cancelled: i64,
    pub tokens: i64,
    pub nano_usd: i64,
}

/// What a run has of the task that it executes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TaskOfRun {
    pub task_id: TaskId,
    /// What the execution may cost, as it was at its start.
    pub budget: Cap,
}

impl Execution {
    /// How it ended, or that it goes on, in one word.
    pub fn status(&self) -> &'static str {
        match self.phase {
            Phase::Waiting => "waiting",
            phase => phase.as_str(),
        }
    }
}
