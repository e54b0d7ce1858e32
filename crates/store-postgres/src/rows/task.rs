use artel_domain::{
    AgentId, Cap, Execution, Misfire, Overlap, Phase, RunId, SessionId, SkippedStart, StartCause, Task, TaskId,
    TaskState, TaskTrigger, TenantId, Usage, UserId,
};
use uuid::Uuid;

use crate::values::{maybe_parsed, parsed, time, word};

#[derive(Debug)]
pub(crate) struct TaskRow {
    pub(crate) id: Uuid,
    pub(crate) tenant_id: Uuid,
    pub(crate) owner_id: Uuid,
    pub(crate) parent_id: Option<Uuid>,
    pub(crate) agent_id: Uuid,
    pub(crate) title: String,
    pub(crate) prompt: String,
    pub(crate) schedule: Option<String>,
    pub(crate) trigger_service: Option<String>,
    pub(crate) trigger_type: Option<String>,
    pub(crate) overlap: String,
    pub(crate) misfire: String,
    pub(crate) run_tokens: Option<i64>,
    pub(crate) run_nano_usd: Option<i64>,
    pub(crate) state: String,
    pub(crate) next_at: Option<i64>,
    pub(crate) skipped_at: Option<i64>,
    pub(crate) skipped_reason: Option<String>,
    pub(crate) acts_for: String,
    pub(crate) version: i64,
    pub(crate) created_at: i64,
    pub(crate) updated_at: Option<i64>,
}

impl TryFrom<TaskRow> for Task {
    type Error = sqlx::Error;

    fn try_from(row: TaskRow) -> sqlx::Result<Self> {
        let trigger = row.trigger_service.zip(row.trigger_type);
        let skipped = row.skipped_at.zip(row.skipped_reason);
        Ok(Self {
            id: TaskId(row.id),
            tenant_id: TenantId(row.tenant_id),
            owner_id: UserId(row.owner_id),
            parent_id: row.parent_id.map(TaskId),
            agent_id: AgentId(row.agent_id),
            title: row.title,
            prompt: row.prompt,
            schedule: maybe_parsed(row.schedule.as_deref())?,
            trigger: trigger.map(|(service, kind)| TaskTrigger { service, kind }),
            overlap: word(Overlap::parse, &row.overlap)?,
            misfire: word(Misfire::parse, &row.misfire)?,
            budget: Cap { tokens: row.run_tokens, nano_usd: row.run_nano_usd },
            state: word(TaskState::parse, &row.state)?,
            next_run_at: row.next_at.map(time),
            skipped: skipped.map(|(at, reason)| SkippedStart { due_at: time(at), reason }),
            acts_for: parsed(&row.acts_for)?,
            version: row.version,
            created_at: time(row.created_at),
            updated_at: row.updated_at.map(time),
        })
    }
}

#[derive(Debug)]
pub(crate) struct ExecutionRow {
    pub(crate) run_id: Uuid,
    pub(crate) task_id: Uuid,
    pub(crate) session_id: String,
    pub(crate) cause: String,
    pub(crate) due_at: i64,
    pub(crate) phase: String,
    pub(crate) output: Option<String>,
    pub(crate) error_code: Option<String>,
    pub(crate) error_message: Option<String>,
    pub(crate) prompt_tokens: Option<i64>,
    pub(crate) completion_tokens: Option<i64>,
    pub(crate) nano_usd: Option<i64>,
    pub(crate) created_at: i64,
    pub(crate) finished_at: Option<i64>,
}

impl TryFrom<ExecutionRow> for Execution {
    type Error = sqlx::Error;

    fn try_from(row: ExecutionRow) -> sqlx::Result<Self> {
        let tokens = row.prompt_tokens.zip(row.completion_tokens);
        Ok(Self {
            run_id: RunId(row.run_id),
            task_id: TaskId(row.task_id),
            session_id: SessionId(row.session_id),
            cause: word(StartCause::parse, &row.cause)?,
            due_at: time(row.due_at),
            phase: word(Phase::parse, &row.phase)?,
            output: row.output,
            error_code: row.error_code.map(Into::into),
            error_message: row.error_message,
            usage: tokens.map(|(prompt_tokens, completion_tokens)| Usage {
                prompt_tokens,
                completion_tokens,
                ..Usage::default()
            }),
            nano_usd: row.nano_usd,
            created_at: time(row.created_at),
            finished_at: row.finished_at.map(time),
        })
    }
}

/// Before, after (each SQL text) and arguments of a query whose rows are tasks.
macro_rules! tasks {
    ($before:tt, $after:tt $(, $arg:expr)* $(,)?) => {
        sqlx::query_as!(
            $crate::rows::TaskRow,
            $before + r#" id AS "id!", tenant_id AS "tenant_id!", owner_id AS "owner_id!",
                parent_id AS "parent_id?", agent_id AS "agent_id!", title AS "title!",
                prompt AS "prompt!", schedule AS "schedule?", trigger_service AS "trigger_service?",
                trigger_type AS "trigger_type?", overlap AS "overlap!", misfire AS "misfire!",
                run_tokens AS "run_tokens?", run_nano_usd AS "run_nano_usd?", state AS "state!",
                next_at AS "next_at?", skipped_at AS "skipped_at?", skipped_reason AS "skipped_reason?",
                acts_for AS "acts_for!", version AS "version!", created_at AS "created_at!",
                updated_at AS "updated_at?" "# + $after
            $(, $arg)*
        )
    };
}
pub(crate) use tasks;

/// What follows the joined tables (SQL text) and arguments of a query whose rows are executions.
macro_rules! executions {
    ($after:tt $(, $arg:expr)* $(,)?) => {
        sqlx::query_as!(
            $crate::rows::ExecutionRow,
            r#"SELECT e.run_id AS "run_id!", e.task_id AS "task_id!", r.session_id AS "session_id!",
                   e.cause AS "cause!", e.due_at AS "due_at!", r.phase AS "phase!",
                   r.output_message AS "output?", r.error_code AS "error_code?",
                   r.error_message AS "error_message?", r.prompt_tokens AS "prompt_tokens?",
                   r.completion_tokens AS "completion_tokens?", s.nano_usd AS "nano_usd?", e.created_at AS "created_at!",
                   r.finished_at AS "finished_at?"
               FROM task_executions e JOIN runs r ON r.id = e.run_id LEFT JOIN run_spend s ON s.run_id = e.run_id "# + $after
            $(, $arg)*
        )
    };
}
pub(crate) use executions;
